# SPDX-License-Identifier: EUPL-1.2
"""The one definition of text analysis: what an index sees of a text, and what a query's word looks for.

A text becomes **tokens**: runs of Unicode letters and digits, in order; a token's place in the tuple is its position.
``într-o`` gives two tokens side by side, ``123/12.05.1987`` four, so that wholes are found as runs and parts as words.
A word divided at the end of a line (``autori-`` / ``zație``) is one token, with its parts beside it: whether the hyphen
is the word's own (``CLUJ-`` / ``NAPOCA``) is not known, so it is found both ways.

A token has **keys**, each tagged by its view. A query's word meets a page's word where they share a key:

* ``f:`` fold: lower case, no diacritics (cedilla, comma, breve, umlaut), ``ß`` as ``ss``; in the spellings before and
  after 1993 (``hotărîrea``, ``hotărârea``; ``sînt``, ``sunt``);  numbers also without leading zeros;
* ``ron:``, ``hun:``, ``deu:``, ``fra:``, ``eng:`` stem: by Snowball, in the page's language, of the word as it stands
  and of the folded word, since people type without diacritics; for Romanian with a few more (`search.romanian`);
* ``d:`` fold, of divided words only: how ``într-o`` finds ``într-`` / ``o`` and not ``intro``;
* ``n:`` a whole number such as ``n:567/2/1``; it only ranks, runs of ``f:`` keys find.

A page's word has the stems of the page's language; a query's word has those of all languages, as nobody says in which
language they ask. So the keys of a page's word are always among those of the same word in a query.

Sources: Snowball's stemmers (PyStemmer); the spelling reform, decision of the Academia Română of 17 February 1993.
"""

import re
import threading
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import cached_property, lru_cache
from hashlib import sha256
from itertools import chain
from typing import NamedTuple, overload

import Stemmer  # type: ignore[import-not-found]

from search.romanian import more_stems

FOLD = "f:"
DIVIDED = "d:"
WHOLE = "n:"
SOFT_HYPHEN = "\u00ad"
DEFAULT_LANGUAGE = "ron"
STEMMERS = {"ron": "romanian", "hun": "hungarian", "deu": "german", "fra": "french", "eng": "english"}
_ALIASES = {"frk": "deu", "ger": "deu", "rum": "ron", "fre": "fra"}

_MAX_KEY = 64
_MAX_WHOLE_PARTS = 8
_MAX_STEMMING_ROUNDS = 4

_WORD = re.compile("[^\\W_]++(?:[\u0300-\u036f\u00ad][^\\W_]*+)*+")
# The signs that divide: hyphens, the sign of word processors (¬), and Fraktur's two strokes, which are also read as =.
_LINE_END = re.compile("(?P<hyphen>[-\u2010\u2011\u00ac=\u2e17\u2e40]?)[ \t]*(?:\r?\n[ \t]*)+")
# What stands between white space, with what follows where a word may be divided: analysed by itself it has the tokens
# that it has in the whole text, so that what stands on many pages is analysed once.
_STRETCH = re.compile("\\S++(?:(?<=[-\u2010\u2011\u00ac=\u2e17\u2e40\u00ad])[ \t]*+(?:\r?\n[ \t]*+)++\\S++)*+")
_MAX_CACHED = 64
"""Characters of a stretch that is worth keeping."""
# Where a word may be divided: as `_LINE_END`, with the soft hyphen that ends the word before it.
_GAP = re.compile("[-\u2010\u2011\u00ac=\u2e17\u2e40\u00ad][ \t]*(?:\r?\n[ \t]*)+")
# Arabic and half-width forms, among which there are letters that fold to nothing: no tokens of their own.
_FOLDS_TO_NOTHING = re.compile("[\ufb50-\uffff]")
_KEPT_STRETCHES = 50_000
_AFTER_WORDS = ".,;:"
_INNER_HYPHEN = re.compile("(?<=[^\\W\\d_])[-\u2010\u2011](?=[^\\W\\d_])")
_COMPOUND_SEPARATORS = frozenset("./-")

