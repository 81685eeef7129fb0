# SPDX-License-Identifier: EUPL-1.2
"""The S3 protocol through the `minio` client: how it is reached, what its failures mean.

Nothing here is MinIO's alone: conditional writes (``If-None-Match: *``, ``If-Match``), versioning, object lock and
checksums are the S3 protocol's.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import certifi
import urllib3
from minio import Minio
from minio.commonconfig import CopySource
from minio.datatypes import Part
from minio.error import MinioException, S3Error
from minio.helpers import DictType
from urllib3.exceptions import HTTPError

from schemas.errors import InvalidSetting, KeyInvalid, ObjectExists, ObjectMissing, StoreFull, StoreUnavailable

_MISSING = frozenset({"NoSuchKey", "NoSuchObject", "NoSuchVersion", "MethodNotAllowed"})
"""The last is what a delete marker answers."""
_TAKEN = frozenset({"PreconditionFailed", "ConditionalRequestConflict"})
_FULL = frozenset({"XMinioStorageFull", "QuotaExceeded", "XMinioAdminBucketQuotaExceeded"})
_REFUSED_NAMES = frozenset(
    {"InvalidObjectName", "KeyTooLongError", "XMinioInvalidObjectName", "XMinioObjectExistsAsDirectory"}
)
_RETRIES = urllib3.Retry(total=5, backoff_factor=0.2, status_forcelist=[500, 502, 503, 504], allowed_methods=None)
COPY_PART_BYTES = 1 << 30
_TIMEOUT = urllib3.Timeout(connect=10, read=120)

_condition: ContextVar[dict[str, str] | None] = ContextVar("_condition", default=None)


@dataclass(frozen=True, slots=True)
class S3Address:
    """Where a bucket is: endpoint without path, bucket, keys, and how its certificate is checked."""

    endpoint: str
    bucket: str
    access_key: str
    secret_key: str
    region: str = "us-east-1"
    ca_certificates: Path | None = None
    """A file of certificates beside those that Python trusts already; only with https."""
    virtual_style: bool = False
    """``https://bucket.host/key`` in place of ``https://host/bucket/key``."""


class S3Client(Minio):
    """The client, with the one thing that it cannot say: write only where nothing is, or where that version is."""

    def _execute(self, method: str, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - the client's own signature
        query = kwargs.get("query_params") or {}
        whole = method == "PUT" and not query
        completed = method == "POST" and "uploadId" in query
        condition = _condition.get()
        if condition is not None and (whole or completed):
            # RFC 9110, 13.1. The header need not be signed, and the client passes it on as it is.
            kwargs["headers"] = {**(kwargs.get("headers") or {}), **condition}
        return super()._execute(method, *args, **kwargs)

    def copy_as_parts(self, bucket: str, key: str, source: CopySource, size_bytes: int, headers: DictType) -> None:
        """Copy on the server in parts: unlike a plain copy's, the end of an upload takes a condition."""
        upload = self._create_multipart_upload(bucket, key, headers)
        try:
            parts = []
            for number, start in enumerate(range(0, size_bytes, COPY_PART_BYTES), start=1):
                piece = f"bytes={start}-{min(start + COPY_PART_BYTES, size_bytes) - 1}"
                asked: DictType = {**source.gen_copy_headers(), "x-amz-copy-source-range": piece}
                etag, _ = self._upload_part_copy(bucket, key, upload, number, asked)
                parts.append(Part(number, etag))
            self._complete_multipart_upload(bucket, key, upload, parts)
        except BaseException:
            with suppress(S3Error, MinioException, HTTPError):  # else the bucket's own rule sweeps it
                self._abort_multipart_upload(bucket, key, upload)
            raise


def connect(address: S3Address) -> S3Client:
    """A client for that address; nothing is asked of the server yet. Raises InvalidSetting."""
    parts = urlsplit(address.endpoint)
    if parts.scheme not in {"http", "https"} or not parts.netloc or parts.path not in {"", "/"}:
        raise InvalidSetting(
            name="s3_endpoint", source="url", value=address.endpoint, expected="http(s)://host[:port] without a path"
        )
    pool = urllib3.PoolManager(
        maxsize=16,
        timeout=_TIMEOUT,
        retries=_RETRIES,
        cert_reqs="CERT_REQUIRED",
        ca_certs=str(address.ca_certificates or certifi.where()),
    )
    client = S3Client(
        parts.netloc,
        address.access_key,
        address.secret_key,
        secure=parts.scheme == "https",
        region=address.region,
        http_client=pool,
    )
    if address.virtual_style:
        client.enable_virtual_style_endpoint()  # type: ignore[no-untyped-call]  # the client's
    return client


def only_where_nothing_is() -> AbstractContextManager[None]:
    """Writes in this block fail with `ObjectExists` where the key is taken, also where two writers race."""
    return _only_under({"If-None-Match": "*"})


def only_over(etag: str) -> AbstractContextManager[None]:
    """Writes in this block fail, with `ObjectExists` or `ObjectMissing`, where the key does not have that ETag.

    The ETag names a version of the object; it is not taken for a digest of anything.
    """
    return _only_under({"If-Match": f'"{etag}"'})


@contextmanager
def _only_under(condition: dict[str, str]) -> Iterator[None]:
    token = _condition.set(condition)
    try:
        yield
    finally:
        _condition.reset(token)


@contextmanager
def s3_failures(where: str, key: str) -> Iterator[None]:
    """Turn the protocol's errors into ours: ObjectMissing, ObjectExists, StoreFull, KeyInvalid, StoreUnavailable."""
    try:
        yield
    except S3Error as error:
        if error.code in _MISSING:
            raise ObjectMissing(key=key) from error
        if error.code in _TAKEN:
            raise ObjectExists(key=key) from error
        if error.code in _FULL:
            raise StoreFull(where=where) from error
        if error.code in _REFUSED_NAMES:
            raise KeyInvalid(key=key, detail=str(error.message)) from error
        raise StoreUnavailable(where=where, detail=f"{error.code}: {error.message} ({key})") from error
    except (MinioException, HTTPError) as error:
        raise StoreUnavailable(where=where, detail=f"{error} ({key})") from error
