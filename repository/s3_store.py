# SPDX-License-Identifier: EUPL-1.2
"""An object store on the S3 protocol, in one bucket that keeps versions and locks what is deposited.

An object's SHA-512 is among its metadata (an ETag says nothing dependable about content); it is worked out on the way
in, before the object is there, and checked whenever the object comes back whole. A write is one request that the server
takes whole or not at all, and only where the key is free.

What lies under `staging/` may be deleted; everything else is kept under object lock in governance mode (compliance mode
would block lawful disposal): a `delete` hides it, and its bytes stay until the lock ends.
"""

import hashlib
import tempfile
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO

from minio.commonconfig import ENABLED, GOVERNANCE, CopySource, Filter
from minio.datatypes import Object
from minio.error import S3Error
from minio.helpers import genheaders
from minio.lifecycleconfig import AbortIncompleteMultipartUpload, LifecycleConfig, NoncurrentVersionExpiration, Rule
from minio.retention import Retention
from minio.versioningconfig import VersioningConfig

from repository.object_store import StoredObject, check_key, digest_object
from repository.s3_client import S3Address, connect, only_over, only_where_nothing_is, s3_failures
from repository.s3_stream import S3Stream
from schemas.errors import ObjectChanged, ObjectDamaged, ObjectExists, ObjectMissing, StoreUnavailable
from schemas.scratch import scratch_file

UNLOCKED = "staging/"
"""Keys that begin so are work in hand, and may be deleted for good."""

_DIGEST = "sha512"
_CHUNK_BYTES = 1 << 20
_IN_MEMORY_BYTES = 16 << 20
_PART_BYTES = 64 << 20
_SWAP_TRIES = 5
_NO_LOCK = frozenset({"ObjectLockConfigurationNotFoundError"})
_OURS_ALREADY = "BucketAlreadyOwnedByYou"
_SWEPT_AFTER_DAYS = 1


@dataclass(frozen=True, slots=True)
class _Body:
    """Bytes on their way in: hashed and counted."""

    stream: BinaryIO
    size_bytes: int
    sha512: str
    sha256: bytes


