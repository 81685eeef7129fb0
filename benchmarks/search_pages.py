# SPDX-License-Identifier: EUPL-1.2
"""An archive's pages, generated: what a search must find its answers among.

Words by Zipf's law over dictionaries (`benchmarks.page_words`), acts in the shapes of a town hall (`.page_shapes`), 0.5
to 3 % of letters read wrong (`.ocr_noise`); about 350 words a page, 100 to 300 pages a unit, 1900 to 2005, spelled as
in their year. The same seed gives the same pages, one by one: the first 12,500 of a million are those of 12,500, since
each unit has a seed of its own. Nothing but the unit in hand is in memory.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import count, islice
from random import Random
from uuid import UUID

import numpy as np

from benchmarks.ocr_noise import cedilla, misread, wrap
from benchmarks.page_shapes import SHAPES, Facts, Shape, office
from benchmarks.page_words import vocabulary
from schemas.search import PageRecord
from schemas.unit import AccessClass

SEED = 1987
_YEARS = (1900, 2005)
_OLD_SPELLING = range(1953, 1993)
_WORDS = (190, 350)
_ROWS = (22, 40)
_WIDTH = 62
_NOISE = (0.005, 0.03)
_DIVIDED = 0.2
_CLASSES = (
    (AccessClass.STAFF,) * 14 + (AccessClass.PUBLIC,) * 3 + (AccessClass.PERSONAL,) * 2 + (AccessClass.RESTRICTED,)
)
_FOREIGN_TO = 1944
"""After it the town's acts are in Romanian alone."""


def distractors(pages: int, seed: int = SEED) -> Iterator[PageRecord]:
    """So many pages, unit by unit."""
    return islice(_all_pages(seed), pages)


def _all_pages(seed: int) -> Iterator[PageRecord]:
    for number in count(1):
        yield from _Unit(number, seed).pages()


@dataclass(frozen=True, slots=True)
class _Plan:
    """What all pages of a unit have in common."""

    shape: Shape
    year: int
    facts: Facts
    fonds: str
    title: str
    code: str
    unit_id: UUID
    access: AccessClass


class _Unit:
    """The `number`th unit, from 1 on."""

    def __init__(self, number: int, seed: int) -> None:
        self._random = Random(f"{seed}/{number}")
        self._numbers = np.random.default_rng((seed, number))
        self._plan = self._make_plan(number)

    def pages(self) -> Iterator[PageRecord]:
        plan = self._plan
        for page in range(1, self._random.randint(100, 300) + 1):
            yield PageRecord(
                unit_id=plan.unit_id,
                unit_version=1,
                page=page,
                reference_code=plan.code,
                title=plan.title,
                fonds=plan.fonds,
                series=plan.shape.series,
                document_type=plan.shape.document_type,
                year_from=plan.year,
                year_to=plan.year,
                language=plan.shape.language,
                access_class=plan.access,
                text=self._text(first=page == 1),
            )

    def _make_plan(self, number: int) -> _Plan:
        random = self._random
        year = random.randint(*_YEARS)
        shapes = [shape for shape in SHAPES if shape.language == "ron" or year <= _FOREIGN_TO]
        shape = random.choice(shapes)
        facts = Facts(year, random)
        fonds = office(year)
        letters = "".join(word[0] for word in fonds.split() if word[0].isupper())
        return _Plan(
            shape=shape,
            year=year,
            facts=facts,
            fonds=fonds,
            title=facts.fill(shape.title),
            code=f"LU/{letters[:2]}/{shape.series.replace(' ', '')[:4]}/{year}/{1000 + number}",
            unit_id=UUID(int=random.getrandbits(128), version=4),
            access=random.choice(_CLASSES),
        )

    def _text(self, *, first: bool) -> str:
        random, shape = self._random, self._plan.shape
        lines: list[str] = []
        if first or random.random() < 0.4:
            for head in shape.heads:
                lines += wrap(self._read(self._plan.facts.fill(head).split()), _WIDTH, _DIVIDED, random)
        if shape.register:
            for _ in range(random.randint(*_ROWS)):
                lines.append(" ".join(self._read(self._plan.facts.fill(shape.facts[0]).split())))
        else:
            lines += wrap(self._read(self._body()), _WIDTH, _DIVIDED, random)
        text = "\n".join(lines)
        way = random.random()
        if way < 0.5 and shape.language == "ron":
            return cedilla(text)
        if way < 0.7 and shape.language == "ron":
            return "\n".join(cedilla(line) if random.random() < 0.5 else line for line in lines)
        return text

    def _body(self) -> list[str]:
        """Sentences with facts in them."""
        random, facts, shape = self._random, self._plan.facts, self._plan.shape
        words = vocabulary(shape.language).draw(random.randint(*_WORDS), self._numbers)
        if shape.language == "ron" and self._plan.year in _OLD_SPELLING:
            old = _old_spellings()
            words = [old.get(word, word) for word in words]
        sentences: list[str] = []
        start = 0
        while start < len(words):
            end = start + 7 + int(random.random() * 14)
            sentence = words[start:end]
            sentence[0] = sentence[0].capitalize()
            fact = shape.facts[int(random.random() * len(shape.facts))]
            sentence[len(sentence) // 2 : len(sentence) // 2] = facts.fill(fact).split()
            sentence[-1] += "."
            sentences += sentence
            start = end
        return sentences

    def _read(self, words: list[str]) -> list[str]:
        """The words with some letters wrong."""
        random = self._random
        rate = _NOISE[0] + (_NOISE[1] - _NOISE[0]) * random.random() ** 2
        wrong = self._numbers.poisson(rate * 5.5 * len(words))
        for _ in range(wrong):
            index = int(random.random() * len(words))
            words[index] = misread(words[index], random)
        return words


@cache
def _old_spellings() -> dict[str, str]:
    """Words of the Romanian vocabulary as they were spelled from 1953 to 1993."""
    old = {word: word[:1] + word[1:-1].replace("â", "î") + word[1:][-1:] for word in vocabulary("ron").words}
    changed = {word: spelled for word, spelled in old.items() if spelled != word and not word.startswith("român")}
    return changed | {"sunt": "sînt", "suntem": "sîntem"}
