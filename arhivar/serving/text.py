# SPDX-License-Identifier: EUPL-1.2
"""Pages' text: plain, word by word with boxes, and the ALTO files as they are kept."""

from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

from arhivar.serving.packages import Packages, ServedPackage
from processors.alto import read_alto
from schemas.page import Block, text_in
from schemas.serving import PageText, PageWords
from schemas.unit import PackagedPage

_STEP = "1"
"""Part of each etag: counts up when the same page gives another answer."""


@dataclass(frozen=True, slots=True)
class AltoFile:
    """A page's ALTO file; `etag` (opaque, without quotes) is the same as long as `data` is."""

    etag: str
    data: bytes


class TextServer:
    """Serves pages' text. For use by many threads at once.

    Every method raises UnitUnknown, PageUnknown, PackageInvalid for an ALTO file that cannot be understood, StoreError.
    """

    def __init__(self, packages: Packages) -> None:
        self._packages = packages

    def etag(self, unit_id: UUID, version: int, page: int) -> str:
        """Of `text` and `words`: opaque, without quotes, the same as long as they are. Reads no ALTO file."""
        package = self._packages.get(unit_id, version)
        packaged = package.page(page)
        digest = "" if packaged.text is None else package.file(packaged.text).sha512
        parts = (_STEP, str(unit_id), str(version), digest, packaged.model_dump_json())
        return sha256("\n".join(parts).encode()).hexdigest()[:40]

    def text(self, unit_id: UUID, version: int, page: int) -> PageText:
        """The page's text: a line a line, an empty line between blocks; empty for a page without any."""
        package = self._packages.get(unit_id, version)
        packaged = package.page(page)
        text = text_in(self._blocks(package, packaged))
        return PageText(unit_id=unit_id, version=version, page=page, language=packaged.language, text=text)

    def words(self, unit_id: UUID, version: int, page: int) -> PageWords:
        """The page's words with boxes, confidences and what else was read in their places."""
        package = self._packages.get(unit_id, version)
        packaged = package.page(page)
        geometry = packaged.geometry
        return PageWords(
            unit_id=unit_id,
            version=version,
            page=page,
            kind=packaged.kind,
            language=packaged.language,
            confidence=packaged.confidence,
            width_px=None if geometry is None else geometry.width_px,
            height_px=None if geometry is None else geometry.height_px,
            dpi=None if geometry is None else geometry.dpi,
            blocks=self._blocks(package, packaged),
        )

    def alto(self, unit_id: UUID, version: int, page: int) -> AltoFile | None:
        """The page's ALTO 4 file (Library of Congress) as it is in the package; None for a page without one."""
        package = self._packages.get(unit_id, version)
        packaged = package.page(page)
        if packaged.text is None:
            return None
        file = package.file(packaged.text)
        return AltoFile(file.sha512[:40], self._packages.read(file))

    def _blocks(self, package: ServedPackage, page: PackagedPage) -> tuple[Block, ...]:
        if page.text is None:
            return ()
        return read_alto(self._packages.read(package.file(page.text)), unit=package.reference_code)
