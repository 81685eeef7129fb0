# SPDX-License-Identifier: EUPL-1.2
"""Reading a page as often as it takes, and no oftener: once where that can be trusted.

Where it cannot, in this order: the page turned, in another of the unit's languages, in broken type, with its image
treated otherwise, as a title page; last by the second reader. Each further reading is kept only where it is the better
one, by what `processors.read.trust` measures. Every step writes what it saw and what it chose into `notes`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from processors.apart import ReadPart, read_apart, read_under_marks, read_under_pale, tells_more
from processors.coloured import PageColour, find_page_colour, without_colour, without_pale
from processors.coverage import AskedInk, explain_ink, find_asked_ink
from processors.decode import Frame
from processors.densest import find_densest_part
from processors.fan import find_fan
from processors.ink import Pixels, SmallPage
from processors.letters import measure_letter_height
from processors.level import Level
from processors.page_settings import PageSettings
from processors.read.engine import OcrEngine, Reading
from processors.read.language import detect_language, same_speech
from processors.read.lexicon import has_lexicon, knows
from processors.read.noise import drop_noise, drop_strays
from processors.read.order import order_lines
from processors.read.passages import Passage, carry_languages, find_passages, lines_of, replace_passages
from processors.read.second import SecondReader
from processors.read.second.attempt import try_to_reread
from processors.read.trust import Knows, Trust, count_evidence, measure_trust
from processors.read.words import mean_confidence
from processors.readable import read_page, read_part, read_sparse_page, read_strip, reading_share
from processors.sideways import LineDirection
from processors.step_times import Step, timed
from processors.straighten import Prepared, Rotation, prepare_page
from processors.treatments import Treatment
from processors.upright import measure_lean
from schemas.errors import LanguageMissing
from schemas.page import Block, Box, Geometry
from schemas.reading import ReadingLevel

Notes = dict[str, str | int | float | bool]
"""What was measured and chosen, by name: `PageResult.treatment`."""

FRAKTUR = "deu_latf"
_LOOK_AROUND = 2
"""Heights of a line, above and below it, within which its words and what is cut out around them end."""


@dataclass(frozen=True)
class ReadPage:
    """What reading gave: words, chief language (None where there are no words), and how far both can be trusted."""

    reading: Reading
    language: str | None
    trust: Trust


@dataclass(frozen=True)
class _Attempt:
    """One reading of the page, and in what it was read."""

    reading: Reading
    language: str
    treatment: Treatment
    trust: Trust

    def better_than(self, other: "_Attempt") -> bool:
        """Another reading of the page lying the same way. No words are never better than some."""
        return self.trust.letters > 0 and self.trust.evidence > other.trust.evidence


@dataclass
class PageReader:
    """Reads one page; `small` is the page as scanned."""

    frame: Frame
    small: SmallPage
    settings: PageSettings
    engine: OcrEngine
    second: SecondReader | None
    notes: Notes = field(default_factory=dict)
    _explained: tuple[Reading, float | None] | None = field(default=None, init=False)
    _colour: PageColour | None = field(default=None, init=False)
    _stamps: tuple[Block, ...] = field(default=(), init=False)
    _levelled: tuple[Geometry, Level] | None = field(default=None, init=False)

    @cached_property
    def _letter_px(self) -> float | None:
        return measure_letter_height(self.small)

    @cached_property
    def _asked_ink(self) -> AskedInk:
        return find_asked_ink(self.small)

    def read(self, direction: LineDirection) -> tuple[Prepared, ReadPage | None]:
        """The page upright, straightened and cropped, and its words; no words are looked for on a blank page."""
        prepared, first = self._read_upright(direction)
        if first is None:
            return prepared, None
        geometry = prepared.geometry
        self.notes["reading_share"] = round(
            reading_share(geometry.width_px, geometry.height_px, geometry.dpi, self._letter_px), 4
        )
        attempt = self._in_its_language(prepared, first)
        attempt = self._in_broken_type(prepared, attempt)
        attempt = self._treated_otherwise(prepared, attempt)
        attempt = self._as_title_page(prepared, attempt)
        attempt = self._passages(prepared, attempt)
        # The second reader's time is not for signatures and stamps, but it may read them.
        attempt = self._from_under_marks(prepared, self._apart_from_colour(prepared, attempt))
        attempt = self._without_noise(prepared, attempt)
        again = self._read_again(prepared, attempt)
        if again is not attempt:
            attempt = self._without_noise(prepared, self._apart_from_colour(prepared, again))
        reading = _with_stamps(self._in_order(attempt.reading), self._stamps)
        trust = attempt.trust
        self.notes["trust_doubt"] = trust.doubt or ""
        for name, value in (("known", trust.known), ("ink", trust.explained), ("evidence", trust.evidence)):
            if value is not None:
                self.notes[f"trust_{name}"] = value
        return prepared, ReadPage(reading, attempt.language if reading.blocks else None, trust)

    def _read_upright(self, direction: LineDirection) -> tuple[Prepared, _Attempt | None]:
        """In the likeliest direction; where that cannot be trusted, in the others. Scans are mostly the right way up,
        so that another direction must be much better.
        """
        usual = rotations(direction)
        lean = measure_lean(self.small, lying=direction.sideways)
        self.notes["upright_lean"], self.notes["upright_letters"] = lean.share, lean.votes
        likely = (usual[1], usual[0], *usual[2:]) if lean.upside_down else usual
        prepared = prepare_page(self.frame, self.settings.prepare, likely[0], self.small)
        if prepared.blank:
            return prepared, None
        attempts: dict[Rotation, _Attempt] = {}
        for turned in likely:
            if turned != prepared.geometry.rotation_deg:
                del prepared  # one derivative at a time: a plan's takes hundreds of megabytes
                prepared = prepare_page(self.frame, self.settings.prepare, turned, self.small)
            attempts[turned] = attempt = self._first(prepared)
            self.notes["reading_score" if turned == likely[0] else f"reading_score_turned_{turned}"] = (
                attempt.trust.told
            )
            if attempt.trust.upright:
                break
        rotation = self._best_direction(attempts, usual[0])
        if prepared.geometry.rotation_deg != rotation:
            del prepared
            prepared = prepare_page(self.frame, self.settings.prepare, rotation, self.small)
        return prepared, attempts[rotation]

    def _best_direction(self, attempts: Mapping[Rotation, _Attempt], usual: Rotation) -> Rotation:
        def told(turned: Rotation) -> tuple[float, bool]:
            lead = 1 + self.settings.turned_gain if turned == usual else 1.0
            return lead * attempts[turned].trust.told, turned == usual

        return max(attempts, key=told)

    def _first(self, prepared: Prepared) -> _Attempt:
        """The page in its likeliest language, judged by the words of any of the unit's: which it is comes later."""
        treatment = self._treatments(prepared)[0]
        language = self._language_of_part(prepared, treatment)
        return self._attempt(prepared, language, treatment, self.settings.languages)

    def _language_of_part(self, prepared: Prepared, treatment: Treatment) -> str:
        """What a few lines tell, so that the page need not be read whole in another language first, or type; else the
        unit's first.
        """
        first, *others = self.settings.languages
        if all(same_speech(first, other) for other in others):
            return first
        part = find_densest_part(self.small, prepared.geometry)
        if part is None:
            return first
        read = self._part(prepared, part, first, treatment)
        language = self._guess(read.reading, "part") or first
        if not same_speech(language, "deu") or language == self._broken_name():
            return language
        roman = read if language == first else self._part(prepared, part, language, treatment)
        known = roman.trust.known
        if known is None or known >= self.settings.trust.broken_type:
            return language
        try:
            broken = self._part(prepared, part, self._broken_name(), treatment)
        except LanguageMissing:
            return language
        self.notes["part_score"], self.notes["part_score_fraktur"] = roman.trust.evidence, broken.trust.evidence
        return broken.language if broken.better_than(roman) else language

    def _guess(self, reading: Reading, seen: str) -> str | None:
        """Which of the unit's languages was read in what was `seen`; None where that is unsure."""
        text = " ".join(word.text for word in reading.words())
        guess = detect_language(text, self.settings.languages, self.settings.language)
        if guess is None:
            return None
        self.notes[f"{seen}_guess"], self.notes[f"{seen}_confidence"] = guess.language, guess.confidence
        return guess.language

    def _in_its_language(self, prepared: Prepared, first: _Attempt) -> _Attempt:
        """As the whole page tells; where that is unsure or its words are doubted, the unit's first language."""
        before = self._judge(prepared, first, (first.language,))
        usual = self.settings.languages[0]
        language = self._guess(first.reading, "language") or usual
        if same_speech(language, first.language):
            if same_speech(usual, first.language) or before.trust.trusted:
                return before
            language = usual
        again = self._attempt(prepared, language, first.treatment)
        self.notes["language_score"], self.notes["language_score_again"] = before.trust.evidence, again.trust.evidence
        return again if again.better_than(before) else before

    def _part(self, prepared: Prepared, part: Box, language: str, treatment: Treatment) -> _Attempt:
        """A few lines, judged without the ink that they leave unread."""
        reading = self._read_part(prepared, part, (language,), treatment)
        with timed(Step.TRUST):
            trust = measure_trust(reading, self._knower((language,)), self.settings.trust)
        return _Attempt(reading, language, treatment, trust)

    def _in_broken_type(self, prepared: Prepared, attempt: _Attempt) -> _Attempt:
        """Fraktur has a model of its own, and read by another one gives few words that the lexicon knows."""
        name = self._broken_name()
        known = attempt.trust.known
        german = same_speech(attempt.language, name)
        # A page that is read badly in another language may yet be German, where the unit has German at all.
        likely = known is not None and known < self.settings.trust.broken_type if german else not attempt.trust.upright
        if attempt.language == name or not likely or not self._german():
            return attempt
        try:
            again = self._attempt(prepared, name, attempt.treatment)
        except LanguageMissing:
            self.notes["fraktur_model"] = "missing"
            return attempt
        self.notes["fraktur_score"] = again.trust.evidence
        self.notes["fraktur_score_before"] = attempt.trust.evidence
        return again if again.better_than(attempt) else attempt

    def _broken_name(self) -> str:
        """What the unit calls the model for broken type."""
        return next((one for one in self.settings.languages if one in ("frk", FRAKTUR)), FRAKTUR)

    def _treated_otherwise(self, prepared: Prepared, attempt: _Attempt) -> _Attempt:
        self.notes["doubt"] = attempt.trust.doubt or ""
        self.notes[f"treated_{attempt.treatment}"] = attempt.trust.evidence
        for treatment in self._treatments(prepared):
            if attempt.trust.trusted:
                break
            if treatment is not attempt.treatment and f"treated_{treatment}" not in self.notes:
                again = self._attempt(prepared, attempt.language, treatment)
                self.notes[f"treated_{treatment}"] = again.trust.evidence
                attempt = again if again.better_than(attempt) else attempt
        self.notes["treatment"] = str(attempt.treatment)
        return attempt

    def _as_title_page(self, prepared: Prepared, attempt: _Attempt) -> _Attempt:
        """Where little was read and that is doubtful: widely spaced words, in one block."""
        if attempt.trust.trusted or attempt.trust.letters > self.settings.sparse_letters:
            return attempt
        languages = self.settings.languages
        level = self._level(prepared)
        reading = level.reading_to_page(
            read_sparse_page(self.engine, level.flat(prepared.gray), prepared.geometry.dpi, languages)
        )
        again = self._judge(prepared, replace(attempt, reading=reading), languages)
        self.notes["sparse_score"], self.notes["sparse_score_before"] = again.trust.told, attempt.trust.told
        return again if again.trust.told > attempt.trust.told else attempt

    def _passages(self, prepared: Prepared, attempt: _Attempt) -> _Attempt:
        """Lines in another of the unit's languages are read again in it, and only they."""
        parts: dict[Passage, Reading] = {}
        settings = self.settings
        for passage in find_passages(
            attempt.reading, attempt.language, settings.languages, settings.passages, settings.language
        ):
            part = self._read_part(prepared, passage.box, (passage.language,), attempt.treatment)
            before = (word for line in lines_of(attempt.reading, passage) for word in line.words)
            if count_evidence(part.words(), self._knower((passage.language,))) > count_evidence(
                before, self._knower((attempt.language,))
            ):
                parts[passage] = part
        if not parts:
            return attempt
        reading = replace_passages(attempt.reading, parts)
        spoken = _spoken(reading, attempt.language)
        self.notes["languages"] = "+".join(spoken)
        return self._judge(prepared, replace(attempt, reading=reading), spoken)

    def _read_again(self, prepared: Prepared, attempt: _Attempt) -> _Attempt:
        """By the second reader: the whole page where the page is doubted or all is wanted, else its doubtful words."""
        trust = attempt.trust
        self.notes["lines_doubtful"] = len(trust.doubtful_words)
        words_doubtful = sum(len(words) for _, words in trust.doubtful_words)
        self.notes["words_doubtful"] = words_doubtful
        careful = self.settings.level is ReadingLevel.CAREFUL
        if self.second is None or self.settings.level is ReadingLevel.FAST:
            return attempt
        whole = careful or not trust.trusted
        if not whole and not words_doubtful:
            return attempt
        spoken = _spoken(attempt.reading, attempt.language)
        level = self._level(prepared)
        seen = (
            prepared.pixels if whole else _around(prepared, attempt.reading, [line for line, _ in trust.doubtful_words])
        )
        reading, failure = try_to_reread(
            self.second,
            level.flat(seen),
            prepared.geometry.dpi,
            level.reading_to_flat(attempt.reading),
            (*spoken, *(one for one in self.settings.languages if one not in spoken)),
            None if whole else dict(trust.doubtful_words),
            tries=2 if careful else 1,
        )
        if failure is not None:
            self.notes["second_reader"], self.notes["second_reader_failed"] = "none", failure
            return attempt
        reading = carry_languages(attempt.reading, level.reading_to_page(reading))
        again = self._judge(prepared, replace(attempt, reading=reading), spoken)
        self.notes["second_reader"] = "all" if whole else words_doubtful
        self.notes["second_score"], self.notes["second_score_before"] = again.trust.evidence, trust.evidence
        # Its confidences are measured otherwise: only a clear loss of known words is a loss.
        kept = careful or again.trust.evidence >= trust.evidence - self.settings.second_loss * abs(trust.evidence)
        self.notes["second_kept"] = kept
        return again if kept else attempt

    def _apart_from_colour(self, prepared: Prepared, attempt: _Attempt) -> _Attempt:
        """What stands on coloured stamps goes into blocks of its own."""
        colour = self._find_colour(prepared)
        if colour is None:
            return attempt
        spoken = _spoken(attempt.reading, attempt.language)
        apart = read_apart(
            attempt.reading,
            colour,
            self._knower(spoken),
            lambda part: self._read_part(prepared, part, spoken, attempt.treatment),
            self.settings.stamps,
        )
        self._count(noise_lines=apart.dropped)
        if tells_more(apart.stamps, self._stamps, self._knower(spoken)):
            self._stamps = apart.stamps
            self.notes["stamp_lines"] = sum(len(block.lines) for block in apart.stamps)
        return self._judge(prepared, replace(attempt, reading=apart.reading), spoken)

    def _from_under_marks(self, prepared: Prepared, attempt: _Attempt) -> _Attempt:
        """Lines that a stamp or a signature lies over are read again without it."""
        colour, settings = self._find_colour(prepared), self.settings.stamps
        spoken = _spoken(attempt.reading, attempt.language)
        knows = self._knower(spoken)

        def reader(clear: Callable[[Pixels, float], Pixels]) -> ReadPart:
            dpi = prepared.geometry.dpi
            return lambda strip: read_strip(
                self.engine, prepared.derivative.within([strip]), dpi, strip, spoken, clear, self._letter_px
            )

        reading = attempt.reading
        if colour is not None:
            reread = read_under_marks(reading, colour, knows, reader(without_colour), settings)
            self._count(strips_without_colour=reread.strips, strips_without_colour_kept=reread.kept)
            reading = reread.reading
        if not self.frame.bitonal:
            reread = read_under_pale(reading, knows, reader(without_pale), settings)
            self._count(strips_without_pale=reread.strips, strips_without_pale_kept=reread.kept)
            reading = reread.reading
        return (
            attempt if reading is attempt.reading else self._judge(prepared, replace(attempt, reading=reading), spoken)
        )

    def _find_colour(self, prepared: Prepared) -> PageColour | None:
        if "coloured_marks" not in self.notes:
            derivative, dpi = prepared.derivative, prepared.geometry.dpi
            colour = find_page_colour(derivative.reduced, dpi) if derivative.in_colour else None
            self._colour = colour if colour is not None and colour.boxes else None
            self.notes["coloured_marks"] = 0 if self._colour is None else len(self._colour.boxes)
            self._explained = None
        return self._colour

    def _count(self, **counts: int) -> None:
        for name, count in counts.items():
            if count:
                self.notes[name] = int(self.notes.get(name, 0)) + count

    def _without_noise(self, prepared: Prepared, attempt: _Attempt) -> _Attempt:
        spoken = _spoken(attempt.reading, attempt.language)
        reading, strays = drop_strays(attempt.reading, self.settings.noise)
        reading, dropped = drop_noise(reading, self._knower(spoken), self.settings.noise)
        if not dropped and not strays:
            return attempt
        self._count(noise_lines=dropped, noise_words=strays)
        return self._judge(prepared, replace(attempt, reading=reading), spoken)

    def _in_order(self, reading: Reading) -> Reading:
        ordered = order_lines(reading, self.settings.order)
        self._count(rows_joined=ordered.rows, cells_parted=ordered.cells)
        return ordered.reading

    def _treatments(self, prepared: Prepared) -> Sequence[Treatment]:
        """Those that differ on this page: on a bitonal one none does, on a grey one there is no colour to leave out."""
        if self.frame.bitonal:
            return (Treatment.PLAIN,)
        gray = not prepared.derivative.in_colour
        return [one for one in self.settings.treatments if not (gray and one is Treatment.DROPOUT)]

    def _attempt(
        self, prepared: Prepared, language: str, treatment: Treatment, spoken: Sequence[str] | None = None
    ) -> _Attempt:
        level, dpi = self._level(prepared), prepared.geometry.dpi
        seen = level.flat(_seen(prepared, treatment))
        reading = level.reading_to_page(read_page(self.engine, seen, dpi, (language,), treatment, self._letter_px))
        return _Attempt(reading, language, treatment, self._trust(prepared, reading, spoken or (language,)))

    def _read_part(self, prepared: Prepared, part: Box, languages: Sequence[str], treatment: Treatment) -> Reading:
        level, dpi = self._level(prepared), prepared.geometry.dpi
        seen = level.flat(_seen(prepared, treatment))
        return level.reading_to_page(
            read_part(self.engine, seen, dpi, level.to_flat(part), languages, treatment, self._letter_px)
        )

    def _level(self, prepared: Prepared) -> Level:
        if self._levelled is None or self._levelled[0] is not prepared.geometry:
            fan = find_fan(self.small, prepared.geometry)
            self._levelled = (prepared.geometry, Level(fan))
            if fan is not None:
                self.notes["lines_spread_deg"] = fan.spread_deg
        return self._levelled[1]

    def _judge(self, prepared: Prepared, attempt: _Attempt, spoken: Sequence[str]) -> _Attempt:
        return replace(attempt, trust=self._trust(prepared, attempt.reading, spoken))

    @timed(Step.TRUST)
    def _trust(self, prepared: Prepared, reading: Reading, spoken: Sequence[str]) -> Trust:
        if self._explained is None or self._explained[0] is not reading:  # often judged more than once
            marks = self._colour.boxes if self._colour is not None else ()
            self._explained = (reading, explain_ink(self._asked_ink, prepared.geometry, reading.lines(), marks))
        return measure_trust(reading, self._knower(spoken), self.settings.trust, self._explained[1])

    def _german(self) -> bool:
        return any(same_speech("deu", language) for language in self.settings.languages)

    def _knower(self, languages: Sequence[str]) -> Knows:
        """Where nothing is known of any of the languages, no word can be doubted for being unknown."""
        known = [language for language in languages if has_lexicon(language)]
        return lambda word: not known or any(knows(word, language) for language in known)


