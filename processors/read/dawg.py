# SPDX-License-Identifier: EUPL-1.2
"""The words inside one of Tesseract's language models.

A model (``*.traineddata``) is a table of offsets before its parts. One part is a word graph (``SquishedDawg`` of
Tesseract's ``dict/dawg.h``: 64 bits an edge, which hold a character's number, three flags and where the next node
begins), another says which characters the numbers stand for (``ccutil/unicharset.cpp``: one a line). The graph is
walked as it lies in memory: 8 bytes an edge, 1 to 6 MB a language.
"""

import struct
import unicodedata
from collections.abc import Callable
from pathlib import Path

_PARTS_MAX = 64
_WORDS_PART, _CHARACTERS_PART = 19, 21  # TESSDATA_LSTM_SYSTEM_DAWG, TESSDATA_LSTM_UNICHARSET in tessdatamanager.h
_MAGIC = 42
_HEAD = struct.Struct("<hii")
_EDGE_BYTES = 8
_LAST, _WORD_END = 1, 4  # the flag between them is for graphs that are still being built
_FLAGS = 3
_LONGEST = 60

Fold = Callable[[str], str]


class WordGraph:
    """The words of a model, asked for in one spelling: that which `fold` makes of the model's characters."""

    def __init__(self, edges: memoryview, characters: list[str], width: int) -> None:
        """`edges` are 64-bit numbers, `width` how many bits of them a character's number takes."""
        self._edges = edges
        self._characters = characters
        self._letter = (1 << width) - 1
        self._flags_at = width
        self._next_at = width + _FLAGS
        self._folded: dict[Fold, list[str]] = {}

    def has(self, word: str, fold: Fold) -> bool:
        """Whether there is a word whose characters, each under `fold`, spell `word` (which is folded already)."""
        if not 0 < len(word) <= _LONGEST:
            return False
        if fold not in self._folded:
            self._folded[fold] = [fold(character) for character in self._characters]
        folded = self._folded[fold]
        edges, length = self._edges, len(word)
        open_ends = [(0, 0)]
        while open_ends:
            node, at = open_ends.pop()
            while node < len(edges):
                edge = edges[node]
                flags = edge >> self._flags_at
                character = folded[edge & self._letter]
                if character and word.startswith(character, at):
                    reached = at + len(character)
                    if reached == length and flags & _WORD_END:
                        return True
                    following = edge >> self._next_at
                    if reached < length and following:
                        open_ends.append((following, reached))
                if flags & _LAST:
                    break
                node += 1
        return False


def load_word_graph(model: Path) -> WordGraph | None:
    """The words of the model in this file; None where it holds none, or is not built as it should be.

    Raises OSError where the file cannot be read.
    """
    data = model.read_bytes()
    try:
        parts = _parts(data)
        if not {_WORDS_PART, _CHARACTERS_PART} <= parts.keys():
            return None
        magic, size, count = _HEAD.unpack_from(parts[_WORDS_PART])
        edges = parts[_WORDS_PART][_HEAD.size : _HEAD.size + count * _EDGE_BYTES]
        characters = _characters(parts[_CHARACTERS_PART].decode())
    except (struct.error, UnicodeDecodeError):
        return None
    # A character's number is looked up without a further check, so its bits may not lead past the table.
    width = size.bit_length()
    characters += [""] * ((1 << width) - len(characters))
    if magic != _MAGIC or len(edges) != count * _EDGE_BYTES or len(characters) > 1 << width:
        return None
    return WordGraph(memoryview(edges).cast("Q"), characters, width)


def _parts(data: bytes) -> dict[int, bytes]:
    """The model's parts by number. Raises struct.error for what is not a model."""
    (count,) = struct.unpack_from("<i", data)
    if not 0 < count <= _PARTS_MAX:
        raise struct.error(f"{count} parts")
    offsets = struct.unpack_from(f"<{count}q", data, 4)
    ends = sorted({offset for offset in offsets if offset >= 0} | {len(data)})
    return {
        number: data[offset : ends[ends.index(offset) + 1]]
        for number, offset in enumerate(offsets)
        if 0 <= offset < len(data)
    }


def _characters(table: str) -> list[str]:
    """The characters by number; marks of the table itself (``NULL``, ``Joined``, ``|Broken|0|1``) stand for none."""
    rows = table.split("\n")[1:]
    names = [unicodedata.normalize("NFC", row.split(" ")[0]) for row in rows if row]
    return ["" if name in {"NULL", "Joined"} or name.startswith("|Broken|") else name for name in names]
