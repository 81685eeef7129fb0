# SPDX-License-Identifier: EUPL-1.2
"""Search finds what the judged queries ask for, among 2,000 generated pages; `make bench-search` asks among 100,000."""

from pathlib import Path

from benchmarks.judged import load_judged
from benchmarks.search_quality import fill, judge, measure, missed
from search.tantivy_index import TantivyIndex

DISTRACTORS = 2_000


def test_the_judged_queries_find_their_pages(tmp_path: Path) -> None:
    index = TantivyIndex(tmp_path)
    judged = load_judged()
    fill(index, judged, DISTRACTORS)
    answers = measure(index, judged)
    index.close()
    assert judge(answers).failures() == [], missed(answers)
