# SPDX-License-Identifier: EUPL-1.2
"""Which language a text is in, among those that a unit may hold.

By lingua in its low-accuracy mode (trigrams alone): on pages of text it answers as the full mode does. Measured with
three languages on one process: 10 MB and 0.05 CPU s to load, 2 ms a page; the full mode takes 120 MB and 0.9 CPU s.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from processors.step_times import Step, timed

if TYPE_CHECKING:
    from lingua import LanguageDetector

_SPOKEN = {"frk": "deu", "srp_latn": "hrv"}
"""Models named otherwise than ISO 639-3 names their language; lingua knows Serbian in Cyrillic only."""

_TAGS = {
    "ron": "ro",
    "hun": "hu",
    "deu": "de",
    "deu_latf": "de-Latf",
    "frk": "de-Latf",
    "eng": "en",
    "fra": "fr",
    "ita": "it",
    "lat": "la",
    "bul": "bg",
    "ukr": "uk",
    "rus": "ru",
    "ces": "cs",
    "slk": "sk",
    "pol": "pl",
    "hrv": "hr",
    "tur": "tr",
    "ell": "el",
    "yid": "yi",
    "srp": "sr",
    "srp_latn": "sr-Latn",
}


@dataclass(frozen=True, slots=True)
class LanguageSettings:
    """When to trust a guess: the text's least number of letters, and the least confidence (0 to 1)."""

    min_letters: int = 40
    min_confidence: float = 0.75
    max_characters: int = 4000


@dataclass(frozen=True, slots=True)
class LanguageGuess:
    """A language, by Tesseract's name, and how sure that is among those allowed (0 to 1)."""

    language: str
    confidence: float


@timed(Step.LANGUAGE)
def detect_language(
    text: str, allowed: Sequence[str], settings: LanguageSettings | None = None
) -> LanguageGuess | None:
    """The language of `text` among `allowed` (Tesseract's names; of two for one language the first stands).

    None where there is no choice, the text is too short, or the answer unsure. Languages that lingua does not know
    are passed over.
    """
    settings = settings or LanguageSettings()
    names: dict[str, str] = {}
    for name in allowed:
        code = _speech(name)
        if code in _known_codes():
            names.setdefault(code, name)
    text = text[: settings.max_characters]
    if len(names) < 2 or sum(map(str.isalpha, text)) < settings.min_letters:
        return None
    best = _detector(tuple(sorted(names))).compute_language_confidence_values(text)[0]
    if best.value < settings.min_confidence:
        return None
    return LanguageGuess(names[best.language.iso_code_639_3.name.lower()], round(best.value, 4))


def same_speech(one: str, other: str) -> bool:
    """Whether two models are for the same language, in whatever type: ``deu``, ``frk`` and ``deu_latf`` are."""
    return _speech(one) == _speech(other)


def language_tag(language: str) -> str:
    """Tesseract's name of a language as a BCP 47 tag (RFC 5646): ``ron`` is ``ro``, ``frk`` is ``de-Latf``. What is
    not in the table keeps its ISO 639-3 code.
    """
    return _TAGS.get(language, language.partition("_")[0])


def language_name(tag: str) -> str:
    """The other way: ``de-Latf`` is ``deu_latf``. A tag that is not in the table is its own name."""
    return next((name for name, known in _TAGS.items() if known == tag), tag)


def _speech(name: str) -> str:
    return _SPOKEN.get(name, name.partition("_")[0])


@lru_cache(maxsize=1)
def _known_codes() -> frozenset[str]:
    from lingua import Language

    return frozenset(language.iso_code_639_3.name.lower() for language in Language.all())


@lru_cache(maxsize=8)
def _detector(codes: tuple[str, ...]) -> "LanguageDetector":
    from lingua import IsoCode639_3, LanguageDetectorBuilder

    isos = [IsoCode639_3.from_str(code.upper()) for code in codes]
    return LanguageDetectorBuilder.from_iso_codes_639_3(*isos).with_low_accuracy_mode().build()
