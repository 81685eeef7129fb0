# SPDX-License-Identifier: EUPL-1.2
"""Pages as files: pictures, text, words, ALTO and PDFs, whole and in parts, for those who may see them."""

import io
import multiprocessing
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Event
from uuid import UUID

import httpx
import pytest
from PIL import Image

from arhivar.serving.server import serve_files
from schemas.access import Look, LookedAt
from schemas.errors import ObjectDamaged
from schemas.roles import Role
from schemas.unit import AccessClass
from tests.web.conftest import KeptLooks, Office
from tests.web.serving import bearer, client_of
from web.app import create_app, open_parts
from web.identity import Caller
from web.looks import OPEN_SECONDS, Opened, Openings

PUBLIC, STAFF = AccessClass.PUBLIC, AccessClass.STAFF
CLERK = bearer(Role.CLERK)


@pytest.fixture
def desk(office: Office) -> Iterator[httpx.Client]:
    """A client of the application, before which nothing was opened."""
    office.looks.looks.clear()
    with client_of(create_app(office.settings, replace(office.parts, openings=Openings()))) as client:
        yield client


def unit(office: Office, access: AccessClass = PUBLIC) -> str:
    return f"/api/v1/units/{office.unit(access)}"


def page(office: Office, what: str, access: AccessClass = PUBLIC, number: int = 2) -> str:
    return f"{unit(office, access)}/pages/{number}/{what}"


FILES = [
    "pages/1/image",
    "pages/1/image?region=0,0,100,80&size=pct:50&rotation=90&quality=gray&format=png",
    "pages/1/thumbnail",
    "pages/1/text",
    "pages/1/words",
    "pages/1/alto",
    "pdf",
    "pdf?pages=1",
    "volumes/1/pdf",
]


@pytest.mark.parametrize("what", FILES)
def test_a_file_is_safe_to_open_asked_for_again_and_not_sent_twice(office: Office, what: str) -> None:
    answer = office.client.get(f"{unit(office)}/{what}")
    assert answer.status_code == 200
    assert int(answer.headers["content-length"]) == len(answer.content) > 0
    assert answer.headers["cache-control"] == "private, no-cache"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert 'filename="LU-public-1987-' in answer.headers["content-disposition"]
    etag = answer.headers["etag"]
    for stated in (etag, f"W/{etag}", f'"x", {etag}', "*"):
        again = office.client.get(f"{unit(office)}/{what}", headers={"If-None-Match": stated})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", etag)
    other = office.client.get(f"{unit(office)}/{what}", headers={"If-None-Match": '"x"'})
    assert (other.status_code, other.content) == (200, answer.content)


@pytest.mark.parametrize(
    ("asked", "kind", "size"),
    [
        ("", "JPEG", (320, 320)),
        ("?size=100,", "JPEG", (100, 100)),
        ("?region=0,0,100,80&rotation=90&format=png", "PNG", (80, 100)),
        ("?region=pct:50,50,90,90&format=webp&quality=gray", "WEBP", (160, 160)),
        ("?region=square&size=!99,50", "JPEG", (50, 50)),
    ],
)
def test_a_picture_is_of_the_part_and_size_that_was_asked(
    office: Office, asked: str, kind: str, size: tuple[int, int]
) -> None:
    answer = office.client.get(page(office, "image") + asked)
    with Image.open(io.BytesIO(answer.content)) as picture:
        assert (picture.format, picture.size) == (kind, size)
        assert answer.headers["content-type"] == Image.MIME[kind]


@pytest.mark.parametrize(
    ("asked", "status", "code"),
    [
        ("size=321,", 400, "ARH-9401"),
        ("size=0,", 400, "ARH-9401"),
        ("size=999999999,999999999", 400, "ARH-9401"),
        ("size=9999999999,", 400, "ARH-9401"),
        ("size=^max", 400, "ARH-9401"),
        ("size=pct:101", 400, "ARH-9401"),
        ("size=pct:nan", 400, "ARH-9401"),
        ("size=-5,-5", 400, "ARH-9401"),
        ("size=" + "9" * 61, 422, "ARH-9306"),
        ("region=400,400,1,1", 400, "ARH-9401"),
        ("region=0,0,0,0", 400, "ARH-9401"),
        ("region=-1,0,5,5", 400, "ARH-9401"),
        ("region=../../etc", 400, "ARH-9401"),
        ("region=%00", 400, "ARH-9401"),
        ("rotation=45", 422, "ARH-9306"),
        ("rotation=!0", 422, "ARH-9306"),
        ("quality=bitonal", 422, "ARH-9306"),
        ("format=svg", 422, "ARH-9306"),
        ("format=../../x", 422, "ARH-9306"),
        ("width=5", 422, "ARH-9306"),
    ],
)
def test_a_picture_that_cannot_be_is_told_why(office: Office, asked: str, status: int, code: str) -> None:
    answer = office.client.get(f"{page(office, 'image')}?{asked}")
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_a_picture_has_no_more_pixels_than_the_settings_allow(office: Office) -> None:
    settings = office.settings.model_copy(update={"image_max_pixels": 10_000})
    archive = replace(office.parts.archive, settings=settings)
    with (
        serve_files(archive) as files,
        client_of(create_app(settings, replace(office.parts, files=files))) as client,
    ):
        named = client.get(page(office, "image") + "?size=200,200")
        assert (named.status_code, named.json()["code"]) == (400, "ARH-9402")
        with Image.open(io.BytesIO(client.get(page(office, "image")).content)) as reduced:
            assert reduced.size == (100, 100)


