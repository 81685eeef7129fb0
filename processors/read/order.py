# SPDX-License-Identifier: EUPL-1.2
"""Reading order where blocks of lines mislead: rows of tables and signatures, and cells of a drawing.

An engine finds blocks by the white between them. That parts what people write in rows, a table's cells or "President,
Secretary" over their names, and joins what they do not: labels of plots on a plan. Columns of text stay columns.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from statistics import median

from processors.read.engine import Reading
from processors.read.words import block_of, line_of, mean_confidence
from schemas.page import Block, Line, Word, around


@dataclass(frozen=True)
class OrderSettings:
    """What tells signatures and cells. Lengths are in heights of the page's words."""

    wide: float = 0.6
    """Share of the width of the page's text from which a line without wide gaps is one of running text."""
    wide_lines: int = 3
    """So many such lines make a page of running text, as against a drawing."""
    gap: float = 5.0
    """Between words from which they are pieces of their own: signatures, cells."""
    column_rows: int = 4
    """Rows of a column of signatures, at most: more are a column of text, or a list."""
    column_width: float = 10.0
    """Of the lines of a column of text, at least, in heights: about twenty letters; narrower ones are cells."""
    column_words: int = 3
    """Of the lines of a column of text, however narrow."""
    alone: float = 0.25
    """Share of a column's rows, 0 to 1, that may have nothing beside them where columns make rows."""
    cut: float = 0.25
    """Between two pieces under which they are one word that a block's edge cut."""
    cell_gap: float = 8.0
    """Between the cells of a drawing, at least."""
    cell_gaps: float = 1.5
    """The same in widths of the widest cell's text: a table's columns are nearer to each other."""
    cells: int = 3
    """In a row, at least: two may be a pair of signatures."""
    cell_rows: int = 4
    """Rows of a cell, at most: more are a table."""
    near: float = 2.5
    """Between the rows of a cell, at most; and between cells above each other, at least."""


@dataclass(frozen=True)
class Ordered:
    """A reading in its order, and what was moved for it."""

    reading: Reading
    rows: int
    """Rows of a table or of signatures that were joined."""
    cells: int
    """Cells that were parted."""


def order_lines(reading: Reading, settings: OrderSettings) -> Ordered:
    """The reading with its tables and signatures in rows and, on a drawing, its cells apart."""
    words = list(reading.words())
    if not words:
        return Ordered(reading, 0, 0)
    usual = median(word.box.height_px for word in words)
    page = around(word.box for word in words)
    wide = [
        line
        for line in reading.lines()
        if any(piece.box.width_px > settings.wide * page.width_px for piece in _pieces(line, settings.gap * usual))
    ]
    running = len(wide) >= settings.wide_lines
    foot = max(line.box.bottom for line in wide) if running else None
    blocks, rows = _join_rows(reading.blocks, foot, usual, settings)
    cells = 0
    if not running:
        blocks, cells = _part_cells(blocks, usual, settings)
    return Ordered(Reading(blocks, mean_confidence(blocks)), rows, cells) if rows or cells else Ordered(reading, 0, 0)


def _join_rows(
    blocks: Sequence[Block], foot: int | None, usual: float, settings: OrderSettings
) -> tuple[tuple[Block, ...], int]:
    """Blocks beside each other whose lines are rows of cells, or of signatures below `foot`, as one block of rows."""
    ordered: list[Block] = []
    joined = 0
    for group in _beside_each_other(blocks):
        pieces = [piece for block in group for line in block.lines for piece in _pieces(line, settings.gap * usual)]
        if len(group) > 1 and _are_rows(pieces, foot, settings):
            rows = [_joined(row, settings.cut * usual) for row in _rows(pieces)]
            own = {line.words for block in group for line in block.lines}
            joined += sum(line.words not in own for line in rows)
            language = group[0].language
            ordered.append(block_of(rows).model_copy(update={"language": language}))
        else:
            ordered += group
    return tuple(ordered), joined


