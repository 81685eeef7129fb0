# SPDX-License-Identifier: EUPL-1.2
from processors.read.second.rows import join_rows, reading_order
from schemas.page import Box


def box(left: int, top: int, right: int, bottom: int | None = None) -> Box:
    return Box(left=left, top=top, right=right, bottom=top + 40 if bottom is None else bottom)


def flat(order: list[list[list[int]]]) -> list[int]:
    return [index for block in order for line in block for index in line]


def two_columns(rows: int) -> list[Box]:
    return [box(left, 200 + 60 * row, left + 900) for row in range(rows) for left in (100, 1060)]


def test_pieces_of_a_row_near_each_other_are_one_row() -> None:
    assert join_rows([box(330, 2, 600), box(0, 0, 300), box(0, 60, 300)]) == [box(0, 0, 600, 42), box(0, 60, 300)]


def test_cells_stay_apart_and_so_does_a_stamp() -> None:
    cells = [box(0, 0, 300), box(360, 0, 600)]
    assert join_rows(cells) == cells
    stamp = [box(0, 50, 300), box(290, 0, 500, 160)]
    assert sorted(join_rows(stamp), key=lambda row: row.left) == stamp


def test_the_left_column_is_read_before_the_right_one() -> None:
    boxes = two_columns(6)
    assert flat(reading_order(boxes)) == [0, 2, 4, 6, 8, 10, 1, 3, 5, 7, 9, 11]


def test_what_spans_both_columns_is_read_before_and_after_them() -> None:
    boxes = [box(300, 100, 1700), *two_columns(6), box(200, 700, 1800)]
    assert flat(reading_order(boxes)) == [0, 1, 3, 5, 7, 9, 11, 2, 4, 6, 8, 10, 12, 13]


def test_columns_of_skewed_lines_are_columns_too() -> None:
    boxes = [box(b.left, b.top + (15 if b.left > 1000 else 0), b.right) for b in two_columns(6)]
    assert flat(reading_order(boxes)) == [0, 2, 4, 6, 8, 10, 1, 3, 5, 7, 9, 11]


def test_a_table_is_read_row_by_row_and_a_row_is_a_line() -> None:
    boxes = [
        box(left, 200 + 60 * row, right) for row in range(8) for left, right in ((100, 700), (800, 950), (1100, 1250))
    ]
    (block,) = reading_order(boxes)
    assert block == [[row, row + 1, row + 2] for row in range(0, 24, 3)]


def test_two_signatures_beside_each_other_are_read_by_rows() -> None:
    assert flat(reading_order(two_columns(2))) == [0, 1, 2, 3]


def test_a_gutter_that_another_opinion_runs_over_must_part_long_columns() -> None:
    across = [box(100, 200 + 60 * row, 1960) for row in range(20)]
    assert flat(reading_order(two_columns(6), across)) == list(range(12))
    assert flat(reading_order(two_columns(12), across))[:3] == [0, 2, 4]


def test_paragraphs_far_from_each_other_are_blocks() -> None:
    boxes = [box(0, 0, 600), box(0, 60, 600), box(0, 200, 600)]
    assert reading_order(boxes) == [[[0], [1]], [[2]]]


def test_every_row_is_read_once_whatever_lies_where() -> None:
    boxes = [
        box((index * 7919) % 1500, (index * 104729) % 2000, (index * 7919) % 1500 + 200 + index * 9)
        for index in range(60)
    ]
    assert sorted(flat(reading_order(boxes))) == list(range(60))


def test_no_rows_have_no_order() -> None:
    assert reading_order([]) == []
    assert join_rows([]) == []
