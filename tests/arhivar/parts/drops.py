# SPDX-License-Identifier: EUPL-1.2
"""Drops that hold a part of P/1, and what became of the unit."""

from pathlib import Path

from arhivar.composition import object_id
from arhivar.finding import open_search
from arhivar.keeping.verify import VerifyWatcher, all_subjects, verify_units
from arhivar.package import read_package
from arhivar.steps.index import read_lines
from schemas.findings import Finding
from schemas.ingest import unit_id as derive_unit_id
from schemas.search import SearchFilters
from schemas.unit import PackageDescription
from tests.arhivar.conftest import Town
from tests.binders import make_binder, text_pages

UNIT = derive_unit_id("P/1")
OBJECT = object_id(UNIT)
TITLE = {"reference_code": "P/1", "title": "Autorizații", "date_from": "1987", "folios": 6, "languages": ["ron"]}
QUIET = VerifyWatcher(lambda count: None, lambda size: None, lambda verdict: None)


def rescan(town: Town, replaces: list[int], word: str, *, name: str = "rescan", pages: int | None = None) -> Path:
    description = {"reference_code": "P/1", "intent": "replace_pages", "replaces": replaces}
    return make_binder(
        town.inbox, name, text_pages(len(replaces) if pages is None else pages, word), description=description
    )


def volume(town: Town, number: int, word: str, pages: int, **more: object) -> Path:
    description = {"reference_code": "P/1", "intent": "append_volume", "volume": number, **more}
    return make_binder(town.inbox, f"volume{number}", text_pages(pages, word), description=description)


def package_of(town: Town, version: int | None = None) -> PackageDescription:
    with town.open() as archive:
        return read_package(archive, OBJECT, version)


def texts_of(town: Town, version: int | None = None) -> dict[int, str]:
    with town.open() as archive:
        return {
            page.number: " ".join(
                word.text for line in read_lines(archive, UNIT, page.text or "", version) for word in line.words
            )
            for page in read_package(archive, OBJECT, version).pages
        }


def found(town: Town, query: str) -> set[int]:
    with town.open() as archive:
        return {hit.page for hit in open_search(archive).search(query, SearchFilters()).hits}


def verify_findings(town: Town) -> list[Finding]:
    with town.open() as archive:
        return [
            finding for verdict in verify_units(archive, all_subjects(archive), QUIET) for finding in verdict.findings
        ]
