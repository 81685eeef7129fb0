# SPDX-License-Identifier: EUPL-1.2
"""What can be wrong with a drop or a page: one table of codes, severities, sentences and advice.

A finding is data. Its severity says what the pipeline does about it (docs/findings.md is made to agree with it):

* ``note``: written beside the page, the ingest goes on;
* ``placeholder``: the page's original is kept, a placeholder page stands in the PDF, the rest of the binder goes
  on, and the unit is not reconciled until someone accepts the gap;
* ``quarantine``: the whole drop waits in quarantine, untouched, with a ``REASON.txt``.
"""

from pydantic import Field

from schemas.base import Record
from schemas.finding_codes import FindingCode, FindingRule, Severity
from schemas.finding_rules import FINDINGS
from schemas.messages import Language

__all__ = ["FINDINGS", "Finding", "FindingCode", "FindingRule", "Severity", "worst"]


class Finding(Record):
    """One observation about a drop, a file or a page."""

    code: FindingCode
    page: int | None = Field(default=None, ge=1, description="1-based page number in the unit")
    file: str | None = Field(default=None, description="path within the drop")
    fields: dict[str, str | int | float] = Field(default_factory=dict, description="what fills the sentence")

    @property
    def severity(self) -> Severity:
        return FINDINGS[self.code].severity

    def say(self, language: Language) -> str:
        """The sentence for people, with the file and page that it is about."""
        return FINDINGS[self.code].sentence.say(language, self._all_fields())

    def advise(self, language: Language) -> str:
        """What to do next."""
        return FINDINGS[self.code].advice.say(language, self._all_fields())

    def _all_fields(self) -> dict[str, object]:
        return {"file": self.file or "?", "page": self.page or "?", **self.fields}


def worst(findings: list[Finding]) -> Severity | None:
    """The gravest severity among findings, or None where there is none."""
    order = list(Severity)
    return max((finding.severity for finding in findings), key=order.index, default=None)
