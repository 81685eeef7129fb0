# SPDX-License-Identifier: EUPL-1.2
"""Forms of Romanian words that Snowball's stemmer leaves apart, and that a town's records are full of.

The stemmer takes ``lucrare`` for a verb's infinitive (``lucr``) and ``lucrări`` for a noun (``lucrar``), keeps the
plural ``-uri``, cuts too much off ``procesele`` (``proc``) and ``tabele`` (``tab``), does not know that ``d`` becomes
``z`` (``amendă``, ``amenzi``), and does nothing to short words. So such a word gets one more stem, beside the stemmer's
own. All works on folded words, since people type without diacritics.
"""

import re

_INFINITIVE_NOUN = re.compile(r"(\w{2,}[aei]r)(?:e|ea)")
_PLURAL_URI = re.compile(r"(\w{3,})uri(?:le|lor)?")
_PLURAL_E = re.compile(r"(\w{3,}?[^\Waeiou])e(?:i|le|lor|lui)?")
_PLURAL_ZI = re.compile(r"(\w{3,})zi(?:i|le|lor)?")
_ENDS_IN_U = re.compile(r"(\w{3,}[^\Waeiou])i?u")

_FORMS = {
    "act": "acte actele actelor",
    "apa": "ape apei apele apelor",
    "ax": "axa axe axei axele axelor",
    "cetatean": "cetateni cetatenii cetatenilor",
    "deces": "decese decesele deceselor",
    "imobil": "imobile imobilele",
    "loc": "locuri locurile locurilor",
    "mas": "mese mesei mesele meselor",
    "or": "ora ore orei orele orelor",
    "oras": "orase orasele oraselor",
    "parcel": "parcele parcelei parcelele",
    "permis": "permise permisele permiselor",
    "piat": "piete pietei pietele pietelor",
    "pod": "poduri podurile podurilor",
    "propriet": "proprietati proprietatii proprietatile proprietatilor",
    "scoal": "scoli scolii scolile scolilor",
    "strad": "strazi strazii strazile strazilor",
}
_STEM_OF_FORM = {form: stem for stem, forms in _FORMS.items() for form in forms.split()}


def more_stems(folded: str) -> frozenset[str]:
    """Stems that a folded word has beside Snowball's: none for most words.

    ``lucrare`` → ``lucrar``, ``planuri`` → ``plan``, ``registru`` → ``registr``, ``consiliu`` → ``consil``,
    ``procesele`` → ``proces``, ``amenzi`` → ``amend``, ``străzi`` → ``strad``.
    """
    if not folded.endswith(_LAST_LETTERS):
        return _NONE
    stems = {
        match[1]
        for endings, rule in _RULES
        if folded.endswith(endings) and (match := rule.fullmatch(folded)) is not None
    }
    if folded.endswith(_ZI) and (changed := _PLURAL_ZI.fullmatch(folded)) is not None:
        stems.add(changed[1] + "d")
    if folded in _STEM_OF_FORM:
        stems.add(_STEM_OF_FORM[folded])
    return frozenset(stems)


_NONE: frozenset[str] = frozenset()
_LAST_LETTERS = ("a", "e", "i", "r", "u")
"""With which all words end that have any."""

# A word's end is looked at first, since most words have none of these, and a rule takes ten times as long.
_RULES = (
    (("re", "rea"), _INFINITIVE_NOUN),
    (("uri", "urile", "urilor"), _PLURAL_URI),
    (("e", "ei", "ele", "elor", "elui"), _PLURAL_E),
    (("u",), _ENDS_IN_U),
)
_ZI = ("zi", "zii", "zile", "zilor")
