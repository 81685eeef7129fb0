# SPDX-License-Identifier: EUPL-1.2
"""An archive whose pages are read and judged by doubles, in milliseconds; all else is the real pipeline.

A page file is a small white PNG that carries its text; "unreadable" in it makes it a page that cannot be decoded.
"""

import hashlib
import json
import struct
import zlib
from collections.abc import Generator, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from arhivar.composition import init_archive
from arhivar.settings import load_settings
from processors.access import AccessImage
from processors.encoded import encode_g4
from processors.page import PageSource, ProcessedPage
from processors.verapdf import Verdict
from schemas.errors import ArhivarError, ImageUnreadable
from schemas.page import Agent, Block, Box, Geometry, Line, Matrix, PageResult, Word
from tests.arhivar.conftest import Town

_SIDE_PX, _DPI = 320, 150.0
_IMAGE = encode_g4(np.full((_SIDE_PX, _SIDE_PX), 255, dtype=np.uint8))


def page_bytes(text: str) -> bytes:
    """A page file that says `text`."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", _SIDE_PX, _SIDE_PX, 1, 0, 0, 0, 0)
    white = zlib.compress((b"\0" + b"\xff" * (_SIDE_PX // 8)) * _SIDE_PX)
    said = chunk(b"tEXt", b"Comment\0" + text.encode())
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + said + chunk(b"IDAT", white) + chunk(b"IEND", b"")


def make_quick_binder(inbox: Path, name: str, texts: Sequence[str], description: Mapping[str, object]) -> Path:
    """A ready drop with a page file for each text."""
    folder = inbox / name
    folder.mkdir(parents=True)
    for number, text in enumerate(texts, start=1):
        (folder / f"{number:03}.png").write_bytes(page_bytes(text))
    (folder / "unit.json").write_text(json.dumps(description), encoding="utf-8")
    (folder / "_READY").touch()
    return folder


class QuickPool:
    """In place of `PagePool`. `read` counts how often each page file's bytes were read, by their digest."""

    def __init__(self) -> None:
        self.read: dict[str, int] = {}

    def count_frames(self, path: Path) -> int:
        return 1

    def process(
        self, sources: Iterable[tuple[Any, PageSource]], settings: object
    ) -> Generator[tuple[Any, ProcessedPage | ArhivarError], None, None]:
        for key, source in sources:
            data = source.path.read_bytes()
            digest = hashlib.sha256(data).hexdigest()
            self.read[digest] = self.read.get(digest, 0) + 1
            text = data.partition(b"Comment\0")[2].partition(b"IDAT")[0][:-8].decode()
            if "unreadable" in text:
                yield key, ImageUnreadable(file=source.path.name, detail="by design")
            else:
                yield key, ProcessedPage(_result(text, digest), AccessImage(_IMAGE, Matrix(), _SIDE_PX, _SIDE_PX, _DPI))


def _result(text: str, digest: str) -> PageResult:
    box = Box(left=2, top=2, right=30, bottom=12)
    line = Line(box=box, words=tuple(Word(text=word, box=box, confidence=90) for word in text.split()))
    geometry = Geometry(
        source_width_px=_SIDE_PX,
        source_height_px=_SIDE_PX,
        source_dpi=_DPI,
        width_px=_SIDE_PX,
        height_px=_SIDE_PX,
        dpi=_DPI,
    )
    return PageResult(
        source_digest=digest,
        geometry=geometry,
        language="ron",
        blocks=(Block(box=box, lines=(line,)),),
        confidence=90,
        engine=Agent(name="double", version="1"),
    )


class QuickValidator:
    """In place of veraPDF."""

    agent = Agent(name="double of veraPDF", version="1")

    def validate(self, files: Sequence[Path]) -> list[Verdict]:
        return [Verdict(file, valid=True) for file in files]


def quick_town(folder: Path, **settings: str) -> Town:
    """A new archive with an empty inbox."""
    variables = {
        "ARHIVAR_HOME": str(folder / "home"),
        "ARHIVAR_QUIET_SECONDS": "3600",
        "ARHIVAR_LEAST_FREE_BYTES": "0",
        **settings,
    }
    loaded = load_settings(variables)
    init_archive(loaded)
    inbox = folder / "inbox"
    inbox.mkdir()
    pool: Any = QuickPool()
    return Town(loaded, inbox, pool)


def use_quick_validator(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the pipeline have the double in place of veraPDF."""
    monkeypatch.setattr("arhivar.pipeline.open_validator", lambda settings: QuickValidator())
