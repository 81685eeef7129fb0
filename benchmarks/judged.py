# SPDX-License-Identifier: EUPL-1.2
"""The judged queries (`tests/search/judged.json`), the pages that they are asked of, and what an answer is worth.

The pages are the sample binders' true texts with the wrong letters that the queries' `slips` name put in. An answer is
the first ten pages. **Recall** is the share of the relevant pages that are among them, the mean over queries. **nDCG**
(Järvelin and Kekäläinen, ACM TOIS 20(4), 2002) adds the gain of each page (3 for an exact answer, 1 for a related
one) over the binary logarithm of its place plus one, and divides by the best possible sum.
"""

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from uuid import UUID, uuid5

from pydantic import Field

from sample_scans.truth import load_true_text, load_truth
from schemas.base import Record
from schemas.drop import DropDescription
from schemas.search import PageRecord

JUDGED = Path(__file__).parents[1] / "tests" / "search" / "judged.json"
SCANS = Path(__file__).parents[1] / "sample_scans"
TRUTH = SCANS / "truth"
BINDERS = ("decisions-1995", "permits-1987", "waterworks-1910")
CUT = 10
_NAMESPACE = UUID("7d2a7c2e-8a55-4f5e-9a43-0b9b1f0f1987")

CLASSES = (
    "no-diacritics", "cedilla", "old-spelling", "inflected", "one-slip", "two-slips", "hungarian-names",
    "german-names", "numbers-dates", "phrases", "prefix", "field-range", "misspelt",
)  # fmt: skip

PageName = str
"""A page of the samples: ``permits-1987/7``."""


class Relevant(Record):
    """A page that answers a query."""

    page: PageName
    grade: Literal[1, 2] = Field(description="2: what is asked for; 1: it only speaks of it")
    because: str = Field(min_length=1, description="what stands on the page")


class Slip(Record):
    """A word that was read with wrong letters, wherever it stands on the page."""

    page: PageName
    word: str
    read: str


class JudgedQuery(Record):
    """A query as a clerk types it."""

    kind: str = Field(alias="class")
    text: str
    relevant: tuple[Relevant, ...] = Field(min_length=1, max_length=CUT)
    slips: tuple[Slip, ...] = ()

    @property
    def grades(self) -> dict[PageName, int]:
        return {one.page: one.grade for one in self.relevant}


class JudgedSet(Record):
    """`judged.json`."""

    about: str
    queries: tuple[JudgedQuery, ...]


@dataclass(frozen=True, slots=True)
class Score:
    """What answers were worth, as means over `queries`."""

    queries: int
    recall: float
    ndcg: float


def load_judged(file: Path = JUDGED) -> JudgedSet:
    """The committed set. Raises pydantic.ValidationError."""
    return JudgedSet.from_json(file.read_bytes())


def true_texts() -> dict[PageName, str]:
    """The text of each page of the sample binders as it was typed."""
    found = {}
    for name in BINDERS:
        folder = TRUTH / name
        for page in load_truth(folder).pages:
            found[f"{name}/{page.page_number}"] = load_true_text(folder, page)
    return found


def with_slips(text: str, slips: Iterable[Slip]) -> str:
    """The text as it was read. Raises ValueError where it has not a word that was misread."""
    for slip in slips:
        text, count = re.subn(rf"(?<!\w){re.escape(slip.word)}(?!\w)", slip.read, text)
        if not count:
            raise ValueError(f"{slip.page} has no {slip.word!r}")
    return text


def sample_unit(name: str) -> UUID:
    """The unit that a sample binder is in the index."""
    return uuid5(_NAMESPACE, name)


def sample_pages(judged: JudgedSet) -> list[PageRecord]:
    """The sample binders' pages for the index, as read."""
    slips = defaultdict(list)
    for query in judged.queries:
        for slip in query.slips:
            slips[slip.page].append(slip)
    texts = true_texts()
    records = []
    for name in BINDERS:
        unit = DropDescription.from_json((SCANS / name / "unit.json").read_bytes())
        years = [None if date is None else int(date[:4]) for date in (unit.date_from, unit.date_to)]
        for page in load_truth(TRUTH / name).pages:
            key = f"{name}/{page.page_number}"
            records.append(
                PageRecord(
                    unit_id=sample_unit(name),
                    unit_version=1,
                    page=page.page_number,
                    reference_code=unit.reference_code,
                    title=unit.title or "",
                    fonds=unit.fonds,
                    series=unit.series,
                    year_from=years[0],
                    year_to=years[1],
                    language=page.language,
                    text=with_slips(texts[key], slips[key]),
                )
            )
    return records


def page_names() -> dict[UUID, str]:
    """By unit, the binder's name."""
    return {sample_unit(name): name for name in BINDERS}


def recall(answer: Sequence[PageName], grades: Mapping[PageName, int]) -> float:
    """The share of the relevant pages that are among the first ten."""
    return len(grades.keys() & set(answer[:CUT])) / len(grades)


def ndcg(answer: Sequence[PageName], grades: Mapping[PageName, int]) -> float:
    """Normalised discounted cumulative gain of the first ten pages: 1 where no order is better."""
    return _gain([grades.get(page, 0) for page in answer[:CUT]]) / _gain(sorted(grades.values(), reverse=True)[:CUT])


def _gain(grades: Sequence[int]) -> float:
    return sum((2.0**grade - 1) / math.log2(place + 2) for place, grade in enumerate(grades))


def score(answers: Mapping[JudgedQuery, Sequence[PageName]]) -> Score:
    """The means over all these queries."""
    count = len(answers)
    return Score(
        queries=count,
        recall=sum(recall(answer, query.grades) for query, answer in answers.items()) / count,
        ndcg=sum(ndcg(answer, query.grades) for query, answer in answers.items()) / count,
    )


def score_classes(answers: Mapping[JudgedQuery, Sequence[PageName]]) -> dict[str, Score]:
    """The same by class, in the order of `CLASSES`."""
    kinds = [kind for kind in CLASSES if any(query.kind == kind for query in answers)]
    return {kind: score({query: found for query, found in answers.items() if query.kind == kind}) for kind in kinds}
