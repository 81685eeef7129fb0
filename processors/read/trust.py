# SPDX-License-Identifier: EUPL-1.2
"""Can a reading be trusted? Measured without ground truth, for the page and for each of its words.

Three things are looked at, since each alone is deceived: the share of letters that stand in words of the language
(names and figures are in no lexicon), the engine's own confidence (it is high on fluent nonsense, such as the columns
of a torn table), and the share of the page's ink that lies in words (what a threshold wiped out leaves no word that
could be doubted). A word is doubted by its confidence, the sooner the less the lexicon says of it; all words of a line
are, where it is so tall that it is two lines read as one.

Among readings of one page the best is the one with most letters in words of the language, each counted by its
confidence, less what is doubtful of the others: mean confidence alone chooses worse, and so do known words alone, of
which a stamp's ornaments give many short ones.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from processors.read.engine import Reading
from processors.read.words import count_letters
from schemas.page import Line, Word

Knows = Callable[[str], bool]
"""Whether a word, without punctuation around it, is one of the page's language."""

_NUMBER = re.compile(r"[\W_]*\d[\d.,:;/()%°\-–]*[\W_]*")
_TRIM = re.compile(r"^[\W_]+|[\W_]+$")
_UNKNOWN = 1 / 3
_LEAST_EXPLAINED = 0.01
_SHORT = 2  # letters: so short a word may be in the lexicon by chance


@dataclass(frozen=True)
class TrustSettings:
    """Where trust ends. Chosen on ground truth by `benchmarks.trust`, which prints what they miss."""

    known: float = 0.5
    """Share of letters in words of the lexicon, 0 to 1, under which a page is doubted."""
    confidence: float = 75.0
    """Mean confidence of the words, 0 to 100, under which a page is doubted."""
    broken_type: float = 0.85
    """Share of letters in words of the lexicon under which a German page is tried as Fraktur: read in the model for
    Roman type it gives 0.69 to 0.73, a German page in Roman type 0.93."""
    explained: float = 0.8
    """Share of letter-sized ink that lies in words, 0 to 1, under which a page is doubted."""
    letters: int = 20
    """Letters and digits under which a page is doubted whatever they are."""
    upright: float = 0.15
    """`Trust.told` for each letter under which other directions are tried. Upside down, type gives 0.01 to 0.06; in the
    model of another language it gives 0.25 and more."""
    unknown_word: float = 80.0
    """Confidence under which a word is doubted that the lexicon does not know."""
    known_word: float = 30.0
    """Confidence under which a word is doubted although the lexicon knows it."""
    short_word: float = 80.0
    """Confidence under which a word too short to be looked up is doubted."""
    number: float = 90.0
    """Confidence under which a number is doubted: no lexicon can speak for it."""
    sign: float = 80.0
    """Confidence under which a sign that stands alone is doubted."""
    line_height: float = 2.2
    """Times the page's median height of a line, from which a line is two lines read as one."""


@dataclass(frozen=True)
class Trust:
    """How far a reading of a page can be trusted, and why no further."""

    letters: int
    """Letters and digits read."""
    known: float | None
    """Share of letters in words of the lexicon; None where no word is long enough to be looked up."""
    confidence: float
    """Mean over the words, weighted by their letters, 0 to 100."""
    explained: float | None
    """Share of letter-sized ink that lies in words; None where that was not measured."""
    evidence: float
    """Letters in words of the lexicon, less the doubtful of all and those whose ink was lost: of two readings of a
    page lying the same way, the greater is better."""
    told: float
    """Letters by the square of their confidence, in unknown words a third of it: of two readings of a page in two
    directions the greater is better, however much of either is doubtful."""
    doubt: str | None
    """Which measure fell short: ``letters``, ``known``, ``confidence`` or ``ink``; None where the page is trusted."""
    doubtful_words: tuple[tuple[int, tuple[int, ...]], ...]
    """Words that are not trusted: of each line that has any, its index in order over all blocks, and theirs in it."""
    upright: bool
    """It was read the right way up, as far as can be told."""

    @property
    def trusted(self) -> bool:
        """Nothing speaks against the page as a whole."""
        return self.doubt is None


