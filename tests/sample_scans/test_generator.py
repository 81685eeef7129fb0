# SPDX-License-Identifier: EUPL-1.2
"""The generator: seeded, repeatable, and honest about what it lacks."""

import io
import json
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pydantic import ValidationError

from sample_scans.fonts import Face, find_font
from sample_scans.generate import READY_FILE, SAMPLES, main, write_drop
from sample_scans.multiply import multiply_pages
from sample_scans.plan import PagePlan, load_plan
from sample_scans.raster import shift, turn
from sample_scans.render import RenderedPage, render_page, sample_quality
from sample_scans.sheet import Seeds, make_sheet
from sample_scans.truth import load_stamps, load_true_text, load_truth, true_words
from sample_scans.typewriter import TypedWord
from schemas.drop import DropDescription
from schemas.errors import TargetNotEmpty, ToolMissing

BINDER = "permits-1987"
DROP, TRUTH = SAMPLES / BINDER, SAMPLES / "truth" / BINDER


def _pixels(jpeg: bytes) -> "np.ndarray[tuple[int, ...], np.dtype[np.int16]]":
    with Image.open(io.BytesIO(jpeg)) as image:
        return np.asarray(image).astype(np.int16)


@pytest.fixture(scope="module")
def fonts() -> None:
    for face in (Face.TYPEWRITER, Face.HAND):
        try:
            find_font(face)
        except ToolMissing as error:
            pytest.skip(f"left out: {error}")


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A binder of 13 pages: the first image comes twice."""
    folder = tmp_path_factory.mktemp("large")
    arguments = ["--out", str(folder / "inbox"), "--truth", str(folder / "truth"), "--binder", BINDER, "--pages", "13"]
    assert main(arguments) == 0
    return folder


@pytest.mark.usefixtures("fonts")
def test_drawing_a_page_again_gives_the_committed_one() -> None:
    again = render_page(BINDER, 3, sample_quality(load_plan(BINDER)))
    # Other builds of OpenCV and Pillow may round otherwise; more than that would be another page.
    difference = np.abs(_pixels(again.jpeg) - _pixels((DROP / "003.jpg").read_bytes()))
    assert float(difference.mean()) < 0.5
    assert int(np.percentile(difference, 99.9)) <= 8
    committed = load_truth(TRUTH).pages[2]
    assert again.truth == committed
    assert again.text == load_true_text(TRUTH, committed)


@pytest.mark.usefixtures("fonts")
def test_the_same_seed_draws_the_same_sheet_and_another_seed_another() -> None:
    plan = PagePlan(skew_deg=0, tone=(0.9, 0.9, 0.8), sheet_mm=(80, 40), left_mm=10, folio="1")
    one, same, other = (make_sheet(plan, ["Mărășești nr. 12"], Seeds(seed, 1)) for seed in (1, 1, 2))
    assert np.array_equal(one.pixels, same.pixels)
    assert one.words == same.words
    assert not np.array_equal(one.pixels, other.pixels)
    assert [word.text for word in other.words] == ["Mărășești", "nr.", "12"]


def test_a_missing_font_is_named_with_its_package(tmp_path: Path) -> None:
    with pytest.raises(ToolMissing, match="apt-get install fonts-gnutypewriter"):
        find_font(Face.TYPEWRITER, (tmp_path,))


def test_a_large_binder_has_distinct_pages_in_bytes_and_pixels(large: Path) -> None:
    pages = sorted((large / "inbox" / BINDER).glob("*.jpg"))
    assert [page.name for page in pages] == [f"{number:03d}.jpg" for number in range(1, 14)]
    assert len({sha256(page.read_bytes()).digest() for page in pages}) == 13
    first, again = (_pixels(pages[index].read_bytes()) for index in (0, 12))
    assert first.shape == again.shape == (3508, 2480, 3)
    assert 0.5 < float(np.abs(first - again).mean()) < 12


def test_a_large_binder_describes_itself(large: Path) -> None:
    drop = large / "inbox" / BINDER
    description = DropDescription.from_json((drop / "unit.json").read_bytes())
    assert description.folios is not None
    assert description.blanks is not None
    assert 2 * description.folios - description.blanks == 13
    assert description.reference_code != load_plan(BINDER).description.reference_code
    assert (drop / READY_FILE).exists()
    with Image.open(drop / "001.jpg") as image:
        assert image.info["dpi"] == pytest.approx((300, 300))


def test_a_large_binder_s_truth_is_scaled_with_it(large: Path) -> None:
    small, scaled = load_truth(TRUTH).pages[1], load_truth(large / "truth" / BINDER).pages[1]
    assert load_stamps(large / "truth" / BINDER, scaled) == load_stamps(TRUTH, small) != ()
    assert scaled.dpi == 300
    assert scaled.width_px == 2480
    assert scaled.words[0].quad[0][0] == pytest.approx(small.words[0].quad[0][0] * 300 / small.dpi, abs=0.1)
    assert scaled.skew_deg == small.skew_deg


def test_the_same_seed_gives_the_same_pages_and_another_seed_does_not(large: Path) -> None:
    committed_seed = load_plan(BINDER).seed
    (same,) = multiply_pages(DROP, TRUTH, 1, committed_seed)
    (other,) = multiply_pages(DROP, TRUTH, 1, committed_seed + 1)
    assert same.jpeg == (large / "inbox" / BINDER / "001.jpg").read_bytes()
    assert other.jpeg != same.jpeg


def test_pages_of_an_earlier_run_are_never_mixed_in(tmp_path: Path) -> None:
    (tmp_path / "007.jpg").write_bytes(b"of another run")
    with pytest.raises(TargetNotEmpty):
        write_drop(tmp_path, load_plan(BINDER).description, multiply_pages(DROP, TRUTH, 6, 1), 6, None)
    assert [path.name for path in tmp_path.iterdir()] == ["007.jpg"]


def test_a_drop_is_ready_only_when_it_is_whole(tmp_path: Path) -> None:
    (tmp_path / READY_FILE).touch()

    def broken() -> Iterator[RenderedPage]:
        yield from multiply_pages(DROP, TRUTH, 1, 1)
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        write_drop(tmp_path, load_plan(BINDER).description, broken(), 2, None)
    assert [path.name for path in tmp_path.iterdir()] == ["001.jpg"]


@pytest.mark.parametrize("wrong", [["--pages", "0"], ["--pages", "3", "--quality", "full"], ["--binder", "none"]])
def test_wrong_arguments_are_refused(wrong: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["--out", str(tmp_path), *wrong])
    assert stopped.value.code == 2
    assert wrong[0] in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_plan_cannot_ask_for_more_skew_than_promised() -> None:
    with pytest.raises(ValidationError, match="skew_deg"):
        PagePlan.model_validate_json(json.dumps({"skew_deg": 2.6, "tone": [1, 1, 1]}))


def test_positive_skew_means_down_to_the_right() -> None:
    (word,) = true_words([TypedWord("da", 0, (100.0, 0.0, 200.0, 10.0))], shift(0, 50) @ turn(2.0))
    (_, left_y), (_, right_y) = word.quad[0], word.quad[1]
    assert right_y > left_y
    assert word.box[0] < 100 + 1
