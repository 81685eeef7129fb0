# SPDX-License-Identifier: EUPL-1.2
"""Whether search finds: the judged queries, asked of the sample binders' pages among generated ones.

`make bench-search` asks both engines among 100,000 pages. Aims: recall@10 of 0.95 over all queries and 0.9 in each
class, nDCG@10 of 0.85; the command ends with 1 where one is missed.
"""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import chain
from pathlib import Path

from benchmarks.judged import (
    CUT,
    JudgedQuery,
    JudgedSet,
    PageName,
    Score,
    load_judged,
    page_names,
    recall,
    sample_pages,
    score,
    score_classes,
)
from benchmarks.search_engines import Engine, elastic_server, open_engines
from benchmarks.search_pages import distractors
from schemas.errors import QueryMalformed
from schemas.search import SearchFilters
from search.index import SearchIndex
from search.service import SearchService

DISTRACTORS = 100_000
MIN_RECALL = 0.95
MIN_CLASS_RECALL = 0.9
MIN_NDCG = 0.85
OTHER = "other"
"""A page that is not of the sample binders."""

Answers = Mapping[JudgedQuery, Sequence[PageName]]


@dataclass(frozen=True, slots=True)
class Quality:
    """What one engine's answers are worth, in all and by class."""

    overall: Score
    classes: Mapping[str, Score]

    def failures(self) -> list[str]:
        """The aims that are missed."""
        few = [
            f"recall of {kind} {one.recall:.3f}" for kind, one in self.classes.items() if one.recall < MIN_CLASS_RECALL
        ]
        if self.overall.recall < MIN_RECALL:
            few.append(f"recall {self.overall.recall:.3f}")
        if self.overall.ndcg < MIN_NDCG:
            few.append(f"nDCG {self.overall.ndcg:.3f}")
        return few


def fill(index: SearchIndex, judged: JudgedSet, pages: int) -> None:
    """Put the sample binders and so many generated pages into an index."""
    index.write(chain(sample_pages(judged), distractors(pages)))


def ask(service: SearchService, text: str) -> list[PageName]:
    """The ten best pages of the ten best units, best first; none for a query that is refused."""
    names = page_names()
    try:
        found = service.find(text, SearchFilters(), limit=CUT, pages=CUT)
    except QueryMalformed:
        return []
    pages = [page for unit in found.hits for page in unit.pages]
    pages.sort(key=lambda page: -page.score)  # keeps the index's order where they are equal
    return [f"{names[page.unit_id]}/{page.page}" if page.unit_id in names else OTHER for page in pages[:CUT]]


def measure(index: SearchIndex, judged: JudgedSet) -> Answers:
    """Ask all the queries. Where the words are on the pages is not asked for."""
    service = SearchService(index, lambda _unit, _version, _page: None)
    return {query: ask(service, query.text) for query in judged.queries}


def judge(answers: Answers) -> Quality:
    """What the answers are worth."""
    return Quality(score(answers), score_classes(answers))


def missed(answers: Answers) -> list[dict[str, object]]:
    """The queries that did not find all of their pages, with what they found."""
    return [
        {
            "class": query.kind,
            "text": query.text,
            "missed": sorted(query.grades.keys() - set(answer)),
            "found": list(answer),
        }
        for query, answer in answers.items()
        if recall(answer, query.grades) < 1
    ]


def table(results: Mapping[str, Quality]) -> str:
    """Markdown: a row a class, and for each engine both measures."""
    names = list(results)
    head = " | ".join(f"{name} recall@{CUT} | {name} nDCG@{CUT}" for name in names)
    rows = [f"| class | queries | {head} |", "| --- " * (2 + 2 * len(names)) + "|"]
    kinds = list(results[names[0]].classes)
    for kind in [*kinds, "all"]:
        scores = [one.overall if kind == "all" else one.classes[kind] for one in results.values()]
        figures = " | ".join(f"{one.recall:.3f} | {one.ndcg:.3f}" for one in scores)
        rows.append(f"| {kind} | {scores[0].queries} | {figures} |")
    return "\n".join(rows)


def _run(engine: Engine, judged: JudgedSet, pages: int) -> tuple[Quality, list[dict[str, object]]]:
    if not engine.is_filled():
        fill(engine.index, judged, pages)
    answers = measure(engine.index, judged)
    return judge(answers), missed(answers)


def main() -> int:
    """`python -m benchmarks.search_quality`; 1 where an aim is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=DISTRACTORS, help="how many generated pages")
    parser.add_argument("--out", type=Path, default=Path(".bench"), help="where indexes and search-quality.json go")
    parser.add_argument("--engine", action="append", choices=["tantivy", "elasticsearch"], help="only these")
    parser.add_argument("--keep", action="store_true", help="leave the indexes, and use those that were left")
    given = parser.parse_args()
    names = given.engine or ["tantivy", *(["elasticsearch"] if elastic_server() else [])]
    judged = load_judged()
    results: dict[str, Quality] = {}
    misses: dict[str, list[dict[str, object]]] = {}
    for engine in open_engines(names, given.out, f"quality-{given.pages}", keep=given.keep):
        results[engine.name], misses[engine.name] = _run(engine, judged, given.pages)
        if not given.keep:
            engine.drop()
    print(table(results))
    for name, few in misses.items():
        for one in few:
            print(f"{name}: {one['class']}: {one['text']} missed {one['missed']}")
    failures = {name: one.failures() for name, one in results.items()}
    for name, failed in failures.items():
        print(f"{name}: {'missed: ' + ', '.join(failed) if failed else 'all aims met'}")
    report = {
        name: {"pages": given.pages, **asdict(one), "failures": failures[name], "missed": misses[name]}
        for name, one in results.items()
    }
    given.out.mkdir(parents=True, exist_ok=True)
    (given.out / "search-quality.json").write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n", "utf-8")
    return int(any(failures.values()))


if __name__ == "__main__":
    sys.exit(main())
