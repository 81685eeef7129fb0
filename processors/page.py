# SPDX-License-Identifier: EUPL-1.2
"""One page from its file to its result: the one place where the page's steps are strung together.

Decode, see which way the lines run, straighten, read, and where the reading cannot be trusted turn the page and read
again. The language is checked on the text that was read, and the page read once more where it is another one.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from processors.access import AccessImage, AccessSettings, make_access_image
from processors.decode import Frame, decode_frame
from processors.ink import make_small, measure_contrast
from processors.limits import Limits
from processors.lookalike import hash_look
from processors.quality import Quality, QualitySettings, judge_quality, measure_quality
from processors.read.engine import OcrEngine, Reading
from processors.read.language import LanguageSettings, detect_language
from processors.read.second import SecondReader
from processors.readable import read_page, read_sparse_page, reading_share
from processors.sideways import LineDirection, measure_direction
from processors.step_times import Step, keep_times
from processors.straighten import Prepared, PrepareSettings, Rotation, prepare_page
from schemas.findings import Finding, FindingCode
from schemas.page import PageKind, PageResult, Word
from schemas.reading import ReadingLevel
from schemas.unit import DEFAULT_LANGUAGES

STEP_VERSION = "2"
"""Part of a cached result's key, beside the fingerprint: counts up when the same settings give other results."""

Treatment = dict[str, str | int | float | bool]

_OTHER_LANGUAGE_SHARE = 0.9  # a model is surer of words without the accents that it does not know: that proves little
_UPRIGHT_BONUS = 1.25  # another direction must read this much better: scans are mostly the right way up


@dataclass(frozen=True)
class PageSettings:
    """All that a page's result depends on beside the page: what is allowed, and where doubt begins."""

    languages: tuple[str, ...] = DEFAULT_LANGUAGES
    level: ReadingLevel = ReadingLevel.STANDARD
    prepare: PrepareSettings = field(default_factory=PrepareSettings)
    access: AccessSettings = field(default_factory=AccessSettings)
    language: LanguageSettings = field(default_factory=LanguageSettings)
    quality: QualitySettings = field(default_factory=QualitySettings)
    confidence_threshold: float = 60.0
    """Mean confidence under which a page gets a finding."""
    trusted_confidence: float = 65.0
    """Mean confidence under which other directions are tried: typescripts have 84 to 90, upside down 28 to 41."""
    trusted_letters: int = 20
    """Letters and digits under which other directions are tried too."""
    sparse_letters: int = 100
    """Letters and digits up to which a doubtful page may be a title page."""

    def fingerprint(self) -> str:
        """SHA-256 over all settings: the same settings give the same string in every process and run."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()


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
    treatment: Treatment = {"vertical_share": direction.vertical_share, "vertical_words": direction.words}
    prepared, first = _read_upright(frame, settings, engine, direction, treatment)
    language, reading = None, None
    if first is not None:
        language, reading = _check_language(prepared, first, settings, engine, treatment)
        reading = _reread_sparse(prepared, reading, settings, engine, treatment)
        if second is not None and settings.level is ReadingLevel.CAREFUL:
            treatment["second_reader"] = "all"
            spoken = (language, *(name for name in settings.languages if name != language)) if language else ()
            reading = second.reread(prepared.pixels, prepared.geometry.dpi, reading, spoken or settings.languages)
    image = make_access_image(frame, prepared, settings.access)
    treatment.update(prepared.treatment)
    treatment["image_codec"] = str(image.image.codec)
    treatment["image_passed_through"] = image.image is frame.encoded
    contrast = measure_contrast(small.gray, small.dpi)
    lines = [line for block in reading.blocks for line in block.lines] if reading else []
    quality = measure_quality(frame, small, contrast, lines, blank=prepared.blank)
    result = PageResult(
        source_digest=frame.digest,
        geometry=prepared.geometry,
        kind=_kind(prepared, quality),
        language=language,
        blocks=reading.blocks if reading else (),
        confidence=reading.confidence if reading else None,
        findings=tuple(_findings(frame, prepared, reading, quality, settings)),
        treatment=treatment,
        engine=engine.agent if reading else None,
        quality=quality.measures,
        look=hash_look(contrast, small.factor, prepared.geometry),
    )
    return ProcessedPage(result, image)


def _read_upright(
    frame: Frame, settings: PageSettings, engine: OcrEngine, direction: LineDirection, treatment: Treatment
) -> tuple[Prepared, Reading | None]:
    """Prepare and read in the likeliest direction; where that cannot be trusted, in the others, and keep the best.

    A blank page is not read.
    """
    likely = _rotations(direction)
    prepared = prepare_page(frame, settings.prepare, likely[0])
    if prepared.blank:
        return prepared, None
    reading = _read(prepared, settings.languages[0], engine)
    best, best_score, best_rotation = reading, _score(reading) * _UPRIGHT_BONUS, likely[0]
    treatment["reading_score"] = round(_score(reading), 1)
    for rotation in () if _trusted(reading, settings) else likely[1:]:
        del prepared  # one derivative at a time: a plan's takes hundreds of megabytes
        prepared = prepare_page(frame, settings.prepare, rotation)
        reading = _read(prepared, settings.languages[0], engine)
        treatment[f"reading_score_turned_{rotation}"] = round(_score(reading), 1)
        if _score(reading) > best_score:
            best, best_score, best_rotation = reading, _score(reading), rotation
        if _trusted(reading, settings):
            break
    if prepared.geometry.rotation_deg != best_rotation:
        del prepared
        prepared = prepare_page(frame, settings.prepare, best_rotation)
    return prepared, best


def _rotations(direction: LineDirection) -> tuple[Rotation, ...]:
    """The directions to try, likeliest first."""
    if direction.sideways:
        return (90, 270)
    return (0, 180) if direction.upright else (0, 180, 90, 270)


def _read(prepared: Prepared, language: str, engine: OcrEngine) -> Reading:
    return read_page(engine, prepared.pixels, prepared.geometry.dpi, (language,))


def _check_language(
    prepared: Prepared, reading: Reading, settings: PageSettings, engine: OcrEngine, treatment: Treatment
) -> tuple[str | None, Reading]:
    """The page's language, and the reading in it."""
    geometry = prepared.geometry
    treatment["reading_share"] = round(reading_share(geometry.width_px, geometry.height_px, geometry.dpi), 4)
    language = settings.languages[0]
    words = _words(reading)
    if not words:
        return None, reading
    guess = detect_language(" ".join(word.text for word in words), settings.languages, settings.language)
    if guess is None:
        return language, reading
    treatment["language_guess"], treatment["language_confidence"] = guess.language, guess.confidence
    if guess.language == language:
        return language, reading
    again = _read(prepared, guess.language, engine)
    treatment["language_score"], treatment["language_score_again"] = round(_score(reading), 1), round(_score(again), 1)
    much_worse = _score(again) < _score(reading) * _OTHER_LANGUAGE_SHARE
    return (language, reading) if much_worse else (guess.language, again)


