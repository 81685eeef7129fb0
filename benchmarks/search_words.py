# SPDX-License-Identifier: EUPL-1.2
"""What it costs to learn where a page's words are: the part of a search that the store answers, not the index."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time
from uuid import UUID

from arhivar.composition import object_id
from arhivar.package import alto_path
from arhivar.stored_words import StoredWords
from benchmarks.search_pages import distractors
from processors.alto import write_alto
from repository.filesystem_store import FilesystemStore
from repository.ocfl import OcflRepository
from schemas.page import Block, Box, Geometry, Line, PageResult, Word

UNITS = 10
PAGES = 30
_LINE_PX = 30
_LETTER_PX = 10


def reading_seconds() -> float:
    """CPU seconds to read the words of one page, of ten binders of 30 pages in a folder, none of them read before."""
    with TemporaryDirectory() as folder:
        packages = OcflRepository(FilesystemStore(Path(folder)))
        packages.initialise()
        texts = [page.text for page in islice(distractors(3 * UNITS * PAGES), 0, None, 3)]
        for unit in range(UNITS):
            _deposit(packages, UUID(int=unit), texts[unit::UNITS])
        words = StoredWords(packages)
        before = process_time()
        for unit in range(UNITS):
            for page in range(1, PAGES + 1):
                words(UUID(int=unit), 1, page)
        return (process_time() - before) / (UNITS * PAGES)


def _deposit(packages: OcflRepository, unit: UUID, texts: Iterable[str]) -> None:
    packages.commit(
        object_id(unit),
        {alto_path(number): _alto(text, number) for number, text in enumerate(texts, 1)},
        message="for a benchmark",
        user_name="benchmark",
        user_address=None,
        created=datetime.now(UTC),
        expected_head=None,
    )


def _alto(text: str, number: int) -> bytes:
    lines = tuple(_line(row.split(), at) for at, row in enumerate(text.split("\n")))
    page = Box(left=0, top=0, right=2480, bottom=3508)
    geometry = Geometry(
        source_width_px=page.right,
        source_height_px=page.bottom,
        source_dpi=300,
        width_px=page.right,
        height_px=page.bottom,
        dpi=300,
    )
    result = PageResult(source_digest="0" * 64, geometry=geometry, blocks=(Block(box=page, lines=lines),))
    return write_alto(result, source_file=f"{number:03}.tif", page_number=number)


def _line(texts: Sequence[str], at: int) -> Line:
    left, top = 0, at * _LINE_PX
    words = []
    for text in texts:
        box = Box(left=left, top=top, right=left + _LETTER_PX * len(text), bottom=top + _LINE_PX)
        words.append(Word(text=text, box=box, confidence=90))
        left = box.right + _LETTER_PX
    return Line(box=Box(left=0, top=top, right=left, bottom=top + _LINE_PX), words=tuple(words))
