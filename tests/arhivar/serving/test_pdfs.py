# SPDX-License-Identifier: EUPL-1.2
import hashlib
from collections.abc import Collection
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from arhivar.package import access_path
from processors.page_marks import marked_pages
from schemas.errors import ExcerptEmpty, UnitUnknown
from tests.arhivar.serving.conftest import PAGES, UNREADABLE, Served
from tests.processors.compose_material import real_verapdf
from tests.processors.test_pdf_pages import pdfium_texts, poppler_texts

ALL = range(1, PAGES + 3)


def written(served: Served, target: Path, pages: Collection[int], allowed: Collection[int] | None = None) -> Path:
    file = served.files.pdfs.excerpt(served.unit, served.version, pages, allowed=allowed)
    with file.open() as stream:
        target.write_bytes(stream.read())
    assert marked_pages(target) == set(file.pages)
    return target


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pages=st.sets(st.integers(1, PAGES + 4)), allowed=st.sets(st.integers(1, PAGES + 4)))
def test_an_excerpt_has_the_wanted_pages_that_are_allowed_and_no_others(
    served: Served, tmp_path: Path, pages: set[int], allowed: set[int]
) -> None:
    expected = sorted(pages & allowed & set(ALL))
    if not expected:
        with pytest.raises(ExcerptEmpty):
            served.files.pdfs.excerpt(served.unit, served.version, pages, allowed=allowed)
        return
    target = written(served, tmp_path / "e.pdf", pages, allowed)
    for texts in (poppler_texts(target), pdfium_texts(target)):
        assert len(texts) == len(expected)
        for number, text in zip(expected, texts, strict=True):
            assert text.startswith(("Pagina", "Autorizatie")) or number == UNREADABLE


def test_what_is_not_allowed_is_as_if_it_did_not_exist(served: Served, tmp_path: Path) -> None:
    pdfs = served.files.pdfs
    with_hidden = pdfs.excerpt(served.unit, served.version, {1, 2, 5}, allowed={1, 2, 8})
    without = pdfs.excerpt(served.unit, served.version, {1, 2, 99}, allowed=None)
    assert (with_hidden.etag, with_hidden.name, with_hidden.pages) == (without.etag, without.name, without.pages)
    first = written(served, tmp_path / "1.pdf", {1, 2, 5}, {1, 2, 8})
    assert first.read_bytes() == written(served, tmp_path / "2.pdf", {1, 2}).read_bytes()
    with pytest.raises(ExcerptEmpty):
        pdfs.excerpt(served.unit, served.version, {5}, allowed=set())


def test_a_volume_is_the_stored_pdf_whole(served: Served) -> None:
    for volume, pages in ((1, range(1, PAGES + 1)), (2, range(PAGES + 1, PAGES + 3))):
        file = served.files.pdfs.volume(served.unit, served.version, volume)
        assert file is not None
        assert file.pages == tuple(pages)
        stored = served.archive.packages.files(f"urn:uuid:{served.unit}", served.version)[access_path(volume)]
        with file.open() as stream:
            assert hashlib.sha512(stream.read()).hexdigest() == stored.sha512
            stream.seek(5)
            assert len(stream.read(7)) == 7
        assert served.files.pdfs.excerpt(served.unit, served.version, pages).etag == file.etag
    assert served.files.pdfs.volume(served.unit, served.version, 3) is None
    with pytest.raises(UnitUnknown):
        served.files.pdfs.volume(served.unit, 9, 1)


def test_an_excerpt_is_made_once_and_again_when_it_went_out(served: Served, tmp_path: Path) -> None:
    first = written(served, tmp_path / "1.pdf", {2, 3}).read_bytes()
    made = {path: path.stat().st_ino for path in served.cache_folder.rglob("*") if path.stat().st_size > 5000}
    assert len(made) == 1
    assert written(served, tmp_path / "2.pdf", {2, 3}).read_bytes() == first
    assert {path: path.stat().st_ino for path in made} == made
    file = served.files.pdfs.excerpt(served.unit, served.version, {2, 3})
    with file.open() as stream:
        served.files.forget(served.unit)
        assert stream.read() == first
    assert written(served, tmp_path / "3.pdf", {2, 3}).read_bytes() == first


def test_verapdf_accepts_excerpts_over_both_volumes(served: Served, tmp_path: Path) -> None:
    verapdf = real_verapdf()
    wanted = [{1}, {UNREADABLE}, {4, 5}, set(ALL), {2, PAGES, PAGES + 1}]
    made = [written(served, tmp_path / f"{place}.pdf", pages) for place, pages in enumerate(wanted)]
    for verdict in verapdf.validate(made):
        assert verdict.valid, verdict.failures
