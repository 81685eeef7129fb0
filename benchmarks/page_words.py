# SPDX-License-Identifier: EUPL-1.2
"""Words as often as they stand in an archive: function words, then those of offices, then a dictionary, by Zipf's law.

The dictionaries are Hunspell's of the system (`hunspell-ro`, `-hu`, `-de`), whose suffix rules make the inflected forms
(`.dic` and `.aff`, hunspell(5)); compounds, prefixes and rules upon rules are left out.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random

import numpy as np
from numpy.typing import NDArray

from processors.read.hunspell import find_dictionary
from schemas.errors import ToolMissing

_DICTIONARIES = {"ron": "ro_RO", "hun": "hu_HU", "deu": "de_DE"}
_SIZES = {"ron": 40_000, "hun": 12_000, "deu": 12_000}
_SHUFFLE_SEED = 1996
_ZIPF_SHIFT = 2.7
"""Mandelbrot's: the first few words of a language are less frequent than by Zipf's law alone."""

_FUNCTION_WORDS = {
    "ron": (
        "de și în la a al cu din pe se care nu să pentru ca prin este o sau au fost mai un ale ce cel sunt va cea fi"
        " această sub după către între lui până unei unui acest dintre fără prezenta asupra lor iar cei celor precum"
        " dacă are cum atât însă nici toate orice numai acestora cele contra astfel potrivit conform privind"
    ),
    "hun": (
        "a az és hogy is nem egy meg ezt azt de ha mint volt csak már még el kell vagy minden lesz van ki be ennek"
        " annak szerint alatt által között után előtt végett iránt részére vagyis illetve továbbá amely amelyet"
    ),
    "deu": (
        "der die und in den von zu das mit sich des auf für ist im dem nicht ein eine als auch es an werden aus er hat"
        " daß sie nach wird bei einer um am sind noch wie einem über einen so zum war haben nur oder aber vor zur bis"
    ),
}
_OFFICE_WORDS = {
    "ron": (
        "nr primăria primăriei orașului oraș consiliul consiliului popular local județul județului strada străzii"
        " cererea cerere cererii hotărârea hotărâre hotărârii decizia decizie deciziei autorizația autorizație"
        " autorizației construcție construcției construcții construire teren terenul terenului suprafață suprafața"
        " imobilul imobilului proprietate proprietatea locuință locuinței locuințe casa casei curtea beneficiar"
        " subsemnatul subsemnata domiciliat domiciliată secretar președinte primar ședința ședință ședinței dosar"
        " dosarul adresa comisia comisiei serviciul serviciului lucrări lucrărilor lucrarea termen termenul taxa taxe"
        " lei suma sumă suma plata plată chitanța anul anului luna zile data dată act acte actele proces verbal"
        " încheiat astăzi lege legii articol art alineat anexa plan planul situație schița proiect proiectului"
        " aviz avizul avize apă apa conducta canalizare drum drumul stradă străzi școala școlii spital spitalul piața"
        " pieței gara parc pod podul moara cimitir biserica buget bugetul bugetului venituri cheltuieli contract"
        " contractul contractului vânzare cumpărare închiriere chirie chiria salariu salariul funcționar arhitect"
        " inginer tehnician medic învățător agricultor pensionar muncitor văduvă copii familie familia soția soțul"
        " născut certificat certificatul adeverință adeverința registru registrul impozit impozite agricol hectare"
        " metri pătrați aprobă aprobarea aprobat respinge respins înregistrat înregistrată eliberarea eliberat"
        " executarea execuție recepție repararea reparații întreținere demolare zidărie cărămidă beton lemn țiglă"
        " acoperiș fundație fundații perete ziduri parter etaj camere bucătărie sobe instalații electrice electrică"
        " iluminat rețea rețele gaze trotuar trotuare împrejmuire gard vecini vecinii limita hotar intravilan"
        " concesiune licitație amendă contravenție plângere poliție prefectura prefect inspector control raport"
        " raportul referat tabel nominal inventar arhivă păstrare permanent indicativ filă file semnătura ștampila"
    ),
    "hun": (
        "város városi tanács tanácsa tanácsának határozat határozatot kérvény kérvényét utca utcában ház háztulajdonos"
        " telek telket építés építési engedély víz vízvezeték költség költségvetés korona fillér polgármester főmérnök"
        " jegyző jelentés jelentést ügyében megye vármegye évi hó napján szám tagok ülés ülésen tűzoltó iskola templom"
        " kórház piac vásár adó bérlet szerződés bizottság javaslat határnap felügyelet munka munkálatok"
    ),
    "deu": (
        "stadt magistrat magistrats bürgermeister rat räte sitzung protokoll beschluß antrag gesuch straße gasse haus"
        " hauses hausbesitzer grundstück bau baubewilligung wasser wasserleitung brunnen kosten kronen lei gebühr"
        " steuer schule kirche krankenhaus markt feuerwehr ingenieur bericht bekanntmachung verordnung gemeinde bürger"
        " bewohner vorsitzende punkt genehmigt angenommen vertrag pacht kommission vorschlag arbeit arbeiten"
    ),
}
_FORMS = 3
"""How many forms of a word are taken at most, beside the word itself."""
_WORD = re.compile(r"[^\W\d_]{3,18}")


@dataclass(frozen=True)
class Vocabulary:
    """Words by rank, and the share of text that those up to each rank make (ends with 1)."""

    words: tuple[str, ...]
    shares: NDArray[np.float64]

    def draw(self, count: int, random: np.random.Generator) -> list[str]:
        """Words of a text, one independent of the other."""
        words = self.words
        ranks = self.shares.searchsorted(random.random(count))
        return [words[rank] for rank in ranks.tolist()]


@cache
def vocabulary(language: str) -> Vocabulary:
    """The vocabulary of `ron`, `hun` or `deu`. Raises ToolMissing where the system has no dictionary of it."""
    path = find_dictionary((_DICTIONARIES[language],))
    if path is None:
        raise ToolMissing(tool="hunspell", detail=f"{_DICTIONARIES[language]}.dic")
    common = [*_FUNCTION_WORDS[language].split(), *_OFFICE_WORDS[language].split()]
    words = tuple(dict.fromkeys([*common, *_drawn(path, _SIZES[language])]))
    weights = 1.0 / (np.arange(1, len(words) + 1) + _ZIPF_SHIFT)
    shares = np.cumsum(weights)
    return Vocabulary(words, shares / shares[-1])


def _drawn(dic: Path, count: int) -> list[str]:
    """Words of a dictionary, each with some of the forms that its suffix rules make; no two the same.

    In an order by chance in which short ones come earlier, as the frequent words of a language are short.
    """
    random = Random(_SHUFFLE_SEED)
    rules = suffix_rules(dic.with_suffix(".aff"))
    entries = dic.read_text("utf-8").splitlines()[1:]
    random.shuffle(entries)
    found: dict[str, None] = {}
    for entry in entries:
        word, _, flags = entry.split("\t")[0].partition("/")
        if not word.islower():
            continue
        forms = inflect(word, flags, rules)
        for one in (word, *random.sample(forms, min(len(forms), _FORMS))):
            if _WORD.fullmatch(one):
                found[one] = None
        if len(found) >= count:
            break
    return sorted(found, key=lambda word: random.random() * len(word) ** 2)[:count]


@dataclass(frozen=True, slots=True)
class SuffixRule:
    """Takes `stripped` off the end of a word that fits `condition`, and puts `added` there."""

    stripped: str
    added: str
    condition: re.Pattern[str]


def suffix_rules(aff: Path) -> dict[str, list[SuffixRule]]:
    """Rules of flags of one letter; files that number their flags give none."""
    lines = aff.read_text("utf-8", errors="replace").splitlines()  # comments may be in any encoding
    rules: dict[str, list[SuffixRule]] = {}
    if any(line.startswith(("FLAG num", "FLAG long", "AF ")) for line in lines):
        return rules
    for line in lines:
        match line.split():
            case ["SFX", flag, stripped, added, condition, *_] if not condition.isdigit():
                rule = SuffixRule(stripped.strip("0"), added.split("/")[0].strip("0"), re.compile(f"{condition}$"))
                rules.setdefault(flag, []).append(rule)
            case _:
                pass
    return rules


def inflect(word: str, flags: str, rules: Mapping[str, Sequence[SuffixRule]]) -> list[str]:
    """The forms that the rules of these flags make of a word."""
    return [
        word[: len(word) - len(rule.stripped)] + rule.added
        for flag in flags
        for rule in rules.get(flag, ())
        if word.endswith(rule.stripped) and rule.condition.search(word)
    ]