# What Unicode does not take apart by itself.
_LETTERS = str.maketrans(
    {"ø": "o", "đ": "d", "ð": "d", "ł": "l", "æ": "ae", "œ": "oe", "ı": "i", "þ": "th", "ħ": "h", "ŧ": "t", "ə": "e"}
)
# The letters of the languages known here, taken apart as Unicode does: nearly all words have no other ones.
_USUAL = str.maketrans("ăâîșțşţáéíóöőúüűàèêëïôûùçä", "aaistst" + "aeiooouuu" + "aeeeiouuca") | {ord("ß"): "ss"}
_COMMA_BELOW = (("ş", "ș"), ("ţ", "ț"), ("\u00ad", ""))
_MODERN_WORDS = {"sînt": "sunt", "sîntem": "suntem", "sînteți": "sunteți"}
_OLD_WORDS = {"sunt": "sînt", "suntem": "sîntem", "sunteți": "sînteți", "sunteti": "sinteti"}


class Token(NamedTuple):
    """One word of a text. `start` and `end` are code points; `pieces` the spans of a divided word, else one span."""

    text: str
    start: int
    end: int
    pieces: tuple[tuple[int, int], ...]
    parts: tuple[str, ...] = ()
    whole: str | None = None


class PageToken(NamedTuple):
    """A token of a page with all the keys under which it is found."""

    token: Token
    keys: frozenset[str]


def tokenise(text: str) -> tuple[Token, ...]:
    """The words of a text, in order; the index in the tuple is the position. Never raises."""
    tokens = list(_joined(text))
    for index, whole in _wholes(text, [(token.start, token.end) for token in tokens]):
        tokens[index] = tokens[index]._replace(whole=whole)
    return tuple(tokens)


class Analysed(Sequence[PageToken]):
    """A page's tokens. Words are told apart at once; places and keys are worked out when asked for: most never are."""

    def __init__(self, text: str, language: str) -> None:
        self.text = text
        self.language = language
        """The one whose stems the words have."""
        self.words: list[str] = []
        """The tokens' texts."""
        self.divided: dict[int, tuple[tuple[int, int], ...]] = {}
        """The pieces of those that are divided, by position."""
        self._stretches: list[tuple[int, int]] = []  # first position and place of what is between possible divisions
        self._spans: dict[int, list[tuple[int, int]]] = {}  # of a stretch's tokens, by its first position
        if _FOLDS_TO_NOTHING.search(text) is None:
            self._tell_apart()
        else:
            self.words = [token.text for token in self._tokens]
            self.divided = {at: token.pieces for at, token in enumerate(self._tokens) if token.parts}
            self._stretches = [(0, 0)]
            self._spans[0] = [(token.start, token.end) for token in self._tokens]

    def __len__(self) -> int:
        return len(self.words)

    @overload
    def __getitem__(self, index: int) -> PageToken: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[PageToken, ...]: ...

    def __getitem__(self, index: int | slice) -> PageToken | tuple[PageToken, ...]:
        """The tokens with all their keys, worked out each time."""
        if isinstance(index, slice):
            return tuple(self[one] for one in range(*index.indices(len(self))))
        token = self._tokens[index]
        return PageToken(token, token_keys(token, self.language))

    def span(self, position: int) -> tuple[int, int]:
        """Where a token begins and ends, in code points."""
        pieces = self.divided.get(position)
        if pieces is not None:
            return pieces[0][0], pieces[-1][1]
        stretch = bisect_right(self._stretches, (position, len(self.text))) - 1
        first, begin = self._stretches[stretch]
        spans = self._spans.get(first)
        if spans is None:
            end = self._stretches[stretch + 1][1] if stretch + 1 < len(self._stretches) else len(self.text)
            spans = self._spans[first] = [match.span() for match in _WORD.finditer(self.text, begin, end)]
        return spans[position - first]

    @cached_property
    def wholes(self) -> dict[int, str]:
        """The wholes such as ``567/2/1``, by the position of their first tokens."""
        return {position: token.whole for position, token in enumerate(self._tokens) if token.whole is not None}

    @cached_property
    def _tokens(self) -> tuple[Token, ...]:
        return tokenise(self.text)

    def _tell_apart(self) -> None:
        """Find the words as `tokenise` does. Where none may be divided, that takes no more than one expression."""
        text, words = self.text, self.words
        begin = 0
        left: tuple[int, int] | None = None
        for gap_begin, gap_end in (*(gap.span() for gap in _GAP.finditer(text)), (len(text), len(text))):
            # A soft hyphen is a letter of its word.
            end = gap_begin + text.startswith(SOFT_HYPHEN, gap_begin)
            found = _WORD.findall(text, begin, end)
            last = found[-1] if found else ""
            own = begin
            if left is not None and found and text.startswith(found[0], begin):
                right = begin, begin + len(found[0])
                if _divided(text, left, right):
                    words[-1] += found.pop(0)
                    self.divided[len(words) - 1] = (*self.divided.get(len(words) - 1, (left,)), right)
                    own = right[1]
            self._stretches.append((len(words), own))
            words += found
            left = (end - len(last), end) if last and text.endswith(last, begin, end) else None
            begin = gap_end


