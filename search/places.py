# SPDX-License-Identifier: EUPL-1.2
"""Places and streets under all their names: which other names a word or phrase of a query stands for."""

from collections import defaultdict
from collections.abc import Iterable

from schemas.places import PlaceName
from search.analysis import DEFAULT_LANGUAGE, fold, page_keys, tokenise

_MIN_INFLECTED = 5
"""Letters of a name that is also known in other forms (``Timișoarei``): shorter stems are too often of other words."""
_STREET_WORDS = frozenset({"strada", "str", "calea", "bulevardul", "bd", "bdul", "aleea", "piata", "ulita", "utca"})
MAX_NAMES = 8
"""How many other names of a word are looked for."""
MAX_WORDS = 6
"""Names with more words are only known as they stand in a phrase."""


class Places:
    """Names by what they are typed as, folded. Made once of the archive's table, then only read."""

    def __init__(self, names: Iterable[PlaceName] = ()) -> None:
        by_place: defaultdict[str, dict[str, None]] = defaultdict(dict)
        self._places: defaultdict[str, dict[str, None]] = defaultdict(dict)
        for name in names:
            by_place[name.id][name.name] = None
            for key in _keys(name.name):
                self._places[key][name.id] = None
        self._names = {place: tuple(found) for place, found in by_place.items()}

    def others(self, text: str) -> tuple[str, ...]:
        """Other names of what `text` is a name of, each once, without spellings that are found anyway."""
        words = [fold(token.text) for token in tokenise(text)]
        known = self._places.get(" ".join(words)) or self._inflected(words)
        if not known:
            return ()
        found: dict[str, str] = {}
        for place in known:
            for name in self._names[place]:
                found.setdefault(_plain(name), name)
        found.pop(" ".join(words), None)
        return tuple(found.values())[:MAX_NAMES]

    def _inflected(self, words: list[str]) -> dict[str, None]:
        if len(words) != 1 or len(words[0]) < _MIN_INFLECTED:
            return {}
        found: dict[str, None] = {}
        for key in _stems(words[0]):
            found |= self._places.get(key, {})
        return found


def _keys(name: str) -> set[str]:
    words = _plain(name).split(" ")
    keys = {" ".join(words)}
    if len(words) > 1 and words[0] in _STREET_WORDS:
        keys.add(" ".join(words[1:]))
    if len(words) == 1 and len(words[0]) >= _MIN_INFLECTED:
        keys |= _stems(name) | _stems(words[0])
    return keys


def _stems(word: str) -> set[str]:
    """Keys with a colon, which no folded word has."""
    return {key for key in page_keys(word, DEFAULT_LANGUAGE) if key.startswith(f"{DEFAULT_LANGUAGE}:")}


def _plain(name: str) -> str:
    return " ".join(fold(token.text) for token in tokenise(name))