def _beside_each_other(blocks: Sequence[Block]) -> list[list[Block]]:
    """Blocks that share a row with each other, together; each group where its first block stands."""
    groups: list[list[Block]] = []
    for block in blocks:
        met = [group for group in groups if any(_share_a_row(other, block) for other in group)]
        if met:
            for other in met[1:]:
                met[0].extend(other)
                groups.remove(other)
            met[0].append(block)
        else:
            groups.append([block])
    return groups


def _share_a_row(one: Block, other: Block) -> bool:
    return any(
        abs(_middle(left) - _middle(right)) < min(left.box.height_px, right.box.height_px) / 2
        and (left.box.right <= right.box.left or right.box.right <= left.box.left)
        for left in one.lines
        for right in other.lines
    )


def _are_rows(pieces: Sequence[Line], foot: int | None, settings: OrderSettings) -> bool:
    """Whether columns of pieces are cells of a table or a form, or a pair of signatures, and not columns of text."""
    columns = _columns(pieces)
    if len(columns) < 2:
        return False
    rows = _rows(pieces)
    shared = [{_column_of(piece, columns) for piece in row} for row in rows]
    heights = [sum(number in row for row in shared) for number in range(len(columns))]
    alone = [sum(row == {number} for row in shared) for number in range(len(columns))]
    meeting = sorted(zip(heights, alone, strict=True))[:-1]  # the tallest may have rows of its own
    if any(single > settings.alone * height for height, single in meeting):
        return False
    text = sum(_is_text(column, settings) for column in columns)
    cells = text == 0 or (text == 1 and len(columns) > 2)
    at_foot = foot is not None and min(piece.box.top for piece in pieces) >= foot
    return cells or (at_foot and len(columns) <= 3 and max(heights) <= settings.column_rows)


def _is_text(column: Sequence[Line], settings: OrderSettings) -> bool:
    width = median(piece.box.width_px / piece.box.height_px for piece in column)
    return width >= settings.column_width or median(len(piece.words) for piece in column) >= settings.column_words


def _part_cells(blocks: Sequence[Block], usual: float, settings: OrderSettings) -> tuple[tuple[Block, ...], int]:
    """Blocks with the cells of a drawing as blocks of their own, and how many there are.

    Where there are cells, other lines are parted at as wide gaps too: they are labels of different things.
    """
    lines = [(block, _pieces(line, settings.cell_gap * usual)) for block in blocks for line in block.lines]
    found: list[tuple[int, int]] = []
    first = 0
    while first < len(lines):
        end = first + 1
        while end < len(lines) and _aligned(lines[end - 1][1], lines[end][1], usual, settings):
            end += 1
        near = lines[max(0, first - 1) : first] + lines[end : end + 1]
        stack = [pieces for _, pieces in lines[first:end]]
        alone = all(_are_apart(stack, pieces, settings.near * usual) for _, pieces in near)
        if alone and _are_cells(stack, settings):
            found.append((first, end))
        first = end
    if not found:
        return tuple(blocks), 0
    ordered: list[Block] = []
    at = 0
    for first, end in [*found, (len(lines), len(lines))]:
        for _, of_block in groupby(lines[at:first], key=lambda one: id(one[0])):
            ordered += _labels([pieces for _, pieces in of_block])
        stack = [pieces for _, pieces in lines[first:end]]
        ordered += [block_of(cell) for cell in zip(*stack, strict=True)]
        at = end
    return tuple(ordered), sum(len(lines[first][1]) for first, _ in found)


def _labels(lines: Sequence[Sequence[Line]]) -> list[Block]:
    """Lines of one block: those in one piece together, pieces alone."""
    blocks: list[Block] = []
    for whole, group in groupby(lines, key=lambda pieces: len(pieces) == 1):
        pieces = [piece for line in group for piece in line]
        blocks += [block_of(pieces)] if whole else [block_of([piece]) for piece in pieces]
    return blocks


