# SPDX-License-Identifier: EUPL-1.2
"""Every drop in `sample_scans/broken`, handed over together with a healthy binder."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pikepdf
import pytest

from arhivar.composition import Archive, init_archive, object_id, open_archive, open_pool
from arhivar.intake.drops import QUARANTINE, READY_FILE, REASON_FILE
from arhivar.intake.take import IntakeOptions, Taken
from arhivar.package import read_package
from arhivar.pipeline import RunReport, run_inbox
from arhivar.settings import CHECKOUT, load_settings
from schemas.findings import FINDINGS, Finding, FindingCode, Severity
from schemas.ingest import IngestState, unit_id
from schemas.messages import Language
from schemas.page import PageKind
from tests.arhivar.conftest import SILENT

BROKEN = CHECKOUT / "sample_scans" / "broken"
HEALTHY = CHECKOUT / "sample_scans" / "permits-1987"
HARMLESS = "harmless-pdf-script"
FOLLOWS = {
    FindingCode.FILE_UNREADABLE: {FindingCode.PAGE_UNREADABLE},
    FindingCode.PAGE_UNREADABLE: {FindingCode.RESOLUTION_LOW, FindingCode.LETTERS_SMALL, FindingCode.TEXT_CUT},
}
"""What one thing gone wrong leads to: a file that cannot be opened has a page that cannot be read; and the whole pages
beside the truncated one are tiny pictures, as page quality says of them."""
FOLDERS = sorted(path.name for path in BROKEN.iterdir())
PAGE_SECONDS = 30
"""The hanging PDF is stopped after half of it."""

STATES = {
    Severity.NOTE: IngestState.RECONCILED,
    Severity.PLACEHOLDER: IngestState.INDEXED,
    Severity.QUARANTINE: None,
}


@dataclass(frozen=True)
class Handed:
    """What became of everything that was dropped together."""

    archive: Archive
    inbox: Path
    report: RunReport

    def taken(self, folder: str) -> Taken:
        return next(taken for taken in self.report.taken if taken.folder == folder)

    def state(self, folder: str) -> IngestState | None:
        """None where it was quarantined."""
        ingest = self.taken(folder).ingest_id
        row = None if ingest is None else self.archive.catalogue.ingest(ingest)
        return None if row is None else row.state

    def findings(self, folder: str) -> list[Finding]:
        taken = self.taken(folder)
        if taken.ingest_id is None:
            return list(taken.findings)
        return list(self.archive.catalogue.findings(taken.ingest_id))


@pytest.fixture(scope="module")
def handed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Handed]:
    folder = tmp_path_factory.mktemp("broken")
    inbox = folder / "inbox"
    shutil.copytree(BROKEN, inbox, symlinks=True)
    healthy = inbox / "a-healthy"  # handed over first, so that the mistyped folder finds its unit there
    healthy.mkdir()
    for name in ("002.jpg", "003.jpg"):
        shutil.copy(HEALTHY / name, healthy)
    (healthy / "unit.json").write_text('{"reference_code": "LU/CP/SGC/1987/14", "languages": ["ron"]}')
    (healthy / "_READY").touch()
    settings = load_settings(
        {"ARHIVAR_HOME": str(folder / "home"), "ARHIVAR_PAGE_SECONDS": str(PAGE_SECONDS), "ARHIVAR_WORKERS": "2"}
    )
    init_archive(settings)
    with open_archive(settings) as archive, open_pool(settings) as pool:
        yield Handed(archive, inbox, run_inbox(archive, inbox, IntakeOptions(), pool, SILENT))


def test_the_healthy_binder_among_them_is_reconciled(handed: Handed) -> None:
    assert handed.state("a-healthy") is IngestState.RECONCILED
    assert handed.findings("a-healthy") == []


def test_nothing_is_left_waiting_or_forgotten(handed: Handed) -> None:
    assert handed.report.waiting == ()
    assert sorted(taken.folder for taken in handed.report.taken) == ["a-healthy", *FOLDERS]


@pytest.mark.parametrize("folder", [name for name in FOLDERS if name != HARMLESS])
def test_each_gives_the_finding_that_it_is_named_by_and_no_other(handed: Handed, folder: str) -> None:
    code = FindingCode(folder)
    assert {finding.code for finding in handed.findings(folder)} == {code} | FOLLOWS.get(code, set())
    assert handed.state(folder) is STATES[FINDINGS[code].severity]


@pytest.mark.parametrize("folder", [name for name in FOLDERS if name != HARMLESS])
def test_each_finding_says_what_is_wrong_and_what_to_do_in_two_languages(handed: Handed, folder: str) -> None:
    for finding in handed.findings(folder):
        said = [finding.say(language) for language in Language] + [finding.advise(language) for language in Language]
        assert len(set(said)) == 4
        for text in said:
            assert len(text) > 15
            assert "{" not in text.replace('{"reference_code"', "")
            assert "?" not in text


def _names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} - {READY_FILE}


def test_what_is_quarantined_is_whole_and_says_why(handed: Handed) -> None:
    quarantined = [name for name in FOLDERS if handed.state(name) is None]
    assert sorted(path.name for path in (handed.inbox / QUARANTINE).iterdir()) == quarantined
    for name in quarantined:
        aside = handed.inbox / QUARANTINE / name
        assert _names(aside) == {REASON_FILE, *_names(BROKEN / name)}
        reason = (aside / REASON_FILE).read_text(encoding="utf-8")
        for finding in handed.findings(name):
            assert finding.code.value in reason
            for language in Language:
                assert finding.say(language) in reason
                assert finding.advise(language) in reason


def test_a_page_that_cannot_be_read_leaves_its_neighbours_as_they_are(handed: Handed) -> None:
    for name in ("file-unreadable", "page-unreadable", "page-too-large", "page-limit"):
        package = read_package(handed.archive, object_id(unit_id(f"LU/GREȘIT/{name}")))
        kinds = [page.kind for page in package.pages]
        assert kinds == [PageKind.UNREADABLE if number == 2 else PageKind.PAGE for number in range(1, len(kinds) + 1)]
        assert package.pdfs[0].valid


def test_a_script_and_an_attachment_in_a_pdf_do_not_reach_the_access_copy(handed: Handed) -> None:
    assert handed.state(HARMLESS) is IngestState.RECONCILED
    assert handed.findings(HARMLESS) == []
    identifier = object_id(unit_id(f"LU/GREȘIT/{HARMLESS}"))
    package = read_package(handed.archive, identifier)
    assert package.pdfs[0].valid
    with handed.archive.packages.open(identifier, package.pdfs[0].path) as stream, pikepdf.open(stream) as pdf:
        assert len(pdf.attachments) == 0
        text = b"".join(found.unparse(resolved=True) for found in pdf.objects)
        for word in (b"/JavaScript", b"/JS", b"/OpenAction", b"/Launch", b"/AA", b"/EmbeddedFile"):
            assert word not in text
    with (
        handed.archive.packages.open(identifier, "masters/001.pdf") as stream,
        (BROKEN / HARMLESS / "001.pdf").open("rb") as original,
    ):
        assert stream.read() == original.read(), "the master is kept as it was scanned"