def _reread_sparse(
    prepared: Prepared, reading: Reading, settings: PageSettings, engine: OcrEngine, treatment: Treatment
) -> Reading:
    """Where little was read and that is doubtful, read once more as a title page; the better of both."""
    if _trusted(reading, settings) or _letters(reading) > settings.sparse_letters:
        return reading
    again = read_sparse_page(engine, prepared.pixels, prepared.geometry.dpi, settings.languages)
    treatment["sparse_score"] = round(_score(again), 1)
    return again if _score(again) > _score(reading) else reading


def _letters(reading: Reading) -> int:
    return sum(sum(map(str.isalnum, word.text)) for word in _words(reading))


def _words(reading: Reading) -> list[Word]:
    return [word for block in reading.blocks for line in block.lines for word in line.words]


def _score(reading: Reading) -> float:
    """How much was read, and how surely: letters and digits, each weighted by its word's confidence squared."""
    return sum(sum(map(str.isalnum, word.text)) * (word.confidence / 100) ** 2 for word in _words(reading))


def _trusted(reading: Reading, settings: PageSettings) -> bool:
    sure = reading.confidence is not None and reading.confidence >= settings.trusted_confidence
    return sure and _letters(reading) >= settings.trusted_letters


def _kind(prepared: Prepared, quality: Quality) -> PageKind:
    if quality.target is not None:
        return PageKind.TARGET
    return PageKind.BLANK if prepared.blank else PageKind.PAGE


def _findings(
    frame: Frame, prepared: Prepared, reading: Reading | None, quality: Quality, settings: PageSettings
) -> list[Finding]:
    findings: list[Finding] = []
    if not frame.dpi_known:
        findings.append(Finding(code=FindingCode.RESOLUTION_UNKNOWN, fields={"dpi": round(frame.dpi)}))
    findings += judge_quality(quality, settings.quality)
    if quality.target is not None:
        return findings  # it has no text to miss
    if prepared.blank:
        findings.append(Finding(code=FindingCode.PAGE_BLANK))
    elif reading is None or not _words(reading):
        findings.append(Finding(code=FindingCode.PAGE_UNREAD))
    elif reading.confidence is not None and reading.confidence < settings.confidence_threshold:
        fields: dict[str, str | int | float] = {
            "confidence": round(reading.confidence, 1),
            "threshold": settings.confidence_threshold,
        }
        findings.append(Finding(code=FindingCode.CONFIDENCE_LOW, fields=fields))
    return findings
