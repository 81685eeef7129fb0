# SPDX-License-Identifier: EUPL-1.2
"""Rows of ink that nobody read are found, and nothing else is taken for one."""

import cv2
import numpy as np

from processors.ink import Pixels
from processors.read.second.unseen import find_unseen_rows
from schemas.page import Box
from tests.processors.typed_pages import DPI, HEIGHT, WIDTH, blank_page, show_through, typed_page

ROW = Box(left=400, top=700, right=1300, bottom=716)


def with_ornament(page: Pixels) -> Pixels:
    """A row of typed dashes and colons."""
    page = page.copy()
    for left in range(ROW.left, ROW.right, 56):
        page[706:712, left : left + 26] = 40
        page[700:706, left + 38 : left + 44] = page[712:718, left + 38 : left + 44] = 40
    return page


def test_a_row_of_typed_signs_is_found_where_it_is() -> None:
    (found,) = find_unseen_rows(with_ornament(blank_page()), DPI, [])
    assert abs(found.left - ROW.left) < 20
    assert abs(found.right - ROW.right) < 60
    assert abs(found.top - ROW.top) < 12
    assert found.height_px < 40


def test_lines_that_were_read_are_not_found_again() -> None:
    page = typed_page(lines=6)
    lines = find_unseen_rows(page, DPI, [])
    assert len(lines) == 6
    assert find_unseen_rows(page, DPI, lines) == []
    assert find_unseen_rows(page, DPI, lines[:2] + lines[3:]) == [lines[2]]


def test_a_rule_a_blot_and_what_shows_through_are_no_rows() -> None:
    page = show_through(blank_page())
    cv2.line(page, (300, 400), (1400, 400), (40,), 4)
    cv2.circle(page, (800, 1200), 60, (40,), -1)
    assert find_unseen_rows(page, DPI, []) == []


def test_a_page_full_of_marks_gives_few_rows() -> None:
    page = np.full((HEIGHT, WIDTH), 230, np.uint8)
    for top in range(100, HEIGHT - 100, 60):
        for left in range(100, WIDTH - 100, 40):
            page[top : top + 14, left : left + 14] = 40
    assert 0 < len(find_unseen_rows(page, DPI, [])) <= 12
