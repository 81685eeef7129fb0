# SPDX-License-Identifier: EUPL-1.2
"""One page from its file to its result: the one place where the page's steps are strung together.

Decode, find the ink, straighten, read as often as it takes (`processors.page_reader`), make the access image,
and judge how well all that went.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from processors.access import AccessImage, make_access_image
from processors.decode import decode_frame
from processors.ink import make_small
from processors.limits import Limits
from processors.lookalike import hash_look
from processors.page_findings import capture_findings, kind_of, reading_findings
from processors.page_reader import Notes, PageReader
from processors.page_settings import PageSettings
from processors.quality import measure_quality
from processors.read.after import correct_reading
from processors.read.engine import OcrEngine
from processors.read.second import SecondReader
from processors.sideways import measure_direction
from processors.step_times import Step, keep_times
from schemas.findings import Finding, FindingCode
from schemas.page import Block, BlockKind, Box, PageResult, words_in
from schemas.reading import ReadingLevel

__all__ = ["STEP_VERSION", "PageSettings", "PageSource", "ProcessedPage", "process_page", "sure_boxes"]

STEP_VERSION = "4"
"""Part of a cached result's key, beside the fingerprint: counts up when the same settings give other results."""


@dataclass(frozen=True)
class PageSource:
    """Where a page comes from: a file, and the 0-based frame in it (TIFF frame, PDF page)."""

    path: Path
    frame: int = 0


@dataclass(frozen=True)
class ProcessedPage:
    """What became of a page: the record, and the image for the access PDF."""

    result: PageResult
    image: AccessImage
    step_seconds: Mapping[Step, float] = field(default_factory=dict, compare=False)
    """CPU seconds by step when it was read; kept nowhere."""


@keep_times
def process_page(
    source: PageSource,
    settings: PageSettings,
    engine: OcrEngine,
    limits: Limits = Limits(),  # noqa: B008 - frozen
    second: SecondReader | None = None,
) -> ProcessedPage:
    """Take one page through all its steps.

    `second` reads again where `settings.level` asks for it. Raises ValueError where it is `careful` and there is none,
    ImageError and its kinds where the page cannot be decoded, ReadingError and its kinds where the engine fails.
    """
    if settings.level is ReadingLevel.CAREFUL and second is None:
        raise ValueError("a page can be read carefully only by a second reader")
    frame = decode_frame(source.path, source.frame, limits)
    small = make_small(frame.pixels, frame.dpi)
    direction = measure_direction(small)
    treatment: Notes = {"vertical_share": direction.vertical_share, "vertical_words": direction.words}
    reader = PageReader(frame, small, settings, engine, second, treatment)
    prepared, read = reader.read(direction)
    language, reading = (None, None) if read is None else (read.language, read.reading)
    if reading is not None:
        corrected = correct_reading(reading, language or settings.languages[0], prepared.gray)
        reading = corrected.reading
        treatment.update({f"corrected_by_{evidence}": count for evidence, count in corrected.counts.items()})
    lines = list(reading.lines()) if reading else []
    sure = sure_boxes(reading.blocks if reading else (), settings)
    image = make_access_image(frame, prepared, settings.access, sure)
    treatment.update(prepared.treatment)
    treatment["image_codec"] = str(image.image.codec)
    treatment["image_passed_through"] = image.image is frame.encoded
    treatment["image_layers"] = len(image.layers)
    quality = measure_quality(frame, small, lines, blank=prepared.blank)
    kind = kind_of(quality, blank=prepared.blank)
    findings = capture_findings(frame, kind, quality, settings.quality)
    if settings.level is ReadingLevel.CAREFUL and "second_reader_failed" in treatment:
        detail = treatment["second_reader_failed"]
        findings.append(Finding(code=FindingCode.SECOND_READING_FAILED, fields={"detail": detail}))
    findings += reading_findings(kind, reading, settings.confidence_threshold)
    result = PageResult(
        source_digest=frame.digest,
        geometry=prepared.geometry,
        kind=kind,
        language=language,
        blocks=reading.blocks if reading else (),
        confidence=reading.confidence if reading else None,
        findings=tuple(findings),
        treatment=treatment,
        engine=engine.agent if reading else None,
        quality=quality.measures,
        look=hash_look(small.contrast, small.factor, prepared.geometry),
    )
    return ProcessedPage(result, image)


def sure_boxes(blocks: Iterable[Block], settings: PageSettings) -> list[Box]:
    """Where there is ink and no picture. A stamp's words are no evidence of that: stamps stay in the picture."""
    text = (block for block in blocks if block.kind is BlockKind.TEXT)
    return [word.box for word in words_in(text) if word.confidence >= settings.sure_confidence]
