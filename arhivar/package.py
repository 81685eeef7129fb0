# SPDX-License-Identifier: EUPL-1.2
"""Where things lie in a unit's package, and what the package says of itself."""

from arhivar.composition import Archive
from repository.records import UnitRow
from schemas.errors import PackageInvalid, UnitUnknown
from schemas.ingest import FileRole, Manifest, StagedFile
from schemas.unit import PackageDescription

DESCRIPTION_PATH = "metadata/unit.json"
MANIFEST_PATH = "metadata/manifest.json"


def master_path(file: str) -> str:
    """Logical path of a master: exactly as scanned."""
    return f"masters/{file}"


def attachment_path(file: str) -> str:
    """Logical path of a file that came with the drop and is no page."""
    return f"attachments/{file}"


def package_path(file: StagedFile) -> str:
    """Logical path of a dropped file."""
    return master_path(file.path) if file.role is FileRole.PAGES else attachment_path(file.path)


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


def read_package(archive: Archive, identifier: str) -> PackageDescription:
    """What the head version says of itself. Raises ObjectMissing, and PackageInvalid for a damaged description."""
    with archive.packages.open(identifier, DESCRIPTION_PATH) as stream:
        data = stream.read()
    try:
        return PackageDescription.from_json(data)
    except ValueError as error:
        raise PackageInvalid(unit=identifier, detail=f"{DESCRIPTION_PATH} cannot be understood") from error


def read_manifest(archive: Archive, identifier: str) -> Manifest:
    """What intake captured for the head version. Raises ObjectMissing, and PackageInvalid for a damaged manifest."""
    with archive.packages.open(identifier, MANIFEST_PATH) as stream:
        data = stream.read()
    try:
        return Manifest.from_json(data)
    except ValueError as error:
        raise PackageInvalid(unit=identifier, detail=f"{MANIFEST_PATH} cannot be understood") from error
