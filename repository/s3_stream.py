# SPDX-License-Identifier: EUPL-1.2
"""Reading an object of an S3 store as a file: seekable, one version throughout, and over a broken connection."""

import io
from contextlib import suppress
from types import TracebackType

from urllib3.exceptions import HTTPError
from urllib3.response import BaseHTTPResponse

from repository.s3_client import S3Client, s3_failures

_BUFFER_BYTES = 1 << 20
_TRIES = 4


class _S3Raw(io.RawIOBase):
    """One request at a time, from where the reader stands to the end; a seek ends it."""

    def __init__(self, client: S3Client, bucket: str, key: str, version_id: str | None, size_bytes: int) -> None:
        self._client, self._bucket, self._key = client, bucket, key
        self._version_id, self._size = version_id, size_bytes
        self._position = 0
        self._response: BaseHTTPResponse | None = None

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size}[whence]
        target = base + offset
        if target < 0:
            raise ValueError("a position before the beginning")
        if target != self._position:
            self._drop()
            self._position = target
        return target

    def readinto(self, buffer: "memoryview | bytearray", /) -> int:  # type: ignore[override]
        if self._position >= self._size:
            return 0
        wanted = min(len(buffer), self._size - self._position)
        with s3_failures(self._bucket, self._key):
            data = self._read(wanted)
        buffer[: len(data)] = data
        self._position += len(data)
        return len(data)

    def _read(self, wanted: int) -> bytes:
        """Up to so many bytes; a connection that breaks is made again from where it broke."""
        for attempt in range(_TRIES):
            try:
                if self._response is None:
                    self._response = self._client.get_object(
                        self._bucket, self._key, offset=self._position, version_id=self._version_id
                    )
                data = self._response.read(wanted)
                if data:
                    return bytes(data)
            except (HTTPError, OSError):
                if attempt == _TRIES - 1:
                    raise
            self._drop()
        raise HTTPError(f"ends at byte {self._position} of {self._size}")

    def _drop(self) -> None:
        if self._response is not None:
            response, self._response = self._response, None
            with suppress(HTTPError, OSError):
                response.close()
                response.release_conn()

    def close(self) -> None:
        self._drop()
        super().close()


class S3Stream(io.BufferedReader):
    """`_S3Raw` with a buffer."""

    def __init__(self, client: S3Client, bucket: str, key: str, version_id: str | None, size_bytes: int) -> None:
        super().__init__(_S3Raw(client, bucket, key, version_id, size_bytes), _BUFFER_BYTES)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
