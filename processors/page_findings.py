# SPDX-License-Identifier: EUPL-1.2
"""What a page is, and what is to be said of it: of its capture, and of its reading, whichever program read it."""

from processors.decode import Frame
from processors.quality import Quality, QualitySettings, judge_quality
from processors.read.engine import Reading
from schemas.findings import Finding, FindingCode
from schemas.page import PageKind


def kind_of(quality: Quality, *, blank: bool) -> PageKind:
    """What the page shows; a target is one, however little ink it has."""
    if quality.target is not None:
        return PageKind.TARGET
    return PageKind.BLANK if blank else PageKind.PAGE


def capture_findings(frame: Frame, kind: PageKind, quality: Quality, settings: QualitySettings) -> list[Finding]:
    """What is wrong with the page as it was captured, and that it is blank."""
    findings: list[Finding] = []
    if not frame.dpi_known:
        findings.append(Finding(code=FindingCode.RESOLUTION_UNKNOWN, fields={"dpi": round(frame.dpi)}))
    findings += judge_quality(quality, settings)
    if kind is PageKind.BLANK:
        findings.append(Finding(code=FindingCode.PAGE_BLANK))
    return findings


def reading_findings(kind: PageKind, reading: Reading | None, least_confidence: float) -> list[Finding]:
    """That nothing was read, or with less confidence (0 to 100); a page that should have no text misses none."""
    if kind is not PageKind.PAGE:
        return []
    if reading is None or not reading.blocks:
        return [Finding(code=FindingCode.PAGE_UNREAD)]
    if reading.confidence is None or reading.confidence >= least_confidence:
        return []
    fields: dict[str, str | int | float] = {
        "confidence": round(reading.confidence, 1),
        "threshold": least_confidence,
    }
    return [Finding(code=FindingCode.CONFIDENCE_LOW, fields=fields)]
