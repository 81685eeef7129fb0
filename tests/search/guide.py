# SPDX-License-Identifier: EUPL-1.2
"""What docs/search.md shows: its tables, the pages of its example archive, and what its examples find there."""

from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

from schemas.search import PageRecord

GUIDE = (Path(__file__).resolve().parents[2] / "docs" / "search.md").read_text("utf-8")


def table(*heading: str) -> list[list[str]]:
    """The rows of the table that begins with these headings."""
    lines = GUIDE.splitlines()
    start = lines.index(f"| {' | '.join(heading)} |")
    rows = takewhile(lambda line: line.startswith("|"), lines[start + 2 :])
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]


EXAMPLES = {row[0].strip("`"): row[1] for row in table("write", "finds pages")}


def records() -> Iterator[PageRecord]:
    """The pages of the example archive."""
    rows = table("page", "unit", "title", "fonds", "series", "type", "years", "language", "text")
    for page, unit, title, fonds, series, kind, years, language, text in rows:
        first, _, last = years.partition("..")
        yield PageRecord(
            unit_id=uuid5(NAMESPACE_URL, unit),
            unit_version=1,
            page=int(page),
            reference_code=unit,
            title=title,
            fonds=fonds,
            series=series,
            document_type=kind,
            year_from=int(first),
            year_to=int(last),
            language=language,
            text=text,
        )