@dataclass(frozen=True)
class Weighed:
    """A word by what speaks for it."""

    letters: int
    """Letters and digits."""
    confidence: float
    looked_up: bool
    """Long enough that finding it in the lexicon says something."""
    known: bool
    number: bool
    """A figure, a date, an amount: no lexicon has it."""

    @property
    def speaks(self) -> bool:
        """It is a figure, or a word of the language and no chance find."""
        return self.number or (self.known and self.looked_up)

    @property
    def evidence(self) -> float:
        sure = self.confidence / 100
        return (self.letters * sure if self.known and self.looked_up else 0.0) - max(1, self.letters) * (1 - sure)

    @property
    def told(self) -> float:
        share = 1.0 if self.speaks else _UNKNOWN
        return self.letters * (self.confidence / 100) ** 2 * share


def measure_trust(reading: Reading, knows: Knows, settings: TrustSettings, explained: float | None = None) -> Trust:
    """How far `reading` can be trusted, by the words that `knows` knows; `explained` is from `explain_ink`."""
    lines = list(reading.lines())
    weighed = [[weigh(word, knows) for word in line.words] for line in lines]
    words = [word for line in weighed for word in line]
    letters = sum(word.letters for word in words)
    known = _known_share(words)
    confidence = mean_sureness(words)
    told = sum(word.told for word in words)
    doubt: str | None = None
    if letters < settings.letters:
        doubt = "letters"
    elif confidence < settings.confidence:
        doubt = "confidence"
    elif known is not None and known < settings.known:
        doubt = "known"
    elif explained is not None and explained < settings.explained:
        doubt = "ink"
    return Trust(
        letters=letters,
        known=None if known is None else round(known, 3),
        confidence=round(confidence, 1),
        explained=explained,
        evidence=round(sum(word.evidence for word in words) - _lost(letters, explained, settings), 1),
        told=round(told, 1),
        doubt=doubt,
        doubtful_words=tuple(_doubtful(lines, weighed, settings)),
        upright=letters >= settings.letters and told >= settings.upright * letters,
    )


def count_evidence(words: Iterable[Word], knows: Knows) -> float:
    """`Trust.evidence` of some words."""
    return sum(weigh(word, knows).evidence for word in words)


def weigh(word: Word, knows: Knows) -> Weighed:
    """A word as the measures see it."""
    text = _TRIM.sub("", word.text)
    letters = count_letters(text)
    number = _NUMBER.fullmatch(word.text) is not None
    looked_up = not number and letters > _SHORT
    known = not number and letters > 0 and knows(text)
    return Weighed(letters, word.confidence, looked_up, known, number)


def _lost(letters: int, explained: float | None, settings: TrustSettings) -> float:
    """How many letters the ink would give that no word accounts for, beyond what stamps and signatures leave."""
    if explained is None or explained >= settings.explained:
        return 0.0
    return letters * (settings.explained / max(explained, _LEAST_EXPLAINED) - 1)


def _known_share(words: Iterable[Weighed]) -> float | None:
    looked_up = [word for word in words if word.looked_up]
    total = sum(word.letters for word in looked_up)
    return sum(word.letters for word in looked_up if word.known) / total if total else None


def mean_sureness(words: Sequence[Weighed]) -> float:
    """Mean confidence, 0 to 100, weighted by letters; a sign counts as one letter."""
    total = sum(max(1, word.letters) for word in words)
    return sum(max(1, word.letters) * word.confidence for word in words) / total if total else 0.0


def _doubtful(
    lines: Sequence[Line], weighed: Sequence[Sequence[Weighed]], settings: TrustSettings
) -> Iterator[tuple[int, tuple[int, ...]]]:
    if not lines:
        return
    usual = median(line.box.height_px for line in lines)
    for index, (line, words) in enumerate(zip(lines, weighed, strict=True)):
        tall = line.box.height_px > settings.line_height * usual and sum(word.letters > 0 for word in words) > 1
        doubtful = tuple(at for at, word in enumerate(words) if tall or word.confidence < _least(word, settings))
        if doubtful:
            yield index, doubtful


def _least(word: Weighed, settings: TrustSettings) -> float:
    """The confidence from which a word is believed."""
    if not word.letters:
        return settings.sign
    if word.number:
        return settings.number
    if not word.looked_up:
        return settings.short_word
    return settings.known_word if word.known else settings.unknown_word