def _aligned(above: Sequence[Line], below: Sequence[Line], usual: float, settings: OrderSettings) -> bool:
    """Whether two lines are rows of the same cells: as many pieces, each under the other, one line right below."""
    if len(above) != len(below) or len(above) < settings.cells:
        return False
    apart = min(line.box.top for line in below) - max(line.box.bottom for line in above)
    if not -usual < apart < settings.near * usual:
        return False
    return all(
        abs(one.box.left - other.box.left) < usual
        or abs(one.box.left + one.box.right - other.box.left - other.box.right) < 2 * usual
        for one, other in zip(above, below, strict=True)
    )


def _are_apart(stack: Sequence[Sequence[Line]], other: Sequence[Line], near_px: float) -> bool:
    """Whether a line stands well above or below rows: a table's next row does not."""
    top = min(piece.box.top for row in stack for piece in row)
    bottom = max(piece.box.bottom for row in stack for piece in row)
    return all(piece.box.bottom <= top - near_px or piece.box.top >= bottom + near_px for piece in other)


def _are_cells(rows: Sequence[Sequence[Line]], settings: OrderSettings) -> bool:
    if not 1 < len(rows) <= settings.cell_rows:
        return False
    widest = max(piece.box.width_px for row in rows for piece in row)
    narrowest = min(right.box.left - left.box.right for row in rows for left, right in pairwise(row))
    return narrowest >= settings.cell_gaps * widest


def _pieces(line: Line, gap_px: float) -> list[Line]:
    """The line cut at gaps as wide as that."""
    pieces: list[list[Word]] = [[line.words[0]]]
    for before, word in pairwise(line.words):
        if word.box.left - before.box.right >= gap_px:
            pieces.append([word])
        else:
            pieces[-1].append(word)
    return [line] if len(pieces) == 1 else [line_of(words) for words in pieces]


def _rows(pieces: Sequence[Line]) -> list[list[Line]]:
    """Pieces whose middles lie at one height, from above, each row from the left."""
    rows: list[list[Line]] = []
    for piece in sorted(pieces, key=_middle):
        if rows and _middle(piece) - _middle(rows[-1][0]) < min(piece.box.height_px, rows[-1][0].box.height_px) / 2:
            rows[-1].append(piece)
        else:
            rows.append([piece])
    return [sorted(row, key=lambda piece: piece.box.left) for row in rows]


def _columns(pieces: Sequence[Line]) -> list[list[Line]]:
    """Pieces that stand above each other, from the left."""
    columns: list[list[Line]] = []
    right = 0
    for piece in sorted(pieces, key=lambda piece: piece.box.left):
        if columns and piece.box.left < right:
            columns[-1].append(piece)
        else:
            columns.append([piece])
        right = max(right, piece.box.right)
    return columns


def _column_of(piece: Line, columns: Sequence[Sequence[Line]]) -> int:
    return next(number for number, column in enumerate(columns) if any(piece is one for one in column))


def _joined(row: Sequence[Line], cut_px: float) -> Line:
    """A row as one line; letters on both sides of a cut are one word again."""
    words: list[Word] = []
    for word in (word for piece in row for word in piece.words):
        if words and 0 <= word.box.left - words[-1].box.right < cut_px:
            words[-1] = _word(words[-1], word)
        else:
            words.append(word)
    return line_of(words)


def _word(one: Word, other: Word) -> Word:
    letters = len(one.text), len(other.text)
    sureness = (one.confidence * letters[0] + other.confidence * letters[1]) / sum(letters)
    raw = None if one.raw is None and other.raw is None else (one.raw or one.text) + (other.raw or other.text)
    fits = len(one.choices) == letters[0] and len(other.choices) == letters[1]
    return Word(
        text=one.text + other.text,
        raw=raw,
        box=one.box.union(other.box),
        confidence=round(sureness, 2),
        choices=one.choices + other.choices if fits else (),
    )


def _middle(line: Line) -> float:
    return (line.box.top + line.box.bottom) / 2
