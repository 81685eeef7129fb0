# SPDX-License-Identifier: EUPL-1.2
"""What stands on the pages of a town hall's binders: how acts begin, and the facts in them.

The town is that of the sample binders, so that its name tells no page apart; persons, streets and numbers are drawn.
What the judged queries ask for by name (`tests/search/judged.json`) is in none of the lists: the house at Mărășești 12,
and the names that single pages are found by.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random


def listed(text: str, between: str | None = None) -> tuple[str, ...]:
    """The words of a text."""
    return tuple(text.split(between))


SURNAMES = listed(
    "Popescu Ionescu Popa Radu Dumitrescu Stan Stoica Gheorghe Matei Ciobanu Rusu Munteanu Marin Moldovan Lazăr Toma"
    " Brumărescu Plopeanu Mărgineanu Vornicescu Lungu Bratu Țurcanu Șerban Văduva Grosu Bănică Fântânaru Pădureanu"
    " Câmpeanu Râpeanu Cojocaru Dogaru Olaru Rotaru Croitoru Mureșan Ardelean Oltean Bucurescu Zamfir Voinea Țepeș"
    " Nagy Kovács Szabó Tóth Horváth Kiss Molnár Varga Müller Schmidt Weber Wagner Becker Schneider Fischer Braun"
)
FIRST_NAMES = listed(
    "Ion Vasile Gheorghe Constantin Nicolae Dumitru Maria Elena Ana Ioana Ileana Petre Mihai Ștefan Alexandru Andrei"
    " Aurelia Rodica Costin Florea Traian Viorica Lucreția Sabina Tudor Emil Veronica Paraschiva Zamfira Octavian"
    " János István Erzsébet Ilona Ferenc Johann Georg Katharina Anna Franz"
)
STREETS = listed(
    "Mărășești|Morii|Fântânii|Cetății|Gării|Tăbăcarilor|Grivița Roșie|Pionierilor|7 Noiembrie|Fruntașilor|Unirii"
    "|Spitalului|Mihai Viteazul|Ștefan cel Mare|Mihai Eminescu|Avram Iancu|Horea|Cloșca|Crișan|1 Decembrie 1918"
    "|Republicii|Libertății|Victoriei|Independenței|Plevnei|Griviței|Smârdan|Vasile Alecsandri|George Coșbuc"
    "|Ion Creangă|Nicolae Bălcescu|Tudor Vladimirescu|Decebal|Traian|Ciocârliei|Zorilor|Lalelelor|Trandafirilor"
    "|Crinului|Izvorului|Pârâului|Dealului|Viilor|Livezilor|Câmpului|Pădurii|Stadionului|Școlii|Bisericii|Târgului"
    "|Abatorului|Cărămidăriei|Fabricii|Uzinei|Muncii|Păcii|Progresului|Înfrățirii|Rândunelelor|Privighetorilor"
    "|Sfântul Nicolae|Regele Ferdinand|Regina Maria|Carol I|Kossuth Lajos|Petőfi Sándor|Rákóczi Ferenc|Hauptgasse",
    "|",
)
MONTHS = listed("ianuarie februarie martie aprilie mai iunie iulie august septembrie octombrie noiembrie decembrie")
ROMAN = listed("I II III IV V VI VII VIII IX X XI XII")
HUNGARIAN_MONTHS = listed(
    "január február március április május június július augusztus szeptember október november december"
)
GERMAN_MONTHS = listed("Januar Februar März April Mai Juni Juli August September Oktober November Dezember")

_RESERVED = "Mărășești nr. 12"
_HOUSES = 180


@dataclass(frozen=True)
class Shape:
    """A kind of act. `heads` begin one; `facts` stand in it, several to a page; a `register` has rows alone."""

    document_type: str
    series: str
    title: str
    heads: tuple[str, ...]
    facts: tuple[str, ...]
    register: bool = False
    language: str = "ron"


_EVERYWHERE = (
    "nr. {number} din {date}", "la adresa dumneavoastră nr. {number}/{date}", "în suprafață de {area} mp",
    "suma de {sum} lei", "str. {street} nr. {house}", "tov. {person}", "la data de {date}", "Art. {small}.",
)  # fmt: skip

SHAPES = (
    Shape(
        "autorizație de construire", "III B 4 Autorizații de construire", "Autorizații de construire {year}",
        ("{office}", "AUTORIZAȚIE DE CONSTRUIRE", "Nr. {number} din {date}",
         "Urmare cererii adresate de {person}, domiciliat în orașul Lunca Ursului, str. {street} nr. {house},"
         " înregistrată sub nr. {number} din {date},", "SE AUTORIZEAZĂ:"),
        (*_EVERYWHERE, "Legii nr. 58/1974", "certificatul de urbanism nr. {number}/{year}", "beneficiar {person}",
         "Decretului nr. 144/1958", "chitanța nr. {number}"),
    ),
    Shape(
        "certificat de urbanism", "III B 2 Certificate de urbanism",
        "Certificate de urbanism {year}, nr. {number} – {number}",
        ("{office}", "CERTIFICAT DE URBANISM", "Nr. {number} din {date}",
         "La cererea {person}, se certifică următoarele privind imobilul din str. {street} nr. {house}:"),
        (*_EVERYWHERE, "C.F. nr. {number}", "nr. topografic {topo}",
         "procent de ocupare a terenului de {small} la sută"),
    ),
    Shape(
        "decizie", "I A 2 Decizii", "Decizii, {month} {year}",
        ("{office}", "DECIZIE", "Nr. {number} din {date}", "privind cererea lui {person}", "DECIDE:"),
        (*_EVERYWHERE, "Legii nr. 57/1968", "în temeiul Legii nr. {small}/{year}",
         "capitolul {small}, articolul {small}"),
    ),
    Shape(
        "hotărâre", "I A 1 Hotărâri ale consiliului local", "Hotărâri ale consiliului, {year}",
        ("{office}", "HOTĂRÂREA Nr. {number}", "din {date}", "Consiliul, întrunit în ședință ordinară,", "HOTĂRĂȘTE:"),
        (*_EVERYWHERE, "anexa nr. {small}", "Hotărârea nr. {number}/{year}", "hotărârii nr. {number} din {date}"),
    ),
    Shape(
        "proces-verbal", "I A 5 Procese-verbale de ședință", "Procese-verbale ale ședințelor, {year}",
        ("{office}", "PROCES-VERBAL", "încheiat azi, {date}", "Subsemnații {person} și {person}"),
        (*_EVERYWHERE, "domnul {person}", "punctul {small} de pe ordinea de zi", "drept care am încheiat prezentul"),
    ),
    Shape(
        "cerere", "II C 1 Cereri și petiții", "Cereri ale locuitorilor {year}, literele {letter} – {letter}",
        ("Domnule Primar,", "Subsemnatul {person}, domiciliat în Lunca Ursului, str. {street} nr. {house}, vă rog"),
        (*_EVERYWHERE, "buletinul de identitate seria K.D. nr. {number}", "născut la {date}", "taxa de {sum} lei"),
    ),
    Shape(
        "corespondență", "II C 4 Corespondență", "Corespondență cu autorități, {year}",
        ("{office}", "Nr. {number} din {date}", "Către", "Vă trimitem alăturat, în copie,"),
        (*_EVERYWHERE, "adresa nr. {number} din {date}", "vă comunicăm că", "cu stimă, {person}"),
    ),
    Shape(
        "registru agricol", "II D 1 Registre agricole", "Registru agricol {year}, volumul {small}",
        ("REGISTRU AGRICOL PE ANUL {year}", "Nr. Numele și prenumele Strada Nr. casei Suprafața Suma lei"),
        ("{small}. {person} Strada {street} {house} {area} {sum}",), register=True,
    ),
    Shape(
        "jegyzőkönyv", "II A 2 Lucrări edilitare", "Protocoale ale consiliului orășenesc {year}",
        ("MEDVERÉT VÁROS TANÁCSÁNAK HATÁROZATA", "{number}. szám, {year}. évi {hungarian} hó {day}-én"),
        ("{person} kérvénye", "{number}. szám", "{hungarian} hó {day}-én", "{sum} korona", "{street} utca {house}."),
        language="hun",
    ),
    Shape(
        "Protokoll", "II A 2 Lucrări edilitare", "Protocoale ale magistratului {year}",
        ("Magistrat der Stadt Bärenau", "Protokoll der Sitzung vom {day}. {german} {year}"),
        ("Herr {person}", "Zahl {number}", "am {day}. {german} {year}", "{sum} Kronen", "Nr. {house}"),
        language="deu",
    ),
)  # fmt: skip

_ERAS = (
    (1949, "Primăria Orașului Lunca Ursului"),
    (1967, "Sfatul Popular al Orașului Lunca Ursului"),
    (1989, "Consiliul Popular al Orașului Lunca Ursului"),
    (2100, "Consiliul Local al Orașului Lunca Ursului"),
)


def office(year: int) -> str:
    """The creator of a year's records, which is their fonds."""
    return next(name for last, name in _ERAS if year <= last)


