# SPDX-License-Identifier: EUPL-1.2
"""Whether a word is one of a language, in the spelling of its time.

By Hunspell's dictionary of the language (`processors.read.hunspell`), where there is none by the word list inside
Tesseract's model (`processors.read.dawg`). Dictionaries are loaded at the first question. Old spellings are turned into
today's by closed rules, since no dictionary holds them.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum
from functools import cache, lru_cache

from processors.read.dawg import WordGraph, load_word_graph
from processors.read.hunspell import Dictionary, open_dictionary
from processors.read.tessdata import find_tessdata, require_models
from schemas.errors import EngineUnavailable, LanguageMissing


class Period(StrEnum):
    """Which spelling is meant; without one, either."""

    OLD = "old"
    """Romanian to 1993 (``sînt``, ``hotărîre``), German to 1996 (``daß``, ``Theil``), Hungarian to 1922 (``czukor``).
    """
    NEW = "new"


_DICTIONARIES = {
    "ron": ("ro_RO",),
    "hun": ("hu_HU",),
    "deu": ("de_DE", "de_DE_frami"),
    "eng": ("en_US", "en_GB"),
    "fra": ("fr", "fr_FR"),
    "ita": ("it_IT",),
    "bul": ("bg_BG",),
    "ukr": ("uk_UA",),
    "rus": ("ru_RU",),
    "ces": ("cs_CZ",),
    "slk": ("sk_SK",),
    "pol": ("pl_PL",),
    "hrv": ("hr_HR",),
    "srp": ("sr_RS", "sr"),
    "srp_latn": ("sr_Latn_RS", "sr-Latn"),
    "tur": ("tr_TR",),
    "ell": ("el_GR",),
}
_SAME_LANGUAGE = {"frk": "deu", "deu_latf": "deu"}

_ONE_SPELLING = str.maketrans({"ş": "ș", "ţ": "ț", "Ş": "Ș", "Ţ": "Ț", "ſ": "s", "’": "'", "\u00ad": None})
_PART = re.compile("[^\\W\\d_][^\\W\\d_\u0300-\u036f]*")
_SHORTEST = 2  # a single letter is as likely a scrap of another word


def has_lexicon(language: str) -> bool:
    """Whether anything is known of this language (Tesseract's name): a dictionary, or a model with a word list."""
    base = _SAME_LANGUAGE.get(language, language)
    return _dictionary(base) is not None or _model_words(base) is not None


def knows(word: str, language: str, period: Period | None = None, *, folded: bool = False) -> bool:
    """Whether `word` is one of `language` (Tesseract's name), in the spelling of `period`, or of either.

    Capitals, signs around the word, long ſ and the cedilla for the comma below make no difference. Of a word with
    hyphens or apostrophes (``într-o``, ``l'eau``) all parts must be known. What has no letters or has digits is none.
    `folded` takes words without diacritics too, by the word list inside Tesseract's model.
    """
    if any(map(str.isdigit, word)):
        return False
    parts = _PART.findall(_one_spelling(word))
    return bool(parts) and all(_knows(part, _SAME_LANGUAGE.get(language, language), period, folded) for part in parts)


def knows_as_common(word: str, language: str) -> bool:
    """As `knows`, of the word in small letters: a name is not known so, nor a German noun.

    Without a dictionary names and nouns are known too.
    """
    base = _SAME_LANGUAGE.get(language, language)
    dictionary = _dictionary(base)
    if dictionary is None or not knows(word, language):
        return dictionary is None and knows(word, language)
    return all(
        any(dictionary.has(form) for form in (part, *_todays_spellings(part, base)))
        for part in _PART.findall(_one_spelling(word).lower())
    )


def knows_as_frequent(word: str, language: str) -> bool:
    """As `knows_as_common`, of a word that is also in the list inside Tesseract's model, which holds the frequent ones.

    Where there is no such list, no word is known as frequent.
    """
    base = _SAME_LANGUAGE.get(language, language)
    graph = _model_words(base)
    if graph is None or not knows_as_common(word, language):
        return False
    form = _as_compared(word)
    return any(graph.has(one, _as_compared) for one in (form, *_todays_spellings(form, base)))


def share_known(words: Iterable[str], language: str, period: Period | None = None) -> float:
    """Which share of the letters stands in words that `knows` knows, 0 to 1.

    Only words of two letters and more without digits count; 0.0 where there are none, or no lexicon (`has_lexicon`).
    """
    known = letters = 0
    for word in words:
        size = sum(map(str.isalpha, word))
        if size >= _SHORTEST and not any(map(str.isdigit, word)):
            letters += size
            known += size * knows(word, language, period)
    return known / letters if letters else 0.0


@lru_cache(maxsize=20_000)
def _knows(word: str, language: str, period: Period | None, folded: bool) -> bool:
    if _has(word, language) and not (period is Period.NEW and _is_old(word, language)):
        return True
    if period is not Period.NEW and any(_has(form, language) for form in _todays_spellings(word, language)):
        return True
    graph = _model_words(language) if folded else None
    return graph is not None and graph.has(_folded(word), _folded)


def _has(word: str, language: str) -> bool:
    dictionary = _dictionary(language)
    if dictionary is None:
        graph = _model_words(language)
        return graph is not None and graph.has(word.lower(), _as_compared)
    # As it stands, as a common word, as a name: a dictionary knows no small Ioan and no name in capitals only.
    return any(dictionary.has(form) for form in dict.fromkeys((word, word.lower(), word.title())))


def _is_old(word: str, language: str) -> bool:
    """Whether the word is known by an old spelling only; seen for Romanian, where one sound has changed its letter."""
    return language == "ron" and any(_has(form, language) for form in _todays_spellings(word, language))


def _todays_spellings(word: str, language: str) -> Iterator[str]:
    """What the word may be in today's spelling, where that differs: by each rule, and by all of them together."""
    every = word
    for rule in _RULES.get(language, ()):
        form = rule(word)
        if form != word:
            yield form
        every = rule(every)
    if every != word:
        yield every


def _romanian_a(word: str) -> str:
    """``hotărîre`` → ``hotărâre``: decision of the Academia Română of 17 February 1993."""
    return word[:1] + word[1:-1].replace("î", "â").replace("Î", "Â") + word[1:][-1:]


def _romanian_u(word: str) -> str:
    """``sînt``, ``sîntem`` → ``sunt``, ``suntem``: of the same decision."""
    return re.sub(r"(?i)^(s)[îâ](nt(?:em|eți|)?)$", r"\1u\2", word)


def _replacing(old: str, new: str) -> Callable[[str], str]:
    pattern = re.compile(old, re.IGNORECASE)
    return lambda word: pattern.sub(lambda match: new.upper() if match.group().isupper() else new, word)


_RULES: dict[str, tuple[Callable[[str], str], ...]] = {
    "ron": (_romanian_u, _romanian_a),
    # Orthographic Conference of 1901: th only in foreign words, -niß and -iren end; reform of 1996: ss after a short
    # vowel. Typewriters without umlauts or ß wrote them apart.
    "deu": (
        _replacing("th", "t"),
        _replacing("niß$", "nis"),
        _replacing("ß", "ss"),
        _replacing("ss", "ß"),
        _replacing("iren$", "ieren"),
        _replacing("irt$", "iert"),
        _replacing("ae", "ä"),
        _replacing("oe", "ö"),
        _replacing("ue", "ü"),
        _replacing("c(?!h|k)", "k"),
        _replacing("c(?=[eiy])", "z"),
    ),
    # Rules of the Hungarian Academy of 1922.
    "hun": (_replacing("cz", "c"),),
    # Typewriters without the ligature wrote it apart; their capitals have no accents.
    "fra": (_replacing("oe", "œ"), _replacing("^(?-i:E)", "É"), _replacing("^(?-i:A)", "À")),
}


@cache
def _dictionary(language: str) -> Dictionary | None:
    return open_dictionary(_DICTIONARIES.get(language, ()))


@cache
def _model_words(language: str) -> WordGraph | None:
    for model in (language, *(other for other, base in _SAME_LANGUAGE.items() if base == language)):
        try:
            tessdata = find_tessdata()
            return load_word_graph(tessdata / f"{require_models(tessdata, (model,))}.traineddata")
        except (EngineUnavailable, LanguageMissing):
            continue
    return None


def _one_spelling(word: str) -> str:
    return unicodedata.normalize("NFC", word).translate(_ONE_SPELLING)


def _as_compared(word: str) -> str:
    return _one_spelling(word).lower()


def _folded(word: str) -> str:
    bare = unicodedata.normalize("NFD", _as_compared(word))
    return "".join(character for character in bare if not unicodedata.combining(character))
