# SPDX-License-Identifier: EUPL-1.2
"""Pages scanned again and further volumes: what the unit is afterwards, in every place."""

import json
from pathlib import Path

import bagit
import pypdfium2 as pdfium
import pytest
from PIL import Image

from arhivar.steps.reconcile import measure_ledger
from processors.page_marks import page_marks
from schemas.errors import EXIT_DONE
from schemas.findings import FindingCode
from schemas.ingest import IngestState
from schemas.ledger import Stage
from tests.arhivar.conftest import Town
from tests.arhivar.parts.drops import (
    OBJECT,
    UNIT,
    found,
    package_of,
    rescan,
    texts_of,
    verify_findings,
)
from tests.arhivar.test_cli import run
from tests.binders import draw_page, make_binder, text_pages
from tests.processors.compose_material import real_verapdf
from tests.referees import judge_ocfl_root

LETTER = [
    "Catre Primaria orasului Lunca Ursului",
    "Subsemnatul Ion Munteanu va rog sa aprobati",
    "construirea unei magazii in curtea casei",
    "din strada Marasesti numarul 12",
]
FORM = [
    "Proces verbal de receptie",
    "Comisia numita prin decizia primarului",
    "a constatat terminarea lucrarilor",
    "la podul peste raul Bistrita in anul 1987",
    "Semneaza presedintele comisiei",
]


def test_every_page_of_the_unit_is_in_every_place(scanned_once: Town) -> None:
    with scanned_once.open() as archive:
        ledger = measure_ledger(archive, UNIT)
        unit = archive.catalogue.unit(UNIT)
    assert ledger.balanced
    assert [ledger.count(stage) for stage in Stage] == [8, 8, 8, 8]
    assert unit is not None
    assert (unit.version, unit.pages, unit.title) == (4, 8, "Autorizații")


def test_pages_scanned_again_take_the_place_of_those_that_they_name(scanned_once: Town) -> None:
    before, after = texts_of(scanned_once, 1), texts_of(scanned_once, 2)
    assert "numarul 1 din rescanarea" in after[5]
    assert "numarul 2 din rescanarea" in after[2]
    assert {number: after[number] for number in (1, 3, 4, 6)} == {number: before[number] for number in (1, 3, 4, 6)}


def test_kept_pages_stay_what_they_are(scanned_once: Town) -> None:
    first, second = package_of(scanned_once, 1), package_of(scanned_once, 2)
    for number in (1, 3, 4, 6):
        assert second.pages[number - 1] == first.pages[number - 1]
    identities = [(page.number, page.ingest_id == first.ingest_id, page.sequence) for page in second.pages]
    assert identities == [(1, True, 1), (2, False, 2), (3, True, 3), (4, True, 4), (5, False, 1), (6, True, 6)]


def test_masters_that_were_replaced_stay_in_the_former_version(scanned_once: Town) -> None:
    with scanned_once.open() as archive:
        first, second = archive.packages.files(OBJECT, 1), archive.packages.files(OBJECT, 2)
        with archive.packages.open(OBJECT, "masters/002.png", 1) as stream:
            assert stream.read()[:4] == b"\x89PNG"
    assert set(first) - set(second) == {"masters/002.png", "masters/005.png"}
    new = package_of(scanned_once, 2).ingest_id
    assert {path for path in second if path.startswith("masters/")} - set(first) == {
        f"masters/{new}/001.png",
        f"masters/{new}/002.png",
    }


def test_a_further_volume_has_its_own_pdf_and_goes_on_numbering(scanned_once: Town) -> None:
    package = package_of(scanned_once)
    assert [(pdf.path, pdf.first_page, pdf.pages) for pdf in package.pdfs] == [
        ("access/volume-1.pdf", 1, 6),
        ("access/volume-2.pdf", 7, 2),
    ]
    assert [page.number for page in package.pages] == list(range(1, 9))
    assert package.pdfs[0] == package_of(scanned_once, 2).pdfs[0], "the first volume is not touched"
    assert "numarul 1 din anexelor" in texts_of(scanned_once)[7]
    assert "numarul 1 din indreptarea" in texts_of(scanned_once)[8]


def test_what_a_part_does_not_say_of_the_unit_stays(scanned_once: Town) -> None:
    before, after = package_of(scanned_once, 1).description, package_of(scanned_once).description
    assert after == before.model_copy(update={"folios": 8, "languages": ("ron", "hun")})


def test_search_finds_what_is_there_now_and_no_more_what_was(scanned_once: Town) -> None:
    assert found(scanned_once, "rescanarea") == {2, 5}
    assert found(scanned_once, "dosarul") == {1, 3, 4, 6}
    assert found(scanned_once, "anexelor") == {7}
    assert found(scanned_once, "indreptarea") == {8}


