# SPDX-License-Identifier: EUPL-1.2
"""Words before a name or a number that say only what it is: ``str.``, ``bd.``, ``nr.``, ``ap.``

One typist writes ``strada Mărășești nr.12``, the next ``str. Mărăşeşti 12``. So, on pages and in queries alike:

* the forms of a label of streets are equal: ``strada`` finds ``str.``, ``străzii`` and ``ulița``, and what it is in
  Hungarian and German, which stand after the name: ``strada Petőfi`` finds ``Petőfi utca``;
* abbreviations (and ``aleea``, ``intrarea``, ``fundătura``), and labels of numbers before a number, need not be found:
  the word after them must be, and ranks higher with the label before it;
* in a phrase a label of numbers before a number may be there or not.

=============  ====================================  ===============================================
of streets     ``str.``                              ``strada`` ``străzii`` ``ulița`` ``uliței`` ``utca`` ``Straße``
                                                     ``Gasse``
of streets     ``bd.`` ``bvd.`` ``blvd.`` ``b-dul``  ``bulevard`` ``bulevardul`` ``bulevardului``
of streets     ``cal.``                              ``calea`` ``căii`` ``út``
of streets     ``p-ța``                              ``piața`` ``pieței`` ``tér`` ``Platz``
of streets     ``șos.``                              ``șoseaua`` ``șoselei``
of streets     ``al.``                               ``aleea`` ``aleii``
of streets     ``intr.``                             ``intrarea`` ``intrării``
of streets     ``fund.``                             ``fundătura`` ``fundăturii``
of streets     ``spl.``                              ``splaiul`` ``splaiului``
of numbers     ``nr.`` ``no.`` ``nr-ul``             ``număr`` ``numărul`` ``numărului``
of numbers     ``bl.``                               ``bloc`` ``blocul`` ``blocului``
of numbers     ``sc.``                               ``scara`` ``scării``
of numbers     ``et.``                               ``etaj`` ``etajul`` ``etajului``
of numbers                                           ``an`` ``anul`` ``anului``
of numbers     ``ap.`` ``apart.``                    ``apartament`` ``apartamentul`` ``apartamentului``
=============  ====================================  ===============================================
"""

from dataclasses import dataclass

from search.analysis import fold

_SHORTEST_NAME = 3


@dataclass(frozen=True, slots=True)
class Label:
    """The forms of a label, folded: abbreviations, those of two words (``b-dul``) apart, and what they stand for."""

    short: frozenset[str]
    pairs: tuple[tuple[str, str], ...]
    full: frozenset[str]
    of_numbers: bool = False

    @property
    def words(self) -> frozenset[str]:
        """Its forms that are one word."""
        return self.short | self.full

    @property
    def plain_words(self) -> frozenset[str]:
        """Those of them that mean nothing else."""
        return self.words - _TOO_COMMON


def _label(short: str, full: str, *pairs: tuple[str, str], of_numbers: bool = False) -> Label:
    return Label(frozenset(short.split()), pairs, frozenset(full.split()), of_numbers)


NUMBER = _label("nr no", "numar numarul numarului", ("nr", "ul"), of_numbers=True)
LABELS = (
    _label("str", "strada strazii ulita ulitei utca utcza strasse gasse"),
    _label("bd bvd blvd", "bulevard bulevardul bulevardului", ("b", "dul")),
    _label("cal", "calea caii ut"),
    _label("", "piata pietei ter platz", ("p", "ta")),
    _label("sos", "soseaua soselei"),
    _label("al", "aleea aleii"),
    _label("intr", "intrarea intrarii"),
    _label("fund", "fundatura fundaturii"),
    _label("spl", "splaiul splaiului"),
    NUMBER,
    _label("bl", "bloc blocul blocului", of_numbers=True),
    _label("sc", "scara scarii", of_numbers=True),
    _label("et", "etaj etajul etajului", of_numbers=True),
    _label("", "an anul anului", of_numbers=True),
    _label("ap apart", "apartament apartamentul apartamentului", of_numbers=True),
)
_BY_FORM = {form: one for one in LABELS for form in (*one.words, *("".join(pair) for pair in one.pairs))}

# Words of their own too (al: of, cal: horse, fund: bottom, într-o: in a): as abbreviations they need their dot.
_NEEDS_DOT = frozenset({"al", "cal", "fund", "intr"})
# Where they stand alone on a page they are seldom a label: looked for only with a name after them.
_TOO_COMMON = frozenset({"al", "fund", "intr"})


def label_of(text: str) -> Label | None:
    """The label that a word is one of the forms of: ``str.``, ``Strada``, ``p-ța``."""
    return _BY_FORM.get(fold(text))


def is_label_before(text: str, following: str) -> bool:
    """Whether `text` is before this word a label that need not be found.

    ``str.`` before any name, ``nr.`` and ``bl.`` before any word, ``nr``, ``numărul`` and ``bl`` only before a number;
    ``al.`` and ``cal.`` need their dot. ``strada`` is a word like others; ``aleea`` is not, since it may be ``al.``
    """
    label, folded, dotted = label_of(text), fold(text), text.endswith(".")
    if label is None:
        return False
    if label.of_numbers:
        return dotted or any(char.isdigit() for char in following)
    if (folded in _NEEDS_DOT and not dotted) or (folded in label.full and label.short.isdisjoint(_TOO_COMMON)):
        return False
    return (
        len(fold(following)) >= _SHORTEST_NAME
        or following.endswith(".")
        or label_of(following) is not None
        or any(char.isdigit() for char in following)
    )


def split_label(text: str) -> tuple[str, str] | None:
    """A label with its dot, and what is written right after it: ``nr.123`` → ``nr.``, ``123``."""
    head, dot, rest = text.partition(".")
    if label_of(head) is None or not rest or not rest[0].isalnum():
        return None
    return head + dot, rest