def analyse(text: str, language: str | None) -> Analysed:
    """A page's tokens with their keys, in the page's language (ISO 639-2/T; unknown ones are read as Romanian)."""
    return Analysed(text, base_language(language))


def indexed_keys(text: str, language: str | None) -> list[tuple[str, ...]]:
    """The keys of `analyse`, sorted, by position: what an index takes in, worked out in less time."""
    known = _known_stretches[base_language(language)]
    return list(chain.from_iterable(map(known.__getitem__, _STRETCH.findall(text))))


class _Stretches(dict[str, tuple[tuple[str, ...], ...]]):
    """The sorted keys of stretches of text in one language, worked out when first asked for.

    Keeps those asked for last, up to twice `_KEPT_STRETCHES`. It is asked for each word that is indexed, hence a
    dictionary of its own: one that counts each use takes five times as long.
    """

    def __init__(self, language: str) -> None:
        super().__init__()
        self._language = language
        self._before: dict[str, tuple[tuple[str, ...], ...]] = {}

    def __missing__(self, stretch: str) -> tuple[tuple[str, ...], ...]:
        found = self._before.get(stretch) or self._work_out(stretch)
        if len(stretch) <= _MAX_CACHED:
            if len(self) >= _KEPT_STRETCHES:
                self._before = dict(self)
                self.clear()
            self[stretch] = found
        return found

    def _work_out(self, stretch: str) -> tuple[tuple[str, ...], ...]:
        """What `token_keys` gives for the stretch's tokens; as long as no word is divided, without making tokens."""
        word = stretch.rstrip(_AFTER_WORDS)
        if word.isalnum() and _fold(word):
            return self[word] if word != stretch else (self._sorted(word),)
        if "\n" in stretch:
            return tuple(tuple(sorted(token_keys(token, self._language))) for token in tokenise(stretch))
        spans = list(_word_spans(stretch))
        words = [stretch[start:end] for start, end in spans]
        found = [self[word][0] if word.isalnum() else self._sorted(word) for word in words]
        for index, whole in _wholes(stretch, spans):
            found[index] = tuple(sorted((*found[index], WHOLE + whole)))
        return tuple(found)

    def _sorted(self, word: str) -> tuple[str, ...]:
        return tuple(sorted(_word_keys(word, self._language)))


_known_stretches = {language: _Stretches(language) for language in STEMMERS}


def token_keys(token: Token, language: str) -> frozenset[str]:
    """Under which keys a page's token is found; those of a divided word hold the keys of its parts too."""
    keys = page_keys(token.text, language)
    if token.parts:
        keys |= divided_keys(token.text)
    for part in token.parts:
        keys |= page_keys(part, language)
    if token.whole is not None:
        keys |= {WHOLE + token.whole}
    return keys