def test_text_words_and_alto_are_the_pages(office: Office) -> None:
    text = office.client.get(page(office, "text"))
    assert (text.text.strip(), text.headers["content-type"]) == (
        "proces verbal de receptie",
        "text/plain; charset=utf-8",
    )
    words = office.client.get(page(office, "words")).json()
    assert (words["width_px"], words["height_px"]) == (320, 320)
    assert [word["text"] for block in words["blocks"] for line in block["lines"] for word in line["words"]] == [
        "proces",
        "verbal",
        "de",
        "receptie",
    ]
    alto = office.client.get(page(office, "alto"))
    assert b"http://www.loc.gov/standards/alto/ns-v4#" in alto.content
    assert alto.headers["content-disposition"] == 'attachment; filename="LU-public-1987-p2.alto.xml"'


@pytest.mark.parametrize("what", ["pdf", "pdf?pages=2", "volumes/1/pdf"])
def test_a_pdf_comes_in_the_parts_that_are_asked_for(office: Office, what: str) -> None:
    address = f"{unit(office)}/{what}"
    whole = office.client.get(address)
    data, tag = whole.content, whole.headers["etag"]
    assert data.startswith(b"%PDF-")
    assert whole.headers["accept-ranges"] == "bytes"
    pieces = []
    for first in range(0, len(data), 1000):
        part = office.client.get(address, headers={"Range": f"bytes={first}-{first + 999}", "If-Range": tag})
        last = min(first + 999, len(data) - 1)
        assert (part.status_code, part.headers["content-range"]) == (206, f"bytes {first}-{last}/{len(data)}")
        assert part.headers["etag"] == tag
        pieces.append(part.content)
    assert b"".join(pieces) == data
    assert office.client.get(address, headers={"Range": "bytes=-7"}).content == data[-7:]
    for stated in ({"Range": "bytes=0-1,3-4"}, {"Range": "bytes=0-1", "If-Range": '"x"'}, {"Range": "lines=1-2"}):
        again = office.client.get(address, headers=stated)
        assert (again.status_code, again.content) == (200, data)
    known = office.client.get(address, headers={"Range": "bytes=0-1", "If-None-Match": tag})
    assert (known.status_code, known.content) == (304, b"")


def test_a_part_beyond_a_file_is_refused_in_the_one_shape_with_the_files_size(office: Office) -> None:
    address = f"{unit(office)}/volumes/1/pdf"
    size = len(office.client.get(address).content)
    answer = office.client.get(address, headers={"Range": f"bytes={size}-"})
    assert (answer.status_code, answer.json()["code"]) == (416, "ARH-9404")
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["content-range"] == f"bytes */{size}"


@pytest.mark.parametrize("pages", ["3", "9-99", "10000"])
def test_pages_that_there_are_not_do_not_exist(office: Office, pages: str) -> None:
    answer = office.client.get(f"{unit(office)}/pdf", params={"pages": pages})
    assert (answer.status_code, answer.json()["code"]) == (404, "ARH-9304")


@pytest.mark.parametrize(
    ("pages", "status"),
    [("", 422), ("x", 422), ("3-", 400), ("5-3", 400), ("0", 400), ("1-99999", 400), (",", 400), ("1," * 3000, 422)],
)
def test_a_list_of_pages_that_is_none_is_refused(office: Office, pages: str, status: int) -> None:
    assert office.client.get(f"{unit(office)}/pdf", params={"pages": pages}).status_code == status


