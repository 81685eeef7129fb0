# SPDX-License-Identifier: EUPL-1.2
"""Which pages of a unit a person should look at first.

A page's score is the sum of its findings' weights; the higher score comes first, then the lower confidence, then the
lower number. docs/commands.md says the same to those who read the table.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from repository.records import PageRow
from schemas.findings import Finding, FindingCode, Severity

_STOPS = 100
_LOSES_TEXT = 10
_DOUBTFUL = 5
_TELLS = 1

_LOSING = {
    FindingCode.PAGE_UNREAD,
    FindingCode.TEXT_CUT,
    FindingCode.BLURRED,
    FindingCode.UNDEREXPOSED,
    FindingCode.CONFIDENCE_LOW,
}
"""Text is missing or not to be relied on."""
_TELLING = {FindingCode.PAGE_BLANK, FindingCode.TARGET_RECOGNISED, FindingCode.RESOLUTION_UNKNOWN}
"""Nothing is wrong with the image."""


@dataclass(frozen=True, slots=True)
class JudgedPage:
    """A page with what was found on it."""

    page: PageRow
    findings: tuple[Finding, ...]

    @property
    def score(self) -> int:
        """The sum of the findings' weights; 0 for a page without any."""
        return sum(weigh_finding(finding) for finding in self.findings)


def weigh_finding(finding: Finding) -> int:
    """How much a finding adds to its page's score."""
    if finding.severity is not Severity.NOTE or finding.code is FindingCode.LEDGER_DIFFERENCE:
        return _STOPS
    if finding.code in _LOSING:
        return _LOSES_TEXT
    return _TELLS if finding.code in _TELLING else _DOUBTFUL


def rank_pages(pages: Iterable[PageRow], findings: Iterable[Finding]) -> list[JudgedPage]:
    """The pages of an ingest, worst first. Findings about the whole, or about pages without a result, are left out.

    A page without confidence (blank, unread) stands behind those of its score that have one.
    """
    by_page: dict[int, list[Finding]] = {}
    for finding in findings:
        if finding.page is not None:
            by_page.setdefault(finding.page, []).append(finding)
    judged = [JudgedPage(page, tuple(by_page.get(page.number, ()))) for page in pages]
    return sorted(judged, key=_place)


def _place(judged: JudgedPage) -> tuple[int, float, int]:
    confidence = judged.page.confidence
    return (-judged.score, 101.0 if confidence is None else confidence, judged.page.number)
