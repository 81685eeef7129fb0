# SPDX-License-Identifier: EUPL-1.2
"""Read fast first, then carefully: real images, PDFs, packages and veraPDF; only the second reader is a stand-in."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

import pypdfium2 as pdfium

from arhivar.composition import object_id
from processors.page import PageSettings, ProcessedPage
from schemas.errors import ArhivarError
from schemas.ingest import IngestState, unit_id
from schemas.page import PageResult
from schemas.reading import ReadingLevel
from tests.arhivar.conftest import Town
from tests.arhivar.rereads.again import found, package_of, reread, stored_masters, texts_of, verify_findings, with_pool
from tests.binders import make_binder, text_pages
from tests.processors.compose_material import real_verapdf
from tests.referees import judge_ocfl_root

SLIP = "Hotaxarea"


class SecondPool:
    """The town's pool, whose first reader slips in a word that a second one puts right."""

    def __init__(self, pool: Any) -> None:
        self._pool = pool
        self.count_frames = pool.count_frames

    def process(self, sources: Iterable[Any], settings: PageSettings) -> Iterator[tuple[Any, Any]]:
        for key, outcome in self._pool.process(sources, replace(settings, level=ReadingLevel.FAST)):
            yield key, outcome if settings.level is ReadingLevel.CAREFUL else _slipped(outcome)


def _slipped(outcome: ProcessedPage | ArhivarError) -> ProcessedPage | ArhivarError:
    if isinstance(outcome, ArhivarError):
        return outcome
    said = outcome.result.model_dump_json().replace('"Hotararea"', f'"{SLIP}"')
    assert SLIP in said
    return replace(outcome, result=PageResult.model_validate_json(said))


def _pdf_texts(town: Town, version: int) -> list[str]:
    with town.open() as archive:
        file = archive.packages.files(object_id(unit_id("T/1")), version)["access/volume-1.pdf"]
        with archive.store.local_path(file.content_key) as path:
            assert real_verapdf().validate([path])[0].valid
            shown = pdfium.PdfDocument(path)
            texts = [page.get_textpage().get_text_range() for page in shown]
            shown.close()
            return texts


def test_a_unit_that_was_read_fast_is_read_again_carefully(town: Town) -> None:
    settings = town.settings.model_copy(update={"reading_level": ReadingLevel.FAST})
    town = with_pool(Town(settings, town.inbox, town.pool), SecondPool(town.pool))
    make_binder(town.inbox, "a", text_pages(3), description={"reference_code": "T/1", "title": "Dosar"})
    assert [one.state for one in town.ingest().outcomes] == [IngestState.RECONCILED]
    assert found(town, SLIP) == {1, 2, 3}
    assert found(town, "hotararea") == set()
    masters = stored_masters(town)

    done = reread(town)

    assert (done.before, done.version) == (1, 2)
    assert done.outcome is not None
    assert done.outcome.ledger is not None
    assert done.outcome.ledger.balanced
    assert found(town, SLIP) == set()
    assert found(town, "hotararea") == {1, 2, 3}
    assert all(SLIP in text for text in [*texts_of(town, 1).values(), *_pdf_texts(town, 1)])
    assert all("Hotararea" in text for text in [*texts_of(town, 2).values(), *_pdf_texts(town, 2)])
    assert stored_masters(town) == masters
    assert len(masters) == 3
    assert package_of(town).pages[0].geometry == package_of(town, 1).pages[0].geometry
    assert verify_findings(town) == []
    assert judge_ocfl_root(town.settings.home / "store" / "ocfl") == []
    assert reread(town).version == 2
