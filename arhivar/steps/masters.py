# SPDX-License-Identifier: EUPL-1.2
"""Where an ingest's files lie in the store: staged, or in the version that an earlier attempt became."""

from arhivar.composition import Archive, object_id
from arhivar.intake.stage import staged_key, staging_prefix
from arhivar.package import package_path
from schemas.ingest import Manifest


def master_keys(archive: Archive, manifest: Manifest) -> dict[str, str]:
    """The store's key of each dropped file, by its path in the drop. Raises StoreError.

    A file that lies in neither place has the key of staging, where reading it says that it is missing.
    """
    keys = {file.path: staged_key(manifest.ingest_id, file.path) for file in manifest.files}
    staged = {stored.key for stored in archive.store.list(staging_prefix(manifest.ingest_id) + "/")}
    row = archive.catalogue.ingest(manifest.ingest_id)
    if staged.issuperset(keys.values()) or row is None or row.version is None:
        return keys
    packaged = archive.packages.files(object_id(manifest.unit_id), row.version)
    for file in manifest.files:
        kept = packaged.get(package_path(manifest, file))
        if keys[file.path] not in staged and kept is not None and kept.sha512 == file.sha512:
            keys[file.path] = kept.content_key
    return keys


def has_masters(archive: Archive, manifest: Manifest) -> bool:
    """Whether every dropped file is still in the store, so that the ingest can be worked on again."""
    return all(archive.store.exists(key) for key in master_keys(archive, manifest).values())
