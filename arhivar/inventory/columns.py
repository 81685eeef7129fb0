# SPDX-License-Identifier: EUPL-1.2
"""The columns that inventories and nomenclators may have, under every name that they are known by."""

from dataclasses import dataclass

from arhivar.inventory import cells
from schemas.messages import Message
from schemas.naming import folder_key


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name here, its heading in a template, other headings, and what a cell of it gives."""

    name: str
    heading: Message
    meaning: Message
    read: cells.Reader
    clears: tuple[str, ...]
    """The fields that an empty cell empties."""
    also: tuple[str, ...] = ()
    in_template: bool = True

    def heading_keys(self) -> set[str]:
        """Every heading that it is recognised by, as `folder_key` gives it."""
        return {folder_key(one) for one in (self.name, self.heading.ro, self.heading.en, *self.also)}


@dataclass(frozen=True, slots=True)
class Table:
    """A kind of file: its columns, and those that must be there with a value in every row."""

    columns: tuple[Column, ...]
    required: tuple[str, ...]
    key: str
    """The column whose value names the row's record."""

    def by_key(self) -> dict[str, Column]:
        """Columns by recognised heading."""
        return {key: column for column in self.columns for key in column.heading_keys()}

    def column(self, name: str) -> Column:
        """The column of that name."""
        return next(column for column in self.columns if column.name == name)

    def heading(self, field: str) -> Message:
        """What people call a field of the record: its column's heading."""
        given = {one: column.heading for column in self.columns for one in column.clears}
        named = {column.name: column.heading for column in self.columns}
        return (given | named)[field]

    def template(self) -> list[Column]:
        """The columns that a new file starts with."""
        return [column for column in self.columns if column.in_template]


_NUMBER = Column(
    "number",
    Message(ro="Nr. crt.", en="No."),
    Message(
        ro="numărul rândului în inventar; cu `--prefix` ține loc de cotă",
        en="number of the row in the inventory; with `--prefix` it stands for the reference code",
    ),
    cells.text("number"),
    (),
    ("nr", "numar curent", "numarul curent", "nr curent", "current number"),
)
_REFERENCE_CODE = Column(
    "reference_code",
    Message(ro="Cota", en="Reference code"),
    Message(ro="cota unității, unică în arhivă", en="the unit's reference code, unique in the archive"),
    cells.text("reference_code"),
    (),
    ("cotă", "cota unității", "cota dosarului", "cota arhivistică"),
)
_BARCODE = Column(
    "barcode",
    Message(ro="Cod de bare", en="Barcode"),
    Message(ro="codul de bare de pe dosar", en="barcode on the binder"),
    cells.text("barcode"),
    ("barcode",),
    ("cod bare", "codul de bare"),
)

