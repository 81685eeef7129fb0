# SPDX-License-Identifier: EUPL-1.2
"""From pieces of lines to rows, and from rows to the order in which people read them."""

from collections.abc import Sequence
from statistics import median

from schemas.page import Box, around

_JOIN_HEIGHTS = 1.2  # what is farther apart may be two columns or two cells
_SAME_ROW = 0.5
_ALIKE = 1.4  # a stamp over a line is taller
_COLUMN_HEIGHTS = 10.0  # about twenty letters: narrower ones are cells of a table, which is read row by row
_COLUMN_ROWS = 4
_CERTAIN_ROWS = 10
_GUTTER_HEIGHTS = 0.5
_BLOCK_HEIGHTS = 1.0  # lines of a paragraph are nearer to each other


def join_rows(pieces: Sequence[Box]) -> list[Box]:
    """Pieces that stand in one row, near each other, as one box."""
    rows: list[Box] = []
    for piece in sorted(pieces, key=lambda box: (box.left, box.top)):
        near = [index for index, row in enumerate(rows) if _continues(row, piece)]
        if near:
            best = min(near, key=lambda index: abs(_middle(rows[index]) - _middle(piece)))
            rows[best] = rows[best].union(piece)
        else:
            rows.append(piece)
    return sorted(rows, key=lambda box: (box.top, box.left))


def reading_order(boxes: Sequence[Box], spans: Sequence[Box] = ()) -> list[list[list[int]]]:
    """The indices of rows in the order in which they are read: blocks of lines of rows.

    By recursive cuts (Nagy and Seth, Hierarchical representation of optically scanned documents, ICPR 1984), the
    vertical ones first: where a gutter runs down between two columns of lines, the left one is read first. What spans
    the columns is read before what is below it. Cells of a table are no columns: rows beside each other are one line.
    `spans` are lines by another opinion; where they run over a gutter, it must part long columns to be one.
    """
    blocks: list[list[list[int]]] = []
    for line in _order(boxes, list(range(len(boxes))), spans):
        if blocks and _same_block(_around(boxes, blocks[-1][-1]), _around(boxes, line)):
            blocks[-1].append(line)
        else:
            blocks.append([line])
    return blocks


def _continues(row: Box, piece: Box) -> bool:
    heights = row.height_px, piece.height_px
    if max(heights) > _ALIKE * min(heights):
        return False
    apart = abs(_middle(row) - _middle(piece))
    gap = piece.left - row.right
    return apart < _SAME_ROW * min(heights) and gap < _JOIN_HEIGHTS * min(heights)


def _middle(box: Box) -> float:
    return (box.top + box.bottom) / 2


def _order(boxes: Sequence[Box], members: list[int], spans: Sequence[Box]) -> list[list[int]]:
    if len(members) < 2 * _COLUMN_ROWS:
        return _bands(boxes, members)
    columns = _cut(boxes, members, spans)
    if columns is not None:
        return _order(boxes, columns[0], spans) + _order(boxes, columns[1], spans)
    bands = _bands(boxes, members)
    first, last = _columned(boxes, bands, spans)
    if first == last:
        return bands
    above, within, below = (
        [index for band in part for index in band] for part in (bands[:first], bands[first:last], bands[last:])
    )
    return _order(boxes, above, spans) + _order(boxes, within, spans) + _order(boxes, below, spans)


def _cut(boxes: Sequence[Box], members: Sequence[int], spans: Sequence[Box]) -> tuple[list[int], list[int]] | None:
    """The members left and right of the widest gutter between columns; None where there is none."""
    by_left = sorted(members, key=lambda index: (boxes[index].left, boxes[index].top))
    height = median(boxes[index].height_px for index in members)
    best: tuple[list[int], list[int]] | None = None
    widest = _GUTTER_HEIGHTS * height
    right = boxes[by_left[0]].right
    for place, index in enumerate(by_left):
        gap = boxes[index].left - right
        if gap > widest:
            sides = by_left[:place], by_left[place:]
            gutter = right + gap / 2
            if all(_is_column(boxes, side) for side in sides) and _are_columns(boxes, sides, gutter, spans):
                best, widest = sides, gap
        right = max(right, boxes[index].right)
    return best


def _is_column(boxes: Sequence[Box], members: Sequence[int]) -> bool:
    if len(members) < _COLUMN_ROWS:
        return False
    return median(boxes[index].width_px / boxes[index].height_px for index in members) >= _COLUMN_HEIGHTS


def _are_columns(
    boxes: Sequence[Box], sides: tuple[Sequence[int], Sequence[int]], gutter: float, spans: Sequence[Box]
) -> bool:
    """Whether the shorter column lies mostly beside the other, and few lines of another opinion run over the gutter."""
    one, other = (_around(boxes, side) for side in sides)
    top, bottom = max(one.top, other.top), min(one.bottom, other.bottom)
    if bottom - top <= min(one.height_px, other.height_px) / 2:
        return False
    rows = min(map(len, sides))
    crossing = sum(1 for span in spans if span.left < gutter < span.right and top <= _middle(span) <= bottom)
    return rows >= _CERTAIN_ROWS or crossing <= rows / 2


def _bands(boxes: Sequence[Box], members: Sequence[int]) -> list[list[int]]:
    """The members in lines from the top, each from the left; what lies beside each other shares one."""
    bands: list[list[int]] = []
    for index in sorted(members, key=lambda index: (_middle(boxes[index]), boxes[index].left)):
        if bands and all(_beside(boxes[other], boxes[index]) for other in bands[-1]):
            bands[-1].append(index)
        else:
            bands.append([index])
    return [sorted(band, key=lambda index: (boxes[index].left, index)) for band in bands]


def _beside(one: Box, other: Box) -> bool:
    apart = abs(_middle(one) - _middle(other)) >= _SAME_ROW * min(one.height_px, other.height_px)
    return not apart and min(one.right, other.right) <= max(one.left, other.left)


def _around(boxes: Sequence[Box], members: Sequence[int]) -> Box:
    return around(boxes[index] for index in members)


def _columned(boxes: Sequence[Box], bands: Sequence[Sequence[int]], spans: Sequence[Box]) -> tuple[int, int]:
    """The longest run of bands with a gutter through all of them, as a range; an empty one where there is none."""
    best = (0, 0)
    for first in range(len(bands)):
        for last in range(len(bands), first + max(_COLUMN_ROWS, best[1] - best[0] + 1) - 1, -1):
            if last - first == len(bands):
                continue  # the whole has none
            if _cut(boxes, [index for band in bands[first:last] for index in band], spans) is not None:
                best = (first, last)
                break
    return best


def _same_block(line: Box, following: Box) -> bool:
    """Whether a line goes on in the next one: below it, and no farther than a blank line."""
    height = min(line.height_px, following.height_px)
    beside = min(line.right, following.right) > max(line.left, following.left)
    return beside and -height < following.top - line.bottom < _BLOCK_HEIGHTS * height
