# SPDX-License-Identifier: EUPL-1.2
"""A part of a unit is planned against a version: page numbers, volumes, description, and the recount of it all."""

from uuid import UUID

import pytest

from arhivar.intake.parts import Base, check_part, continued_description, places
from arhivar.package import master_path, package_path
from schemas.drop import DropDescription, Intent
from schemas.findings import FINDINGS, FindingCode, Severity
from schemas.ingest import FileRole, Manifest, PlannedPage, StagedFile
from schemas.messages import Language
from schemas.origins import Origin, page_origins
from schemas.page import Agent, PageKind
from schemas.unit import AccessClass, PackageDescription, PackagedPage, PackagedPdf, UnitDescription
from tests.contract.test_catalogue import NOW

UNIT = UUID(int=7)
DESCRIPTION = UnitDescription(
    reference_code="P/1", title="Dosar", folios=3, blanks=1, languages=("ron",), date_from="1987"
)


def base(*volumes: int) -> Base:
    """Version 3 of a unit with volumes of so many pages."""
    pages, pdfs = 0, []
    for volume, count in enumerate(volumes, start=1):
        pdfs.append(
            PackagedPdf(
                path=f"access/volume-{volume}.pdf",
                volume=volume,
                first_page=pages + 1,
                pages=count,
                sha512="0" * 128,
                validator=Agent(name="veraPDF", version="1"),
                valid=True,
            )
        )
        pages += count
    return Base(
        3,
        PackageDescription(
            unit_id=UNIT,
            ingest_id="a",
            intent=Intent.NEW,
            description=DESCRIPTION,
            pages=tuple(
                PackagedPage(number=number, ingest_id="a", sequence=number, master="m", kind=PageKind.PAGE)
                for number in range(1, pages + 1)
            ),
            pdfs=tuple(pdfs),
        ),
    )


def drop(intent: Intent, **more: object) -> DropDescription:
    return DropDescription.model_validate({"reference_code": "P/1", "intent": intent, **more})


def manifest(ingest: str, pages: int, intent: Intent = Intent.NEW, numbers: tuple[int, ...] = ()) -> Manifest:
    files = tuple(
        StagedFile(
            path=f"{number:03}.jpg", size_bytes=1, sha512="0" * 128, media_type="image/jpeg", role=FileRole.PAGES
        )
        for number in range(1, pages + 1)
    )
    return Manifest(
        ingest_id=ingest,
        unit_id=UNIT,
        intent=intent,
        base_version=3 if numbers else None,
        places=numbers,
        folder="f",
        received_at=NOW,
        description=DESCRIPTION,
        files=files,
        pages=tuple(
            PlannedPage(number=number, file=file.path, frame=0, frames=1) for number, file in enumerate(files, start=1)
        ),
    )


def test_pages_take_the_places_that_they_name_and_volumes_go_on() -> None:
    assert places(drop(Intent.REPLACE_PAGES, replaces=[5, 2]), 2, base(6)) == (5, 2)
    assert places(drop(Intent.APPEND_VOLUME, volume=3), 3, base(6, 2)) == (9, 10, 11)


@pytest.mark.parametrize(
    ("part", "pages", "codes"),
    [
        (drop(Intent.REPLACE_PAGES, replaces=[1, 8]), 2, []),
        (drop(Intent.REPLACE_PAGES, replaces=[1, 9]), 2, [FindingCode.REPLACES_WRONG]),
        (drop(Intent.REPLACE_PAGES, replaces=[1, 1, 9]), 2, [FindingCode.REPLACES_WRONG] * 3),
        (drop(Intent.REPLACE_PAGES), 2, [FindingCode.REPLACES_WRONG]),
        (drop(Intent.NEW, replaces=[1]), 1, [FindingCode.REPLACES_WRONG]),
        (drop(Intent.APPEND_VOLUME, volume=3, replaces=[1]), 1, [FindingCode.REPLACES_WRONG]),
        (drop(Intent.APPEND_VOLUME, volume=3), 1, []),
        (drop(Intent.APPEND_VOLUME), 1, [FindingCode.VOLUME_WRONG]),
        (drop(Intent.APPEND_VOLUME, volume=4), 1, [FindingCode.VOLUME_WRONG]),
        (drop(Intent.REPLACE_UNIT), 1, []),
    ],
)
def test_what_is_wrong_with_a_part_is_found_and_said(
    part: DropDescription, pages: int, codes: list[FindingCode]
) -> None:
    findings = check_part(part, pages, base(6, 2))
    assert [finding.code for finding in findings] == codes
    for finding in findings:
        assert FINDINGS[finding.code].severity is Severity.QUARANTINE
        for language in Language:
            assert "?" not in finding.say(language) + finding.advise(language)
            assert "{" not in finding.say(language)


def test_a_part_needs_a_unit_that_is_in_the_store() -> None:
    for part in (drop(Intent.REPLACE_PAGES, replaces=[1]), drop(Intent.APPEND_VOLUME, volume=2)):
        assert [finding.code for finding in check_part(part, 1, None)] == [FindingCode.UNIT_NOT_DEPOSITED]


def test_what_a_part_does_not_say_stays_as_it_was() -> None:
    kept = continued_description(drop(Intent.REPLACE_PAGES, replaces=[1]), base(6), AccessClass.PERSONAL)
    assert kept == DESCRIPTION.model_copy(update={"access_class": AccessClass.PERSONAL})
    stated = drop(Intent.REPLACE_PAGES, replaces=[1], title="Altul", folios=4, languages=["hun", "ron"])
    stated = stated.model_copy(update={"document_type": "plan"})
    changed = continued_description(stated, base(6), AccessClass.STAFF)
    update = {"title": "Altul", "folios": 4, "languages": ("ron", "hun"), "document_type": "plan"}
    assert changed == DESCRIPTION.model_copy(update=update)


def test_the_folios_of_a_volume_are_added_to_those_of_the_unit() -> None:
    more = drop(Intent.APPEND_VOLUME, volume=2, folios=10, blanks=4)
    added = continued_description(more, base(6), AccessClass.STAFF)
    assert (added.folios, added.blanks) == (13, 5)
    unsaid = continued_description(drop(Intent.APPEND_VOLUME, volume=2), base(6), AccessClass.STAFF)
    assert (unsaid.folios, unsaid.blanks) == (3, 1)


def test_captured_is_what_the_newest_ingest_of_each_page_says() -> None:
    parts = [
        manifest("z", 9),
        manifest("a", 3),
        manifest("b", 2, Intent.REPLACE_PAGES, (3, 1)),
        manifest("c", 2, Intent.APPEND_VOLUME, (4, 5)),
        manifest("d", 1, Intent.REPLACE_PAGES, (3,)),
    ]
    assert page_origins(parts) == {
        1: Origin("b", 2),
        2: Origin("a", 2),
        3: Origin("d", 1),
        4: Origin("c", 1),
        5: Origin("c", 2),
    }


def test_masters_of_a_part_do_not_collide_with_earlier_ones() -> None:
    paths = [
        package_path(one, one.files[0])
        for one in (
            manifest("a", 1),
            manifest("b", 1, Intent.REPLACE_PAGES, (1,)),
            manifest("c", 1, Intent.APPEND_VOLUME, (2,)),
        )
    ]
    assert paths == ["masters/001.jpg", "masters/b/001.jpg", "masters/c/001.jpg"]
    assert master_path(manifest("b", 1, Intent.REPLACE_PAGES, (1,)), "001.jpg") == paths[1]
