# SPDX-License-Identifier: EUPL-1.2
"""Which unit is this drop? From its `unit.json`, from the inventory, or (bare) from the folder's name."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from arhivar.intake.drops import DESCRIPTION_FILE
from repository.catalogue import Catalogue
from schemas.drop import DropDescription
from schemas.findings import Finding, FindingCode
from schemas.messages import Message
from schemas.unit import AccessClass, UnitDescription

_MAX_DESCRIPTION_BYTES = 1024 * 1024

_EXPECTED: dict[str, Message] = {
    "missing": Message(ro="câmpul este obligatoriu", en="the field is required"),
    "extra_forbidden": Message(
        ro="câmpul nu există; cele admise sunt {known}", en="there is no such field; the known ones are {known}"
    ),
    "string_pattern_mismatch": Message(
        ro="„{value}” nu are forma cerută (date: 1987, 1987-05 sau 1987-05-12; limbi: ron, hun, deu)",
        en="'{value}' does not have the form that is asked for (dates: 1987, 1987-05 or 1987-05-12; languages: ron, "
        "hun, deu)",
    ),
    "string_type": Message(ro="se aștepta un text, nu {value}", en="a text was expected, not {value}"),
    "string_too_short": Message(ro="textul este gol", en="the text is empty"),
    "int_type": Message(ro="se aștepta un număr întreg, nu {value}", en="a whole number was expected, not {value}"),
    "int_parsing": Message(
        ro="se aștepta un număr întreg, nu „{value}”", en="a whole number was expected, not '{value}'"
    ),
    "greater_than_equal": Message(
        ro="{value} este prea mic (cel puțin {ge})", en="{value} is too small (at least {ge})"
    ),
    "enum": Message(ro="„{value}” nu este admis; se admit {expected}", en="'{value}' is not one of {expected}"),
    "tuple_type": Message(ro="se aștepta o listă", en="a list was expected"),
    "json": Message(ro="fișierul nu este JSON valid ({value})", en="the file is not valid JSON ({value})"),
    "object": Message(ro="se aștepta un obiect JSON: {{…}}", en="a JSON object was expected: {{…}}"),
}
_OTHER = Message(ro="valoarea {value} nu este admisă ({msg})", en="the value {value} is not accepted ({msg})")


@dataclass(frozen=True, slots=True)
class Described:
    """What a drop says of itself, or why that cannot be understood."""

    drop: DropDescription | None
    findings: tuple[Finding, ...] = ()


def read_description(folder: Path) -> Described | None:
    """Read `unit.json`, or None where there is none. What is wrong in it comes back as findings, a field each."""
    file = folder / DESCRIPTION_FILE
    if not file.is_file() or file.is_symlink():
        return None
    try:
        with file.open("rb") as stream:
            content = json.loads(stream.read(_MAX_DESCRIPTION_BYTES).decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        return Described(None, (_finding("(JSON)", "json", {"value": str(error)}),))
    if not isinstance(content, dict):
        return Described(None, (_finding("(JSON)", "object", {}),))
    try:
        return Described(DropDescription.model_validate(content))
    except ValidationError as error:
        return Described(None, tuple(_explain(problem) for problem in error.errors()))  # type: ignore[arg-type]


def _explain(problem: dict[str, object]) -> Finding:
    location = problem["loc"]
    field = ".".join(str(part) for part in location) if isinstance(location, tuple) else str(location)
    context = problem.get("ctx")
    fields: dict[str, object] = dict(context) if isinstance(context, dict) else {}
    fields |= {"value": problem.get("input"), "msg": problem["msg"], "known": ", ".join(DropDescription.model_fields)}
    return _finding(field, str(problem["type"]), fields)


def _finding(field: str, kind: str, fields: dict[str, object]) -> Finding:
    message = _EXPECTED.get(kind, _OTHER)
    texts = {
        "problem_ro": message.ro.format_map(_Shortened(fields)),
        "problem_en": message.en.format_map(_Shortened(fields)),
    }
    return Finding(code=FindingCode.DESCRIPTION_INVALID, file=DESCRIPTION_FILE, fields={"field": field, **texts})


class _Shortened(dict[str, object]):
    """Values short enough for a sentence."""

    def __getitem__(self, key: str) -> str:
        text = str(super().__getitem__(key))
        return text if len(text) <= 200 else text[:200] + "…"

    def __missing__(self, key: str) -> str:
        return "?"


def describe_drop(
    folder: Path, name: str, catalogue: Catalogue, *, bare: bool, languages: Sequence[str] | None
) -> Described:
    """Join `unit.json`, inventory and the folder's name; the drop's own words go before the inventory's.

    A part of a unit is described by its own words alone: what it leaves out, the unit's current version says.
    `languages` overrides what both say. Without any description a drop is quarantined, unless `bare`.
    """
    own = read_description(folder)
    if own is not None and own.drop is None:
        return own
    stated = own.drop if own is not None else None
    if stated is not None and stated.intent.partial:
        return Described(stated.model_copy(update={"languages": tuple(languages)}) if languages else stated)
    # A folder cannot hold every sign of a code; what is written down can, and is taken at its word.
    entry = catalogue.inventory_for_folder(name) if stated is None else catalogue.inventory_entry(stated.reference_code)
    if entry is None and stated is not None and stated.barcode is not None:
        entry = catalogue.inventory_entry(stated.barcode)
    values: dict[str, object] = {} if entry is None else entry.model_dump(exclude_none=True, exclude={"notes"})
    if stated is not None:
        values |= stated.model_dump(exclude_none=True, exclude_unset=True)
    if not values:
        if not bare:
            return Described(None, (Finding(code=FindingCode.DESCRIPTION_MISSING, fields={"folder": name}),))
        values = {"reference_code": name, "title": name}
    if languages:
        values["languages"] = tuple(languages)
    return Described(DropDescription.model_validate(values))


def first_access_class(drop: DropDescription, catalogue: Catalogue) -> AccessClass:
    """Who sees a new unit until a person decides: what the nomenclator says of its series, else the staff."""
    rule = catalogue.series_rule(drop.series) if drop.series is not None else None
    return AccessClass.STAFF if rule is None else rule.access_class


def unit_description(
    drop: DropDescription, default_languages: Sequence[str], access_class: AccessClass = AccessClass.STAFF
) -> UnitDescription:
    """The unit's description in ISAD(G) elements, from what the drop and the inventory say."""
    return UnitDescription(
        reference_code=drop.reference_code,
        title=drop.title or drop.reference_code,
        fonds=drop.fonds,
        series=drop.series,
        document_type=drop.document_type,
        date_from=drop.date_from,
        date_to=drop.date_to,
        folios=drop.folios,
        blanks=drop.blanks,
        languages=drop.languages or tuple(default_languages),
        barcode=drop.barcode,
        access_class=access_class,
    )