def _with_stamps(reading: Reading, stamps: Sequence[Block]) -> Reading:
    """Stamps come after the page's text; its confidence is that of its text, where it has any."""
    if not stamps:
        return reading
    blocks = (*reading.blocks, *stamps)
    return Reading(blocks, mean_confidence(reading.blocks or blocks))


def rotations(direction: LineDirection) -> tuple[Rotation, ...]:
    """The clockwise turns to try, likeliest first."""
    if direction.sideways:
        return (90, 270)
    return (0, 180) if direction.upright else (0, 180, 90, 270)


def _seen(prepared: Prepared, treatment: Treatment) -> Pixels:
    """As much of a page as a treatment looks at."""
    return prepared.pixels if treatment is Treatment.DROPOUT else prepared.gray


def _around(prepared: Prepared, reading: Reading, indices: Sequence[int]) -> Pixels:
    """The page in colour where these lines are, and as far from them as anyone looks who reads them."""
    lines = list(reading.lines())
    boxes = (lines[index].box for index in indices)
    return prepared.derivative.within(
        box.model_copy(
            update={
                "top": max(0, box.top - _LOOK_AROUND * box.height_px),
                "bottom": box.bottom + _LOOK_AROUND * box.height_px,
            }
        )
        for box in boxes
    )


def _spoken(reading: Reading, chief: str) -> tuple[str, ...]:
    """The languages of a reading's blocks, the chief one first."""
    others = dict.fromkeys(block.language for block in reading.blocks if block.language)
    return (chief, *(language for language in others if language != chief))