class Facts:
    """Draws what stands in the brackets of a shape's lines, for a unit of one year."""

    def __init__(self, year: int, random: Random) -> None:
        self._year = year
        self._random = random
        self._draw: dict[str, Callable[[], str]] = {
            "year": lambda: str(year),
            "office": lambda: office(year).upper(),
            "person": self.person,
            "street": lambda: self._choice(STREETS),
            "house": lambda: str(self._below(_HOUSES)),
            "number": self.number,
            "date": self.date,
            "day": lambda: str(self._below(28)),
            "month": lambda: self._choice(MONTHS),
            "hungarian": lambda: self._choice(HUNGARIAN_MONTHS),
            "german": lambda: self._choice(GERMAN_MONTHS),
            "small": lambda: str(self._below(40)),
            "area": lambda: str(self._below(900)),
            "sum": lambda: f"{self._below(99)}.{self._below(999):03}",
            "topo": lambda: f"{self._below(900)}/{self._below(9)}/{self._below(4)}",
            "letter": lambda: self._choice("ABCDEFGHILMNOPRSTVZ"),
        }

    def fill(self, line: str) -> str:
        """The line with a fact for each bracket."""
        before, *others = line.split("{")
        parts = [before]
        for other in others:
            name, _, after = other.partition("}")
            parts.extend((self._draw[name](), after))
        text = "".join(parts)
        return text.replace(_RESERVED, _RESERVED[:-1] + "8")

    def person(self) -> str:
        """Surname, then first name, as in the town's records."""
        return f"{self._choice(SURNAMES)} {self._choice(FIRST_NAMES)}"

    def number(self) -> str:
        """The number of an act: small ones are the commoner."""
        return str(1 + int(4000 * self._random.random() ** 2))

    def date(self) -> str:
        """A day of the year or the one before, as typists wrote it."""
        day, month = self._below(28), self._below(12)
        year = self._year - (self._random.random() < 0.15)
        way = self._random.random()
        if way < 0.5:
            return f"{day} {MONTHS[month - 1]} {year}"
        if way < 0.75:
            return f"{day:02}.{month:02}.{year}"
        return f"{day}.{ROMAN[month - 1]}.{year}"

    def _below(self, limit: int) -> int:
        return 1 + int(self._random.random() * limit)

    def _choice(self, options: Sequence[str]) -> str:
        return options[int(self._random.random() * len(options))]
