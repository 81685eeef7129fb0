# SPDX-License-Identifier: EUPL-1.2
"""Where things lie in a unit's package, and what the package says of itself."""

from arhivar.composition import Archive
from repository.records import UnitRow
from schemas.errors import PackageInvalid, UnitUnknown
from schemas.ingest import FileRole, Manifest, StagedFile
from schemas.unit import PackageDescription

DESCRIPTION_PATH = "metadata/unit.json"
MANIFEST_PATH = "metadata/manifest.json"
"""What intake captured for the ingest that made the version."""
EARLIER_MANIFESTS = "metadata/manifests/"
"""What earlier ingests captured that the version is made of too, `00001.json` the oldest."""


def master_path(manifest: Manifest, file: str) -> str:
    """Logical path of a master: exactly as scanned."""
    return f"masters/{_own_folder(manifest)}{file}"


def attachment_path(manifest: Manifest, file: str) -> str:
    """Logical path of a file that came with the drop and is no page."""
    return f"attachments/{_own_folder(manifest)}{file}"


def _own_folder(manifest: Manifest) -> str:
    """Parts of a unit have a folder each, since scanners begin with `001` every time."""
    return "" if manifest.base_version is None else f"{manifest.ingest_id}/"


def package_path(manifest: Manifest, file: StagedFile) -> str:
    """Logical path of a dropped file."""
    path_of = master_path if file.role is FileRole.PAGES else attachment_path
    return path_of(manifest, file.path)


def earlier_manifest_path(position: int) -> str:
    """Logical path of an earlier manifest; `position` from 1, the oldest first."""
    return f"{EARLIER_MANIFESTS}{position:05d}.json"


def alto_path(number: int) -> str:
    """Logical path of a page's ALTO file."""
    return f"text/{number:05d}.xml"


def access_path(volume: int) -> str:
    """Logical path of a volume's access PDF."""
    return f"access/volume-{volume}.pdf"


def require_unit(archive: Archive, reference_code: str) -> UnitRow:
    """The unit with that reference code. Raises UnitUnknown."""
    unit = archive.catalogue.unit_by_reference(reference_code)
    if unit is None:
        raise UnitUnknown(unit=reference_code)
    return unit


def read_package(archive: Archive, identifier: str, version: int | None = None) -> PackageDescription:
    """What a version (the head by default) says of itself.

    Raises ObjectMissing, and PackageInvalid for a damaged description or an unknown version.
    """
    with archive.packages.open(identifier, DESCRIPTION_PATH, version) as stream:
        data = stream.read()
    try:
        return PackageDescription.from_json(data)
    except ValueError as error:
        raise PackageInvalid(unit=identifier, detail=f"{DESCRIPTION_PATH} cannot be understood") from error


def read_manifests(archive: Archive, identifier: str, version: int | None = None) -> tuple[Manifest, ...]:
    """What intakes captured for a version (the head by default): every ingest that it is made of, the oldest first.

    Raises ObjectMissing, and PackageInvalid for a damaged manifest.
    """
    files = archive.packages.files(identifier, version)
    paths = [*sorted(path for path in files if path.startswith(EARLIER_MANIFESTS)), MANIFEST_PATH]
    return tuple(_read_manifest(archive, identifier, path, version) for path in paths)


def _read_manifest(archive: Archive, identifier: str, path: str, version: int | None) -> Manifest:
    with archive.packages.open(identifier, path, version) as stream:
        data = stream.read()
    try:
        return Manifest.from_json(data)
    except ValueError as error:
        raise PackageInvalid(unit=identifier, detail=f"{path} cannot be understood") from error
