# SPDX-License-Identifier: EUPL-1.2
"""Ranges of bytes by RFC 9110, 14, and names of files that no system misreads."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import Headers

from schemas.errors import RangeUnsatisfiable
from web.files import safe_name
from web.ranges import Span, asked_span

TAG = '"abc"'


def span(stated: str, size: int = 1000, if_range: str | None = None) -> Span | None:
    more = {} if if_range is None else {"If-Range": if_range}
    return asked_span(Headers({"Range": stated, **more}), TAG, size)


@pytest.mark.parametrize(
    ("stated", "first", "last"),
    [
        ("bytes=0-0", 0, 0),
        ("bytes=0-499", 0, 499),
        ("Bytes=500-", 500, 999),
        ("bytes=-1", 999, 999),
        ("bytes=-5000", 0, 999),
        ("bytes=900-99999999999999999999", 900, 999),
        ("bytes= 1-2 ", 1, 2),
    ],
)
def test_one_range_is_understood(stated: str, first: int, last: int) -> None:
    assert span(stated) == Span(first, last)


@pytest.mark.parametrize(
    "stated", ["bytes=1000-", "bytes=1000-1001", "bytes=-0", "bytes=" + "9" * 30 + "-", "bytes=99999999999-99999999999"]
)
def test_a_range_beyond_the_file_is_refused(stated: str) -> None:
    with pytest.raises(RangeUnsatisfiable):
        span(stated)


@pytest.mark.parametrize(
    "stated",
    [
        "",
        "bytes",
        "bytes=",
        "bytes=-",
        "bytes=5-4",
        "bytes=a-b",
        "bytes=1-2,4-5",
        "bytes=0x1-2",
        "bytes=1_0-20",
        "pages=1-2",
        "bytes=1-2-3",
        "bytes=" + "9" * 5000 + "-",
        "bytes=\u0661-",
    ],
)
def test_what_is_no_range_gives_the_whole(stated: str) -> None:
    assert asked_span(Headers(raw=[(b"range", stated.encode())]), TAG, 1000) is None


def test_two_headers_are_none() -> None:
    assert asked_span(Headers(raw=[(b"range", b"bytes=0-1"), (b"range", b"bytes=0-1")]), TAG, 1000) is None


@pytest.mark.parametrize(
    ("stated", "given"),
    [('"abc"', True), ('W/"abc"', False), ('"abd"', False), ("abc", False), ("Mon, 23 Nov 2026 13:00:00 GMT", False)],
)
def test_a_part_is_of_the_file_that_if_range_names_or_the_whole_is_sent(stated: str, given: bool) -> None:
    assert (span("bytes=0-1", if_range=stated) is not None) is given


@given(size=st.integers(0, 60), first=st.integers(0, 70), last=st.none() | st.integers(0, 70))
def test_a_range_is_the_slice_that_it_names(size: int, first: int, last: int | None) -> None:
    data = bytes(range(size))
    expected = data[first:] if last is None else data[first : last + 1]
    stated = f"bytes={first}-{'' if last is None else last}"
    if last is not None and last < first:
        assert span(stated, size) is None
    elif not expected:
        with pytest.raises(RangeUnsatisfiable):
            span(stated, size)
    else:
        found = span(stated, size)
        assert found is not None
        assert data[found.first : found.last + 1] == expected
        assert found.size_bytes == len(expected)


@given(size=st.integers(0, 60), last=st.integers(0, 70))
def test_a_range_from_the_end_is_the_slice_that_it_names(size: int, last: int) -> None:
    if not (size and last):
        with pytest.raises(RangeUnsatisfiable):
            span(f"bytes=-{last}", size)
    else:
        found = span(f"bytes=-{last}", size)
        assert found == Span(max(0, size - last), size - 1)


@given(stated=st.text(max_size=40), size=st.integers(0, 10))
def test_no_header_is_misread(stated: str, size: int) -> None:
    try:
        found = asked_span(Headers(raw=[(b"range", stated.encode())]), TAG, size)
    except RangeUnsatisfiable:
        return
    assert found is None or 0 <= found.first <= found.last < size


@given(code=st.text(max_size=300))
def test_a_files_name_is_plain_whatever_the_reference_code(code: str) -> None:
    name = safe_name(code, "p1.pdf")
    assert re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_-]*-p1\.pdf", name)
    assert len(name) <= 110


def test_a_files_name_tells_the_unit() -> None:
    assert safe_name("LU/CP/SGC Mărășești/1974/3", "p3-7.pdf") == "LU-CP-SGC-Marasesti-1974-3-p3-7.pdf"
