# SPDX-License-Identifier: EUPL-1.2
"""A town whose pages are read better by a careful reader, and what its units say.

`python -m tests.arhivar.rereads.again WORD…` is the command line with that reader, to be killed.
"""

import hashlib
from collections.abc import Generator, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from arhivar.composition import object_id
from arhivar.keeping.verify import VerifyWatcher, all_subjects, verify_units
from arhivar.package import read_package
from arhivar.rereading import RereadRequest, RereadUnit, reread_unit
from arhivar.steps.index import read_lines
from arhivar.stopping import StopRequest
from processors.page import PageSettings, PageSource, ProcessedPage
from schemas.audit import AuditAction
from schemas.errors import ArhivarError, WorkerLimit
from schemas.findings import Finding, FindingCode
from schemas.ingest import unit_id
from schemas.page import Block, Line
from schemas.reading import ReadingLevel
from schemas.search import SearchFilters
from schemas.unit import PackageDescription
from search.query import parse_query
from tests.arhivar.conftest import SILENT, Town
from tests.arhivar.quick import QuickPool, use_quick_validator

CAREFUL = RereadRequest(ReadingLevel.CAREFUL, "textul are multe greșeli")
_QUIET = VerifyWatcher(lambda count: None, lambda size: None, lambda verdict: None)


class LevelPool(QuickPool):
    """A first reader that reads long words backwards, and a careful one that does not.

    Pages whose text has a word of `slow` in it are too much for the careful one.
    """

    def __init__(self, *slow: str) -> None:
        super().__init__()
        self.slow = slow
        self.levels: list[ReadingLevel] = []

    def process(
        self, sources: Iterable[tuple[Any, PageSource]], settings: Any
    ) -> Generator[tuple[Any, ProcessedPage | ArhivarError], None, None]:
        for key, outcome in super().process(sources, settings):
            self.levels.append(settings.level)
            yield key, self._as_read(outcome, settings)

    def _as_read(self, outcome: ProcessedPage | ArhivarError, settings: PageSettings) -> ProcessedPage | ArhivarError:
        if isinstance(outcome, ArhivarError):
            return outcome
        if settings.level is ReadingLevel.CAREFUL:
            too_slow = any(word in outcome.result.text for word in self.slow)
            return WorkerLimit(file="page", limit="300 s") if too_slow else outcome
        plain = outcome.result.model_copy(update={"blocks": tuple(map(_plain, outcome.result.blocks))})
        doubt = Finding(code=FindingCode.CONFIDENCE_LOW, fields={"confidence": 60, "threshold": 70})
        return replace(outcome, result=plain.model_copy(update={"confidence": 60, "findings": (doubt,)}))


def _plain(block: Block) -> Block:
    return block.model_copy(update={"lines": tuple(map(_plain_line, block.lines))})


def _plain_line(line: Line) -> Line:
    words = [word.model_copy(update={"text": backwards(word.text)}) for word in line.words]
    return line.model_copy(update={"words": tuple(words)})


def backwards(word: str) -> str:
    """What the first reader makes of a word."""
    return word[::-1] if len(word) > 5 else word


def with_pool(town: Town, pool: Any) -> Town:
    return Town(town.settings, town.inbox, pool)


def reread(town: Town, code: str = "T/1", request: RereadRequest = CAREFUL) -> RereadUnit:
    """What `arhivar reread` does, in this process."""
    with town.open() as archive:
        return reread_unit(archive, code, request, town.pool, SILENT, StopRequest())


def package_of(town: Town, version: int | None = None, code: str = "T/1") -> PackageDescription:
    with town.open() as archive:
        return read_package(archive, object_id(unit_id(code)), version)


def texts_of(town: Town, version: int | None = None, code: str = "T/1") -> dict[int, str]:
    with town.open() as archive:
        return {
            page.number: " ".join(
                word.text for line in read_lines(archive, unit_id(code), page.text, version) for word in line.words
            )
            for page in read_package(archive, object_id(unit_id(code)), version).pages
            if page.text is not None
        }


def digests_of(town: Town, prefix: str, version: int | None = None, code: str = "T/1") -> dict[str, str]:
    """SHA-512 of the files below a folder of the package, of the bytes that the store gives back."""
    with town.open() as archive:
        files = archive.packages.files(object_id(unit_id(code)), version)
        return {
            path: hashlib.sha512(archive.store.read(file.content_key)).hexdigest()
            for path, file in files.items()
            if path.startswith(prefix)
        }


def stored_masters(town: Town) -> list[Path]:
    """Every file of the store that is a master's content, in whatever version."""
    return sorted((town.settings.home / "store" / "ocfl").rglob("content/masters/**/*.*"))


def found(town: Town, query: str) -> set[int]:
    """The pages that have these very words: a search by people also finds what was misread."""
    with town.open() as archive:
        return {hit.page for hit in archive.index.search(parse_query(query), SearchFilters()).hits}


def verify_findings(town: Town) -> list[Finding]:
    with town.open() as archive:
        verdicts = verify_units(archive, all_subjects(archive), _QUIET)
        assert [one.error for one in verdicts if one.error is not None] == []
        return [finding for one in verdicts for finding in one.findings]


def audited(town: Town, action: AuditAction) -> list[tuple[str | None, dict[str, str | int]]]:
    """Reasons and details of the audit's records of that action, oldest first."""
    with town.open() as archive:
        records = [row.sound for row in archive.catalogue.audit_rows()]
    return [(one.reason, one.details) for one in records if one is not None and one.action is action]


if __name__ == "__main__":
    from contextlib import nullcontext

    from arhivar.cli.main import main

    patch = pytest.MonkeyPatch()
    use_quick_validator(patch)
    for module in ("reread_cmd", "ingest_cmd"):
        patch.setattr(f"arhivar.cli.{module}.open_pool", lambda settings: nullcontext(LevelPool()))
    main()