INVENTORY = Table(
    columns=(
        _NUMBER,
        _REFERENCE_CODE,
        Column(
            "series",
            Message(ro="Indicativul dosarului după nomenclator", en="Series"),
            Message(ro="seria: indicativul din nomenclator", en="the series: its code in the nomenclator"),
            cells.text("series"),
            ("series",),
            (
                "indicativ",
                "indicativul",
                "indicativul dosarului",
                "indicativ nomenclator",
                "indicativul după nomenclator",
                "indicativ în nomenclator",
                "serie",
                "seria",
            ),
        ),
        Column(
            "title",
            Message(ro="Conținutul pe scurt", en="Title"),
            Message(ro="titlul unității", en="title of the unit"),
            cells.text("title"),
            ("title",),
            (
                "conținut",
                "conținutul pe scurt al dosarului",
                "conținutul pe scurt al dosarului, registrului etc.",
                "titlu",
                "titlul",
                "denumirea dosarului",
            ),
        ),
        Column(
            "dates",
            Message(ro="Datele extreme", en="Dates"),
            Message(ro="cea mai veche și cea mai nouă dată: 1987–1989", en="earliest and latest date: 1987–1989"),
            cells.span("date_from", "date_to"),
            ("date_from", "date_to"),
            ("date extreme", "ani extremi", "anii extremi", "extreme dates"),
        ),
        Column(
            "date_from",
            Message(ro="Data de început", en="Date from"),
            Message(ro="cea mai veche dată, în coloană proprie", en="earliest date, in a column of its own"),
            cells.day("date_from"),
            ("date_from",),
            ("de la", "data început", "an început", "anul de început"),
            in_template=False,
        ),
        Column(
            "date_to",
            Message(ro="Data de sfârșit", en="Date to"),
            Message(ro="cea mai nouă dată, în coloană proprie", en="latest date, in a column of its own"),
            cells.day("date_to"),
            ("date_to",),
            ("până la", "data sfârșit", "an sfârșit", "anul de sfârșit"),
            in_template=False,
        ),
        Column(
            "folios",
            Message(ro="Numărul filelor", en="Folios"),
            Message(ro="numărul de file certificat", en="certified number of folios"),
            cells.count("folios", 1),
            ("folios",),
            ("nr. file", "nr. filelor", "număr file", "număr de file", "numărul de file", "file"),
        ),
        Column(
            "blanks",
            Message(ro="Fețe albe", en="Blanks"),
            Message(ro="fețe albe care nu se scanează", en="blank sides that are not scanned"),
            cells.count("blanks", 0),
            ("blanks",),
            ("fețe albe nescanate", "pagini albe", "blank sides"),
        ),
        Column(
            "fonds",
            Message(ro="Fond", en="Fonds"),
            Message(ro="creatorul documentelor", en="the creator whose records these are"),
            cells.text("fonds"),
            ("fonds",),
            ("fondul", "denumirea fondului", "creator", "creatorul"),
        ),
        Column(
            "document_type",
            Message(ro="Tip document", en="Document type"),
            Message(ro="felul documentelor: autorizație de construire", en="the kind of documents: building permit"),
            cells.text("document_type"),
            ("document_type",),
            ("tipul documentului", "tipul documentelor", "tip de document", "tip documente", "felul documentelor"),
        ),
        Column(
            "languages",
            Message(ro="Limbi", en="Languages"),
            Message(ro="limbile paginilor: română, maghiară", en="languages of the pages: Romanian, Hungarian"),
            cells.languages("languages"),
            ("languages",),
            ("limba", "limbile", "language"),
        ),
        _BARCODE,
        Column(
            "notes",
            Message(ro="Observații", en="Notes"),
            Message(ro="orice altceva", en="anything else"),
            cells.notes("notes"),
            ("notes",),
            ("obs", "observații și note", "remarks"),
        ),
    ),
    required=("reference_code",),
    key="reference_code",
)

NOMENCLATOR = Table(
    columns=(
        Column(
            "series",
            Message(ro="Indicativul dosarului", en="Series"),
            Message(ro="indicativul, ca în inventar", en="the series' code, as in the inventory"),
            cells.text("series"),
            (),
            ("indicativ", "indicativul", "indicativul dosarului după nomenclator", "serie", "seria"),
        ),
        Column(
            "title",
            Message(ro="Denumirea dosarului", en="Title"),
            Message(ro="denumirea seriei", en="title of the series"),
            cells.text("title"),
            ("title",),
            (
                "denumire",
                "denumirea",
                "titlu",
                "titlul",
                "denumirea dosarului (conținutul pe scurt)",
                "conținutul pe scurt",
            ),
        ),
        Column(
            "retention",
            Message(ro="Termenul de păstrare", en="Retention term"),
            Message(
                ro="„permanent”, „10 ani”, sau „10 ani C.S.” dacă la sfârșit hotărăște comisia de selecționare",
                en="'permanent', '10 years', or '10 years CS' where the selection commission decides at its end",
            ),
            cells.retention,
            ("retention_years", "review"),
            ("termen de păstrare", "termen", "termenul", "retention"),
        ),
        Column(
            "access_class",
            Message(ro="Clasa de acces", en="Access class"),
            Message(
                ro="„intern” (și când lipsește), „personal” sau „restricționat”",
                en="'staff' (also where it is empty), 'personal' or 'restricted'",
            ),
            cells.access_class,
            ("access_class",),
            ("acces", "clasă de acces", "access"),
        ),
        Column(
            "notes",
            Message(ro="Observații", en="Notes"),
            Message(ro="orice altceva", en="anything else"),
            cells.notes("notes"),
            ("notes",),
            ("obs", "remarks"),
        ),
    ),
    required=("series", "title", "retention"),
    key="series",
)
