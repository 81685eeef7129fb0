# SPDX-License-Identifier: EUPL-1.2
"""A user of the store who may do what Arhivar does in its bucket: not lift a lock, not drop a version.

This way to make one is MinIO's own; other S3 servers have theirs, and are given the same policy.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import certifi
import urllib3
from minio.credentials.providers import StaticProvider
from minio.minioadmin import MinioAdmin

_BUCKET_RIGHTS = (
    "s3:CreateBucket",
    "s3:GetBucketLocation",
    "s3:GetBucketObjectLockConfiguration",
    "s3:GetBucketVersioning",
    "s3:GetLifecycleConfiguration",
    "s3:ListBucket",
    "s3:ListBucketMultipartUploads",
    "s3:ListBucketVersions",
    "s3:PutBucketObjectLockConfiguration",
    "s3:PutBucketVersioning",
    "s3:PutLifecycleConfiguration",
)
_OBJECT_RIGHTS = (
    "s3:AbortMultipartUpload",
    "s3:DeleteObject",
    "s3:GetObject",
    "s3:GetObjectRetention",
    "s3:GetObjectVersion",
    "s3:ListMultipartUploadParts",
    "s3:PutObject",
    "s3:PutObjectRetention",
)
_STAGING_RIGHTS = ("s3:DeleteObjectVersion",)
"""What lies under `staging/` is work in hand, and goes for good; no `s3:BypassGovernanceRetention` anywhere."""


def policy(bucket: str) -> dict[str, Any]:
    """The rights in that bucket, as an S3 policy."""
    place = f"arn:aws:s3:::{bucket}"
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": list(_BUCKET_RIGHTS), "Resource": [place]},
            {"Effect": "Allow", "Action": list(_OBJECT_RIGHTS), "Resource": [f"{place}/*"]},
            {"Effect": "Allow", "Action": list(_STAGING_RIGHTS), "Resource": [f"{place}/staging/*"]},
            # To MinIO, who may delete an object may delete its versions, unless told otherwise.
            {"Effect": "Deny", "Action": list(_STAGING_RIGHTS), "NotResource": [f"{place}/staging/*"]},
        ],
    }


def make_user(
    *,
    endpoint: str,
    admin: tuple[str, str],
    user: tuple[str, str],
    bucket: str,
    ca_certificates: Path | None = None,
) -> None:
    """Make the user and the policy, named like the bucket, or bring them up to date.

    Raises MinioAdminException, HTTPError.
    """
    parts = urlsplit(endpoint)
    client = MinioAdmin(
        endpoint=parts.netloc,
        credentials=StaticProvider(*admin),
        secure=parts.scheme == "https",
        http_client=urllib3.PoolManager(
            timeout=urllib3.Timeout(connect=10, read=60), ca_certs=str(ca_certificates or certifi.where())
        ),
    )
    client.policy_add(bucket, policy=policy(bucket))
    client.user_add(*user)
    client.policy_set(bucket, user=user[0])


def main(variables: Mapping[str, str]) -> None:
    """Make the user whom the settings name."""
    ca_file = variables.get("ARHIVAR_STORE_CA_FILE")
    make_user(
        endpoint=variables["ARHIVAR_STORE_ENDPOINT"],
        admin=(variables["STORE_ADMIN_USER"], variables["STORE_ADMIN_PASSWORD"]),
        user=(variables["ARHIVAR_STORE_ACCESS_KEY"], variables["ARHIVAR_STORE_SECRET_KEY"]),
        bucket=variables["ARHIVAR_STORE"].removeprefix("s3://"),
        ca_certificates=Path(ca_file) if ca_file else None,
    )


if __name__ == "__main__":
    main(os.environ)