def test_a_picture_is_a_look_and_a_thumbnail_is_none(office: Office, desk: httpx.Client) -> None:
    assert desk.get(page(office, "thumbnail", STAFF), headers=CLERK).status_code == 200
    assert desk.get(page(office, "image", STAFF) + "?size=!200,200", headers=CLERK).status_code == 200
    assert office.looks.looks == []
    first = desk.get(page(office, "image", STAFF), headers=CLERK)
    (look,) = office.looks.looks
    assert (look.pages, look.what, look.access_class) == ((2,), LookedAt.IMAGE, STAFF)
    known = CLERK | {"If-None-Match": first.headers["etag"]}
    assert desk.get(page(office, "image", STAFF), headers=known).status_code == 304
    assert len(office.looks.looks) == 2
    desk.get(page(office, "image"), headers=CLERK)
    assert len(office.looks.looks) == 2


def test_tiles_are_one_look_and_no_tile_is_seen_without_one(office: Office, desk: httpx.Client) -> None:
    def tile(left: int, headers: dict[str, str] = CLERK) -> int:
        address = page(office, "image", STAFF) + f"?region={left},0,100,100"
        assert desk.get(address, headers=headers).status_code == 200
        return len(office.looks.looks)

    assert [tile(left) for left in (0, 100, 200)] == [1, 1, 1]
    assert tile(0, CLERK | {"X-Request-Number": "7/2026"}) == 2
    assert tile(0, bearer(Role.OPERATOR)) == 3
    assert tile(100) == 3


def test_what_was_opened_long_ago_is_opened_again() -> None:
    now = 100.0
    kept = KeptLooks()
    openings = Openings(lambda: now)
    caller = Caller("u-17", frozenset({Role.CLERK, Role.READER}))

    def opens(access: AccessClass = STAFF, version: int = 1) -> list[Look]:
        kept.looks.clear()
        openings.note(kept, caller, LookedAt.IMAGE, Opened(UUID(int=1), "A/1", {1: access}), version, part=True)
        return list(kept.looks)

    assert len(opens()) == 1
    assert opens() == []
    assert len(opens(AccessClass.PERSONAL)) == 1
    assert len(opens(version=2)) == 1
    now += OPEN_SECONDS
    assert len(opens()) == 1


def test_a_pdf_in_parts_is_one_look_at_its_pages(office: Office, desk: httpx.Client) -> None:
    address = f"{unit(office, STAFF)}/pdf"
    for first in (500, 0, 1000):
        part = desk.get(address, headers=CLERK | {"Range": f"bytes={first}-{first + 99}"})
        assert part.status_code == 206
    (look,) = office.looks.looks
    assert (look.pages, look.what) == ((1, 2), LookedAt.PDF)
    desk.get(address, headers=CLERK)
    assert len(office.looks.looks) == 2


@pytest.mark.parametrize("what", ["text", "words", "alto"])
def test_text_in_any_form_is_a_look(office: Office, desk: httpx.Client, what: str) -> None:
    desk.get(page(office, what, STAFF), headers=CLERK)
    assert [(look.pages, look.what) for look in office.looks.looks] == [((2,), LookedAt.TEXT)]


def test_files_that_take_long_hold_up_no_other_requests(office: Office) -> None:
    many, go = 45, Event()
    with ThreadPoolExecutor(1) as makers, ThreadPoolExecutor(many) as askers:
        makers.submit(go.wait, 60)
        parts = replace(office.parts, makers=makers)
        with client_of(create_app(office.settings, parts)) as client:
            try:
                waiting = [askers.submit(client.get, page(office, "image")) for _ in range(many)]
                time.sleep(0.5)
                assert client.get("/health").status_code == 200
                assert client.get(unit(office)).status_code == 200
                assert not any(one.done() for one in waiting)
            finally:
                go.set()
            assert [one.result().status_code for one in waiting] == [200] * many


def test_the_processes_that_decode_scans_end_with_the_application(office: Office) -> None:
    before = set(multiprocessing.active_children())
    with open_parts(office.settings, only_this_machine=False) as opened:
        parts = replace(opened, identity=office.parts.identity)
        row = parts.archive.catalogue.unit(UUID(office.unit(PUBLIC)))
        assert row is not None
        parts.files.forget(row.unit_id)
        with client_of(create_app(office.settings, parts)) as client:
            assert client.get(page(office, "image")).status_code == 200
        assert set(multiprocessing.active_children()) - before
    assert set(multiprocessing.active_children()) <= before


def test_a_scan_that_is_damaged_is_a_fault_of_the_server_and_never_shown(office: Office) -> None:
    def damaged(*_: object) -> bytes:
        raise ObjectDamaged(key="secret", detail="secret")

    images = office.parts.files.images
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(images, "render", damaged)
        answer = office.client.get(page(office, "image"))
    assert (answer.status_code, answer.json()["code"]) == (500, "ARH-9316")
    assert "secret" not in answer.text
