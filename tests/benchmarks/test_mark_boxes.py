# SPDX-License-Identifier: EUPL-1.2
"""How marks are held against the words' true places."""

import pytest

from benchmarks.judged import TRUTH, load_judged
from benchmarks.mark_boxes import iou, judge_page, true_lines
from sample_scans.truth import TruePage, load_truth
from schemas.page import Block, Box, Geometry, Line, PageKind, PageResult

TRUE = load_truth(TRUTH / "permits-1987").pages[4]
QUERIES = [query for query in load_judged().queries if "permits-1987/5" in query.grades]


def box(left: int, top: int, right: int, bottom: int) -> Box:
    return Box(left=left, top=top, right=right, bottom=bottom)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (box(0, 0, 10, 10), box(0, 0, 10, 10), 1.0),
        (box(0, 0, 10, 10), box(5, 0, 15, 10), 1 / 3),
        (box(0, 0, 10, 10), box(0, 0, 10, 5), 0.5),
        (box(0, 0, 10, 10), box(10, 0, 20, 10), 0.0),
        (box(0, 0, 10, 10), box(30, 30, 40, 40), 0.0),
    ],
)
def test_overlap_is_the_shared_area_over_that_of_both(one: Box, other: Box, expected: float) -> None:
    assert iou(one, other) == iou(other, one) == pytest.approx(expected)


def read_with(page: TruePage, lines: tuple[Line, ...]) -> PageResult:
    geometry = geometry_of(page)
    block = Block(box=box(0, 0, geometry.width_px, geometry.height_px), lines=lines)
    return PageResult(
        source_digest="0" * 64, geometry=geometry, kind=PageKind.PAGE, language=page.language, blocks=(block,)
    )


def geometry_of(page: TruePage) -> Geometry:
    return Geometry(
        source_width_px=page.width_px,
        source_height_px=page.height_px,
        source_dpi=page.dpi,
        width_px=page.width_px,
        height_px=page.height_px,
        dpi=page.dpi,
    )


def moved(lines: tuple[Line, ...], across_px: int) -> tuple[Line, ...]:
    return tuple(
        line.model_copy(
            update={
                "words": tuple(word.model_copy(update={"box": word.box.moved(across_px, 0)}) for word in line.words)
            }
        )
        for line in lines
    )


def test_a_page_that_was_read_as_it_is_has_every_mark_in_its_place() -> None:
    judged = judge_page("p", TRUE, read_with(TRUE, true_lines(TRUE, geometry_of(TRUE))), QUERIES)
    assert len(judged.words) == judged.true_marks == judged.found_marks > 20
    assert {word.iou for word in judged.words} == {1.0}
    assert judged.share == 1


def test_words_that_lie_elsewhere_are_found_out() -> None:
    lines = moved(true_lines(TRUE, geometry_of(TRUE)), 5_000)
    judged = judge_page("p", TRUE, read_with(TRUE, lines), QUERIES)
    assert judged.share == 0
    assert judged.found_marks == 0
    assert {word.iou for word in judged.words} == {0.0}
