# SPDX-License-Identifier: EUPL-1.2
"""Which pages benchmarks read, and what they refuse."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from benchmarks import reading
from benchmarks.samples_full import DIGESTS, OtherPages, full_quality_samples, missing_fonts, read_digests
from benchmarks.sets import NoLanguages, folder_languages, folder_sets, sample_set
from sample_scans.fonts import Face
from sample_scans.generate import SAMPLES
from schemas.errors import ToolMissing


def _folder(root: Path, name: str, *files: str) -> Path:
    folder = root / name
    folder.mkdir(parents=True)
    for file in files:
        (folder / file).write_text("Text_e ^1^ ~~~", encoding="utf-8")
    return folder


def test_the_samples_are_all_pages_with_their_truth_language_and_turn() -> None:
    samples = sample_set(SAMPLES, "samples")
    assert [len(unit.pages) for unit in samples.units] == [11, 12, 12]
    assert all(page.image.is_file() for page in samples.pages)
    assert sum(not page.is_text for page in samples.pages) == 2
    languages = {page.language for page in samples.pages if page.is_text}
    assert {"ron", "hun", "deu"} <= languages
    assert 180 in {page.rotation_deg for page in samples.pages}
    assert all(page.language in unit.languages for unit in samples.units for page in unit.pages if page.is_text)


def test_the_samples_say_what_is_on_stamps_and_what_is_running_text() -> None:
    decisions = sample_set(SAMPLES, "samples").units[0].pages
    assert "19 APR 1995" in decisions[8].stamps
    assert [page.running for page in decisions[:7]] == [False, True, True, True, False, True, False]


def test_stamps_of_a_folder_s_page_stand_beside_its_truth(tmp_path: Path) -> None:
    _folder(tmp_path, "fra", "a.jpg", "a.gt.txt", "b.jpg", "b.gt.txt")
    (tmp_path / "fra" / "a.stamps.txt").write_text("REÇU\n12 MAI 1943\n", encoding="utf-8")
    (only,) = folder_sets(tmp_path)
    assert [page.stamps for page in only.pages] == [("REÇU", "12 MAI 1943"), ()]


def test_a_folder_with_images_and_truth_is_a_set_at_any_depth(tmp_path: Path) -> None:
    names = ("a.jpg", "b.jpeg", "c.PNG", "d.tif", "e.tiff")
    truths = [f"{name.partition('.')[0]}.gt.txt" for name in names]
    _folder(tmp_path, "old/fra", *names, *truths, "f.gt.txt", "g.jpg", "a.b.jpg", "notes.txt")
    _folder(tmp_path, "pictures", "h.jpg")
    (only,) = folder_sets(tmp_path)
    assert (only.name, only.real) == ("fra", True)
    assert tuple(page.image.name for page in only.pages) == names
    assert only.pages[0].truth == "Texte 1 "  # without the signs of the transcribers


def test_a_folder_that_two_variables_name_is_measured_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _folder(tmp_path, "fra", "a.jpg", "a.gt.txt")
    for name in reading.SCANS:
        monkeypatch.setenv(name, str(tmp_path))
    chosen = reading.chosen_sets(None, sample_set(SAMPLES, "samples"))
    assert [one.name for one in chosen] == ["samples", "fra"]


@pytest.mark.parametrize(
    ("name", "said", "languages"),
    [
        ("fra", None, ("fra",)),
        ("deu+eng", None, ("deu", "eng")),
        ("typescript-fr", None, ("fra",)),
        ("book-ro+de", None, ("ron", "deu")),
        ("pages", "hun, ron\n", ("hun", "ron")),
        ("fra", "eng", ("eng",)),
    ],
)
def test_languages_come_from_the_list_else_from_the_folders_name(
    tmp_path: Path, name: str, said: str | None, languages: Sequence[str]
) -> None:
    folder = _folder(tmp_path, name)
    if said is not None:
        (folder / "languages.txt").write_text(said, encoding="utf-8")
    assert folder_languages(folder) == languages


def test_a_folder_of_unknown_languages_is_an_error_that_says_where_to_name_them(tmp_path: Path) -> None:
    _folder(tmp_path, "pages", "a.jpg", "a.gt.txt")
    with pytest.raises(NoLanguages, match=r"languages\.txt"):
        folder_sets(tmp_path)


def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        folder_sets(tmp_path / "none")


def test_digests_are_fixed_for_every_page_of_every_binder() -> None:
    pages = {f"{page.image.parent.name}/{page.image.name}" for page in sample_set(SAMPLES, "samples").pages}
    assert set(read_digests(DIGESTS)) == pages


def test_pages_that_were_not_agreed_on_are_refused(tmp_path: Path) -> None:
    for page in sample_set(SAMPLES, "samples").pages:  # all are there, at another resolution
        target = tmp_path / page.image.parent.name / page.image.name
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(page.image.read_bytes())
    with pytest.raises(OtherPages, match=r"decisions-1995/001\.jpg is not the page that was agreed on"):
        full_quality_samples(tmp_path)
    assert reading.main(["--samples-from", str(tmp_path)]) == 2


def test_without_fonts_the_committed_pages_are_read_and_the_note_says_which_fonts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_font(face: Face) -> Path:
        raise ToolMissing(tool=face.file, detail=f"Debian: apt-get install {face.package}")

    monkeypatch.setattr("benchmarks.samples_full.find_font", no_font)
    assert "GNUTypewriter.ttf (Debian: apt-get install fonts-gnutypewriter)" in missing_fonts()
    samples = reading.samples(reading.parse(["--out", str(tmp_path)]))
    assert samples.name == "samples as committed"
    assert "fonts-gnutypewriter" in (samples.note or "")
    assert samples.pages[0].image.is_relative_to(SAMPLES)


def test_one_set_at_a_time_can_be_chosen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("old-fr", "old-de"):
        _folder(tmp_path, name, "a.jpg", "a.gt.txt")
    monkeypatch.setenv("ARHIVAR_BENCH_SCANS", str(tmp_path))
    monkeypatch.delenv("ARHIVAR_TEST_SCANS", raising=False)
    samples = sample_set(SAMPLES, "samples")
    assert [one.name for one in reading.chosen_sets(None, samples)] == ["samples", "old-de", "old-fr"]
    assert [one.name for one in reading.chosen_sets(["old-fr"], samples)] == ["old-fr"]
    assert reading.main(["--set", "none", "--samples", "committed"]) == 2