def test_the_pdf_shows_new_and_kept_pages_with_their_marks(scanned_once: Town) -> None:
    package = package_of(scanned_once)
    with scanned_once.open() as archive:
        files = archive.packages.files(OBJECT)
        for pdf in package.pdfs:
            with archive.store.local_path(files[pdf.path].content_key) as path:
                marks = {(mark.number, mark.origin) for mark in page_marks(path)}
                shown = pdfium.PdfDocument(path)
                texts = {
                    number: shown[index].get_textpage().get_text_range() for index, number in enumerate(pdf.numbers)
                }
                shown.close()
            here = [page for page in package.pages if page.number in pdf.numbers]
            assert marks == {(page.number, f"{page.ingest_id}/{page.sequence}") for page in here}
            for number, text in texts.items():
                assert texts_of(scanned_once)[number].split() == text.split()


def test_other_programs_find_nothing_wrong(scanned_once: Town) -> None:
    assert judge_ocfl_root(scanned_once.settings.home / "store" / "ocfl") == []
    verapdf = real_verapdf()
    with scanned_once.open() as archive:
        for version in range(1, 5):
            files = archive.packages.files(OBJECT, version)
            for path in (path for path in files if path.startswith("access/")):
                with archive.store.local_path(files[path].content_key) as pdf:
                    assert verapdf.validate([pdf])[0].valid, (version, path)


def test_verify_finds_nothing_wrong_and_reads_every_page_of_the_catalogue(scanned: Town) -> None:
    assert verify_findings(scanned) == []


def test_a_rescan_reaches_pages_of_several_volumes_at_once(scanned: Town) -> None:
    rescan(scanned, [7, 1], "ambelor")
    assert scanned.ingest().outcomes[0].state is IngestState.RECONCILED
    assert found(scanned, "ambelor") == {1, 7}
    after = texts_of(scanned)
    assert "numarul 1 din ambelor" in after[7]
    assert "numarul 2 din ambelor" in after[1]
    assert verify_findings(scanned) == []


def test_the_master_of_several_pages_stays_while_one_of_them_is_shown(town: Town) -> None:
    folder = make_binder(town.inbox, "a", text_pages(3), description={"reference_code": "P/1"})
    frames = [Image.open(file) for file in sorted(folder.glob("*.png"))]
    frames[0].save(folder / "all.tif", save_all=True, append_images=frames[1:], dpi=(150, 150))
    for file in folder.glob("*.png"):
        file.unlink()
    town.ingest()
    for name, replaces, kept in (("b", [1, 2], True), ("c", [3], False)):
        rescan(town, replaces, f"rescanarea {name}", name=name)
        assert town.ingest().outcomes[0].state is IngestState.RECONCILED
        with town.open() as archive:
            assert ("masters/all.tif" in archive.packages.files(OBJECT)) is kept
            assert "masters/all.tif" in archive.packages.files(OBJECT, 1)


def test_a_rescan_is_likened_to_kept_pages_and_not_to_the_page_that_it_replaces(town: Town) -> None:
    pages = [LETTER, FORM, LETTER]
    make_binder(town.inbox, "a", pages, description={"reference_code": "P/1"})
    draw_shifted(town.inbox / "a" / "003.png", LETTER, 6)
    town.ingest()
    assert alike(town) == {3: 1}
    rescan(town, [2], "", name="b", pages=0)
    draw_shifted(town.inbox / "b" / "001.png", FORM, 6)
    town.ingest()
    assert alike(town) == {3: 1}, "page 2 is like the page that it took the place of, and that is as it should be"
    rescan(town, [1], "", name="c", pages=0)
    draw_shifted(town.inbox / "c" / "001.png", FORM, 3)
    town.ingest()
    assert alike(town) == {1: 2}, "page 3 was like a page that is gone; the new page 1 is like page 2"


def test_status_shows_the_pages_of_the_whole_unit(
    scanned: Town, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ARHIVAR_HOME", str(scanned.settings.home))
    code, out, _ = run(capsys, "status", "P/1", "--pages", "--json")
    assert code == EXIT_DONE
    pages = {page["page"]: page for page in json.loads(out)["pages"]}
    assert sorted(pages) == list(range(1, 9))
    assert all(page["words"] > 5 for page in pages.values())
    assert pages[5]["file"] == "001.png"


def test_a_bag_holds_the_whole_unit(
    scanned: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ARHIVAR_HOME", str(scanned.settings.home))
    code, _, _ = run(capsys, "export", "P/1", str(tmp_path / "bag"))
    assert code == EXIT_DONE
    data = tmp_path / "bag" / "data"
    assert len(list((data / "text").iterdir())) == 8
    assert len([path for path in (data / "masters").rglob("*") if path.is_file()]) == 8
    assert sorted(path.name for path in (data / "access").iterdir()) == ["volume-1.pdf", "volume-2.pdf"]
    assert bagit.Bag(str(tmp_path / "bag")).is_valid()


def draw_shifted(path: Path, lines: list[str], shift_px: int) -> None:
    draw_page(path, lines)
    with Image.open(path) as page:
        changed = Image.new("L", page.size, 255)
        changed.paste(page, (shift_px, shift_px))
    changed.save(path, dpi=(150, 150))


def alike(town: Town) -> dict[int, object]:
    return {
        page.number: finding.fields["other"]
        for page in package_of(town).pages
        for finding in page.findings
        if finding.code is FindingCode.PAGE_NEAR_DUPLICATE
    }