@lru_cache(maxsize=50_000)
def page_keys(word: str, language: str) -> frozenset[str]:
    """The keys of one word on a page in `language` (a key of `STEMMERS`)."""
    if word.isascii() and word.isdigit():
        digits = word[:_MAX_KEY]
        return frozenset((FOLD + digits, FOLD + (digits.lstrip("0") or "0")))
    views = _spellings(word) if language == "ron" else _spellings(word)[:1]
    keys: set[str] = set()
    for view in views:
        bare = _fold(view)
        if bare.isdigit():
            # A number in other digits than 0 to 9: it is no word in any spelling.
            return frozenset(FOLD + key for key in (bare, bare.lstrip("0") or "0"))
        keys.add(FOLD + bare)
        keys.add(f"{language}:{_stem(bare, language)}")
        if view != bare:
            keys.add(f"{language}:{_stem(view, language)}")
        if language == "ron":
            keys.update(f"ron:{stem}" for stem in more_stems(bare))
    return frozenset(keys)


_word_keys = page_keys.__wrapped__


@lru_cache(maxsize=4_000)
def query_keys(word: str) -> frozenset[str]:
    """The keys that one word of a query looks for: in whatever language the page is."""
    keys: frozenset[str] = frozenset()
    for language in STEMMERS:
        keys |= page_keys(word, language)
    return keys


def exact_key(word: str) -> str:
    """The key of the word just as it was typed, folded: what ranks above other spellings and forms."""
    return FOLD + fold(word)


def prefix_keys(word: str) -> frozenset[str]:
    """What the keys of words that begin with `word` begin with."""
    return frozenset(FOLD + fold(view) for view in _spellings(word))


def divided_keys(word: str) -> frozenset[str]:
    """The keys of the word where it is divided at the end of a line, and only there."""
    return frozenset(DIVIDED + fold(view) for view in _spellings(word))


def soften_hyphens(text: str) -> str:
    """The text with hyphens between letters made soft, so that ``într-o`` is one word, as where it was divided."""
    return _INNER_HYPHEN.sub(SOFT_HYPHEN, text)


def base_language(language: str | None) -> str:
    """The language whose stemmer is used: ``deu_latf`` → ``deu``; unknown or none → ``ron``."""
    if language is None:
        return DEFAULT_LANGUAGE
    base = language.split("_")[0]
    base = _ALIASES.get(base, base)
    return base if base in STEMMERS else DEFAULT_LANGUAGE


@lru_cache(maxsize=50_000)
def fold(word: str) -> str:
    """Lower case, without diacritics, letters and digits only, at most 64 of them. Folding twice changes nothing."""
    if word.isascii() and word.isalnum():
        return word.lower()[:_MAX_KEY]
    usual = word.lower().translate(_USUAL)
    if usual.isascii() and usual.isalnum():
        return usual[:_MAX_KEY]
    # Lower case may bring new marks (İ) and taking apart may bring new capitals (K, the Kelvin sign): hence both twice.
    bare = unicodedata.normalize("NFKD", word).casefold().translate(_LETTERS)
    bare = unicodedata.normalize("NFKD", bare).casefold()
    return "".join(char for char in bare if char.isalnum())[:_MAX_KEY]


_fold = fold.__wrapped__
"""For words that are kept elsewhere, or not again asked for."""


def fingerprint() -> str:
    """A digest that changes when analysis gives other keys: an index made under another one must be built again."""
    probe = (
        "Hotărîrea nr. 123/12.05.1987 și hotărârile Şedinței; autori-\nzațiilor, într-o sînt sunt râu român; "
        "Straße Häuser műemlékvédelmi építési château élections buildings 007 ½ ﬁ Ǆ lucrare planuri registru străzi "
        "Ver=\nwaltung HOTĂ-\nRÂRE procesele amenzi cazuri"
    )
    digest = sha256(Stemmer.version().encode())
    for language in STEMMERS:
        for found in analyse(probe, language):
            digest.update(" ".join(sorted(found.keys)).encode() + b"\n")
    return digest.hexdigest()


def _word_spans(text: str) -> Iterator[tuple[int, int]]:
    """Where the words are, parts of divided ones each for itself."""
    for match in _WORD.finditer(text):
        word = match.group()
        if word.isascii() or fold(word):
            yield match.span()


