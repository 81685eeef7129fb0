# SPDX-License-Identifier: EUPL-1.2
"""The words of a request for an image, as the IIIF Image API 3.0 has them."""

from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from processors.region import THUMBNAIL, ImageRequest, PlacedRequest, place_request
from schemas.errors import ArhivarError, ImageAnswerTooLarge, ImageRequestInvalid
from schemas.messages import Language
from schemas.page import Box

WIDTH_PX, HEIGHT_PX, LIMIT = 2480, 3508, 25_000_000

sides = st.integers(min_value=1, max_value=40_000)
limits = st.integers(min_value=1, max_value=30_000_000)
numbers = st.one_of(
    st.integers(min_value=0, max_value=10**10).map(str),
    st.floats(min_value=0, max_value=1e6).map(lambda value: f"{value:.3f}"),
    st.sampled_from(["", "-1", "1e9", "nan", "inf", "0x10", "١٢", "+5", " 7", "1.", ".5", "00", "0.0000"]),
)
regions = st.one_of(
    st.sampled_from(["full", "square"]),
    st.lists(numbers, min_size=3, max_size=5).map(",".join),
    st.lists(numbers, min_size=4, max_size=4).map(lambda parts: "pct:" + ",".join(parts)),
    st.text(max_size=30),
)
sizes = st.one_of(
    st.just("max"),
    st.tuples(st.sampled_from(["", "!", "^", "^!"]), numbers, numbers).map(lambda one: f"{one[0]}{one[1]},{one[2]}"),
    numbers.map(lambda value: f"pct:{value}"),
    st.text(max_size=30),
)


def place(
    region: str = "full", size: str = "max", width_px: int = WIDTH_PX, height_px: int = HEIGHT_PX, limit: int = LIMIT
) -> PlacedRequest:
    return place_request(ImageRequest(region, size), width_px, height_px, limit)


def box(left: int, top: int, right: int, bottom: int) -> Box:
    return Box(left=left, top=top, right=right, bottom=bottom)


@given(regions, sizes, sides, sides, limits)
@example("pct:99.9999,0,0.00001,100", "max", 40_000, 1, 1)
@example("full", "!1,1", 40_000, 1, 1)
def test_whatever_is_asked_is_refused_in_words_or_lies_on_the_page_and_within_the_limit(
    region: str, size: str, width_px: int, height_px: int, limit: int
) -> None:
    refused: ArhivarError | None = None
    try:
        placed = place(region, size, width_px, height_px, limit)
    except (ImageRequestInvalid, ImageAnswerTooLarge) as error:
        refused = error
    if refused is not None:
        assert all(refused.say(language).isprintable() for language in Language)
        return
    assert 0 <= placed.box.left < placed.box.right <= width_px
    assert 0 <= placed.box.top < placed.box.bottom <= height_px
    assert 1 <= placed.width_px <= placed.box.width_px
    assert 1 <= placed.height_px <= placed.box.height_px
    assert placed.width_px * placed.height_px <= limit


@given(sides, sides, st.integers(min_value=1, max_value=60_000), st.integers(min_value=1, max_value=60_000))
def test_a_size_within_bounds_keeps_the_proportions(width_px: int, height_px: int, wide: int, high: int) -> None:
    placed = place("full", f"!{wide},{high}", width_px, height_px, width_px * height_px)
    assert placed.width_px <= wide
    assert placed.height_px <= high
    share = min(1.0, wide / width_px, high / height_px)
    assert abs(placed.width_px - width_px * share) <= 1
    assert abs(placed.height_px - height_px * share) <= 1


@given(sides, sides, limits)
def test_max_is_the_part_itself_or_as_near_as_the_limit_lets_it(width_px: int, height_px: int, limit: int) -> None:
    placed = place("full", "max", width_px, height_px, limit)
    if width_px * height_px <= limit:
        assert (placed.width_px, placed.height_px) == (width_px, height_px)
    elif min(placed.width_px, placed.height_px) > 50:
        assert placed.width_px / placed.height_px == pytest.approx(width_px / height_px, rel=0.05)
        assert placed.width_px * placed.height_px > 0.9 * limit


@pytest.mark.parametrize(
    ("region", "expected"),
    [
        ("full", box(0, 0, 2480, 3508)),
        ("square", box(0, 514, 2480, 2994)),
        ("100,200,300,400", box(100, 200, 400, 600)),
        ("2400,3500,300,400", box(2400, 3500, 2480, 3508)),
        ("pct:50,0,50,25", box(1240, 0, 2480, 877)),
        ("pct:41.6,7.5,40,70", box(1032, 263, 2024, 2719)),
    ],
)
def test_a_region_is_the_part_that_iiif_means(region: str, expected: Box) -> None:
    assert place(region).box == expected


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ("max", (2480, 3508)),
        ("248,", (248, 351)),
        (",1754", (1240, 1754)),
        ("pct:50", (1240, 1754)),
        ("100,100", (100, 100)),
        ("!200,200", (141, 200)),
        ("!9999,9999", (2480, 3508)),
    ],
)
def test_a_size_is_what_iiif_means(size: str, expected: tuple[int, int]) -> None:
    placed = place(size=size)
    assert (placed.width_px, placed.height_px) == expected


@pytest.mark.parametrize("size", ["2481,", ",3509", "2480,3509", "^max", "^100,", "pct:100.5", "pct:0", "0,", "!5,"])
def test_nothing_is_shown_larger_than_it_is_or_as_nothing(size: str) -> None:
    with pytest.raises(ImageRequestInvalid):
        place(size=size)


@pytest.mark.parametrize(
    "region",
    ["2480,0,1,1", "0,0,0,5", "pct:100,0,5,5", "1,2,3", "1,2,3,4,5", "-1,0,5,5", "1.5,0,5,5", "0,0,1e3,5", "../x", ""],
)
def test_a_region_with_nothing_of_the_page_is_refused(region: str) -> None:
    with pytest.raises(ImageRequestInvalid):
        place(region)


def test_a_named_size_above_the_limit_is_refused_and_max_is_reduced() -> None:
    with pytest.raises(ImageAnswerTooLarge):
        place(size="2480,3508", limit=1_000_000)
    placed = place(limit=1_000_000)
    assert placed.width_px * placed.height_px <= 1_000_000


@pytest.mark.parametrize(
    "change",
    [
        {"rotation": "45"},
        {"rotation": "!0"},
        {"rotation": "-90"},
        {"quality": "bitonal"},
        {"format": "tif"},
        {"format": ""},
    ],
)
def test_turns_colours_and_formats_are_those_that_are_named(change: dict[str, str]) -> None:
    with pytest.raises(ImageRequestInvalid):
        place_request(replace(THUMBNAIL, **change), WIDTH_PX, HEIGHT_PX, LIMIT)
    assert place_request(replace(THUMBNAIL, rotation="270", quality="gray", format="png"), 9, 9, 99).rotation == 270
