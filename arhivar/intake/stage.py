# SPDX-License-Identifier: EUPL-1.2
"""Copy a drop's files to the store's staging area and verify them there, byte by byte."""

from collections.abc import Callable
from pathlib import Path

from repository.object_store import ObjectStore, digest_object
from schemas.crash_points import CrashPoint, reached
from schemas.errors import CopyDiffers, ObjectExists, ObjectMissing
from schemas.ingest import Manifest


def staging_prefix(ingest_id: str) -> str:
    """Where an ingest's files wait in the store."""
    return f"staging/{ingest_id}"


def staged_key(ingest_id: str, path: str) -> str:
    """The key of one staged file."""
    return f"{staging_prefix(ingest_id)}/files/{path}"


def manifest_key(ingest_id: str) -> str:
    """The key of the manifest, which is staged last: where it lies, all else is complete."""
    return f"{staging_prefix(ingest_id)}/manifest.json"


def stage_files(folder: Path, manifest: Manifest, store: ObjectStore, check: Callable[[], None] = lambda: None) -> None:
    """Copy every file, read each copy back against its digest, then write the manifest.

    Safe to repeat; `check` is called before each file, and may raise. Raises CopyDiffers where a file changed since it
    was digested or its copy is not the same.
    """
    for file in manifest.files:
        check()
        key = staged_key(manifest.ingest_id, file.path)
        try:
            with (folder / file.path).open("rb") as stream:
                store.put(key, stream, sha512=file.sha512)
            reached(CrashPoint.FILE_STAGED)
        except ObjectExists as error:  # an earlier try left other bytes there
            store.delete(key)
            raise CopyDiffers(file=file.path) from error
        if digest_object(store, key) != file.sha512:
            store.delete(key)
            raise CopyDiffers(file=file.path)
    store.replace(manifest_key(manifest.ingest_id), manifest.to_json())
    reached(CrashPoint.MANIFEST_STAGED)


def clear_staging(store: ObjectStore, ingest_id: str, *, keep: str | None = None) -> None:
    """Remove what is staged of an ingest, but for keys that begin with `keep`; what is gone already is fine."""
    for stored in list(store.list(staging_prefix(ingest_id) + "/")):
        if keep is not None and stored.key.startswith(keep):
            continue
        try:
            store.delete(stored.key)
        except ObjectMissing:
            continue
        reached(CrashPoint.STAGED_FILE_DELETED)