def _joined(text: str) -> Iterator[Token]:
    """Words, where those divided at the end of a line are put together."""
    spans: list[tuple[int, int]] = []
    for span in _word_spans(text):
        if spans:
            # Most words are parted by one space, and nothing else needs to be asked of them.
            if text.find("\n", spans[-1][1], span[0]) < 0 or not _divided(text, spans[-1], span):
                yield _token(text, spans)
                spans = [span]
            else:
                spans.append(span)
        else:
            spans = [span]
    if spans:
        yield _token(text, spans)


def _divided(text: str, left: tuple[int, int], right: tuple[int, int]) -> bool:
    gap = _LINE_END.fullmatch(text, left[1], right[0])
    if gap is None or not (gap["hyphen"] or text[left[1] - 1] == SOFT_HYPHEN):
        return False
    start, rest = text[slice(*left)], text[slice(*right)]
    if any(char.isdigit() for char in start + rest):
        return False
    return rest[0].islower() or (min(len(start), len(rest)) > 1 and (start + rest).isupper())


def _token(text: str, spans: list[tuple[int, int]]) -> Token:
    if len(spans) == 1:
        start, end = spans[0]
        return Token(text[start:end], start, end, (spans[0],))
    parts = tuple(text[start:end] for start, end in spans)
    return Token(
        text="".join(parts),
        start=spans[0][0],
        end=spans[-1][1],
        pieces=tuple(spans),
        parts=parts,
    )


def _wholes(text: str, spans: Sequence[tuple[int, int]]) -> Iterator[tuple[int, str]]:
    """The wholes of runs of words such as ``567/2/1`` or ``12.V.1987``, each with the index of its first word."""
    first = 0
    for index in range(1, len(spans) + 1):
        if index < len(spans) and _touching(text, spans[index - 1], spans[index]):
            continue
        if 1 < index - first <= _MAX_WHOLE_PARTS:
            whole = text[spans[first][0] : spans[index - 1][1]]
            if any(char.isdigit() for char in whole):
                key = whole.lower() if whole.isascii() else "".join(fold(char) or char for char in whole)
                yield first, key[:_MAX_KEY]
        first = index


def _touching(text: str, left: tuple[int, int], right: tuple[int, int]) -> bool:
    return right[0] - left[1] == 1 and text[left[1]] in _COMPOUND_SEPARATORS


def _spellings(word: str) -> tuple[str, ...]:
    """The word in lower case with comma-below letters, then as spelled after 1993, then as spelled before."""
    if word.isascii():
        plain = word.lower()
        old = _OLD_WORDS.get(plain)
        return (plain,) if old is None else (plain, old)
    plain = unicodedata.normalize("NFC", word).lower()
    for written, meant in _COMMA_BELOW:
        plain = plain.replace(written, meant)
    inner = plain[1:-1]
    modern = _MODERN_WORDS.get(plain) or plain[:1] + inner.replace("î", "â") + plain[1:][-1:]
    old = _OLD_WORDS.get(plain) or plain[:1] + inner.replace("â", "î") + plain[1:][-1:]
    return (plain,) if modern == old else tuple(dict.fromkeys((plain, modern, old)))


_stemmers = threading.local()  # a Snowball stemmer must not be used by two threads at once


def _stem(word: str, language: str) -> str:
    """Stem until nothing changes, then fold: the bare ``sedintei`` takes two rounds where ``ședinței`` takes one."""
    shorter = _snowball(language).stemWord(word)
    if shorter == word or len(shorter) < 2:
        return _fold(word)
    return _stem_of_stem(shorter, language)


@lru_cache(maxsize=50_000)
def _stem_of_stem(word: str, language: str) -> str:
    """The rounds after the first: many words have the same stem."""
    stemmer = _snowball(language)
    for _ in range(_MAX_STEMMING_ROUNDS - 1):
        shorter = stemmer.stemWord(word)
        if shorter == word or len(shorter) < 2:
            break
        word = shorter
    return _fold(word)


def _snowball(language: str) -> Stemmer.Stemmer:
    stemmer = getattr(_stemmers, language, None)
    if stemmer is None:
        stemmer = Stemmer.Stemmer(STEMMERS[language], 0)
        setattr(_stemmers, language, stemmer)
    return stemmer