class S3Store:
    """`ObjectStore` in the bucket of `address`; `lock_days` is how long what is deposited is locked."""

    def __init__(self, address: S3Address, *, lock_days: int) -> None:
        self._client = connect(address)
        self.bucket = address.bucket
        self._where = f"{address.endpoint}/{address.bucket}"
        self._lock_days = lock_days

    def initialise(self) -> None:
        """Make the bucket, with versions and object lock on; an existing one is checked for both.

        Raises `StoreUnavailable` for a bucket without them: a lock can only be had when a bucket is made.
        """
        with s3_failures(self._where, self.bucket):
            if not self._client.bucket_exists(self.bucket):
                try:
                    self._client.make_bucket(self.bucket, object_lock=True)
                except S3Error as error:
                    if error.code != _OURS_ALREADY:  # another machine was quicker
                        raise
                self._client.set_bucket_versioning(self.bucket, VersioningConfig(ENABLED))
                self._client.set_bucket_lifecycle(self.bucket, _sweeping())
        self.check_bucket()

    def check_bucket(self) -> None:
        """Raises `StoreUnavailable` where the bucket is not there, keeps no versions, or has no object lock."""
        with s3_failures(self._where, self.bucket):
            if not self._client.bucket_exists(self.bucket):
                raise StoreUnavailable(where=self._where, detail="there is no such bucket")
            if self._client.get_bucket_versioning(self.bucket).status != ENABLED:
                raise StoreUnavailable(where=self._where, detail="the bucket does not keep versions")
            try:
                self._client.get_object_lock_config(self.bucket)
            except S3Error as error:
                if error.code not in _NO_LOCK:
                    raise
                raise StoreUnavailable(where=self._where, detail="the bucket was made without object lock") from error

    def put(self, key: str, source: BinaryIO | bytes, *, sha512: str | None = None) -> StoredObject:
        check_key(key)
        with _taken_in(source) as body:
            if sha512 is not None and body.sha512 != sha512.lower():
                raise ObjectDamaged(key=key, detail=f"expected SHA-512 {sha512[:16]}…, got {body.sha512[:16]}…")
            self._where_nothing_is(key, body.sha512, lambda: self._send(key, body))
            return StoredObject(key, body.size_bytes, body.sha512)

    def replace(self, key: str, data: bytes, *, over: bytes | None = None) -> StoredObject:
        check_key(key)
        with _taken_in(data) as body:
            if over is None:
                self._send(key, body)
            else:
                self._send_over(key, body, data, over)
            return StoredObject(key, body.size_bytes, body.sha512)

    def open(self, key: str) -> BinaryIO:
        found = self._stat(key)
        return S3Stream(self._client, self.bucket, key, found.version_id, found.size or 0)

    def read(self, key: str) -> bytes:
        with self.open(key) as stream:
            return stream.read()

    def stat(self, key: str) -> StoredObject:
        found = self._stat(key)
        return StoredObject(key, found.size or 0, _digest_of(found))

    def exists(self, key: str) -> bool:
        try:
            self._stat(key)
        except ObjectMissing:
            return False
        return True

    def list(self, prefix: str) -> Iterator[StoredObject]:
        if prefix.rstrip("/"):
            check_key(prefix.rstrip("/"))
        with s3_failures(self._where, prefix):
            for found in self._client.list_objects(self.bucket, prefix=prefix or None, recursive=True):
                yield StoredObject(str(found.object_name), found.size or 0)

    def copy(self, source_key: str, target_key: str) -> StoredObject:
        check_key(target_key)
        source = self._stat(source_key)
        digest, size_bytes = _digest_of(source), source.size or 0
        if self.exists(target_key):
            if self._digest(target_key) != (digest or self._read_digest(source_key)):
                raise ObjectExists(key=target_key)
        elif size_bytes == 0:
            return self.put(target_key, b"", sha512=digest)
        else:
            known = digest or self._read_digest(source_key)
            retention = self._retention(target_key)
            headers = genheaders({_DIGEST: known}, None, None, retention, legal_hold=False)
            origin = CopySource(self.bucket, source_key, version_id=source.version_id)

            def copy() -> None:
                with s3_failures(self._where, source_key):
                    self._client.copy_as_parts(self.bucket, target_key, origin, size_bytes, dict(headers))

            self._where_nothing_is(target_key, known, copy)
        return StoredObject(target_key, size_bytes, digest)

    def delete(self, key: str) -> None:
        check_key(key)
        with s3_failures(self._where, key):
            self._client.remove_object(self.bucket, key)

    @contextmanager
    def local_path(self, key: str) -> Iterator[Path]:
        found = self._stat(key)
        with scratch_file(Path(key).suffix) as file:
            digest = hashlib.sha512()
            with self.open(key) as stream:
                while chunk := stream.read(_CHUNK_BYTES):
                    digest.update(chunk)
                    file.write(chunk)
            file.flush()
            if digest.hexdigest() != (_digest_of(found) or digest.hexdigest()):
                raise ObjectDamaged(key=key, detail="its bytes do not have the SHA-512 that it was stored with")
            yield Path(file.name)

    def download_url(self, key: str, seconds: int) -> str:
        """A link from which anyone may fetch the object for so many seconds. Raises `ObjectMissing`."""
        found = self._stat(key)
        with s3_failures(self._where, key):
            return str(
                self._client.presigned_get_object(
                    self.bucket, key, expires=timedelta(seconds=seconds), version_id=found.version_id
                )
            )

    # --- requests

    def _stat(self, key: str) -> Object:
        check_key(key)
        with s3_failures(self._where, key):
            return self._client.stat_object(self.bucket, key)

    def _send(self, key: str, body: _Body) -> None:
        body.stream.seek(0)
        metadata: dict[str, str | list[str] | tuple[str]] = {_DIGEST: body.sha512}
        if body.size_bytes <= _PART_BYTES:  # in several parts, the client sends each one's own
            metadata["x-amz-checksum-sha256"] = b64encode(body.sha256).decode()
        with s3_failures(self._where, key):
            self._client.put_object(
                self.bucket,
                key,
                body.stream,
                body.size_bytes,
                metadata=metadata,
                part_size=_PART_BYTES,
                retention=self._retention(key),
            )

    def _where_nothing_is(self, key: str, sha512: str, write: Callable[[], None]) -> None:
        """Write it where the key is free, or holds the same. Raises `ObjectExists`."""
        for _ in range(_SWAP_TRIES):
            try:
                with only_where_nothing_is():
                    write()
            except ObjectExists:
                with suppress(ObjectMissing):  # what was in the way is gone, or another's request is on its way
                    if self._digest(key) != sha512:
                        raise
                    return
            else:
                return
        raise ObjectExists(key=key)

    def _send_over(self, key: str, body: _Body, data: bytes, over: bytes) -> None:
        """Send it where `over` is there: what was read is named by its ETag, which the server compares at the end."""
        for _ in range(_SWAP_TRIES):
            try:
                found = self._stat(key)
                with S3Stream(self._client, self.bucket, key, found.version_id, found.size or 0) as stream:
                    there = stream.read()
                if there == data:
                    return
                if there != over:
                    break
                with only_over(str(found.etag)):
                    self._send(key, body)
                return
            except ObjectExists:  # another's write, or our own whose answer was lost: which one, the next look says
                continue
            except ObjectMissing:
                break
        raise ObjectChanged(key=key)

    def _retention(self, key: str) -> Retention | None:
        if key.startswith(UNLOCKED):
            return None
        return Retention(GOVERNANCE, datetime.now(UTC) + timedelta(days=self._lock_days))

    def _digest(self, key: str) -> str:
        return _digest_of(self._stat(key)) or self._read_digest(key)

    def _read_digest(self, key: str) -> str:
        return digest_object(self, key)


def _digest_of(found: Object) -> str | None:
    """What was said of the object when it was stored; None for one that another program stored."""
    value = (found.metadata or {}).get(f"x-amz-meta-{_DIGEST}")
    return None if value is None else str(value)


def _sweeping() -> LifecycleConfig:
    """Staging's bytes go for good a day after they were deleted, and so do uploads that were never completed."""
    rule = Rule(
        ENABLED,
        rule_filter=Filter(prefix=UNLOCKED),
        rule_id="staging",
        noncurrent_version_expiration=NoncurrentVersionExpiration(noncurrent_days=_SWEPT_AFTER_DAYS),
        abort_incomplete_multipart_upload=AbortIncompleteMultipartUpload(days_after_initiation=_SWEPT_AFTER_DAYS),
    )
    return LifecycleConfig([rule])


@contextmanager
def _taken_in(source: BinaryIO | bytes) -> Iterator[_Body]:
    """All of the source, in memory or a temporary file, before the store hears of it: one that fails leaves nothing."""
    with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY_BYTES, prefix="arhivar-") as file:
        sha512, sha256, size_bytes = hashlib.sha512(), hashlib.sha256(), 0
        for chunk in _chunks(source):
            sha512.update(chunk)
            sha256.update(chunk)
            size_bytes += file.write(chunk)
        yield _Body(file, size_bytes, sha512.hexdigest(), sha256.digest())  # type: ignore[arg-type]


def _chunks(source: BinaryIO | bytes) -> Iterator[bytes]:
    if isinstance(source, bytes):
        yield source
        return
    while chunk := source.read(_CHUNK_BYTES):
        yield chunk
