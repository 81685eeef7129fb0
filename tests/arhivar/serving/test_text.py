# SPDX-License-Identifier: EUPL-1.2
from uuid import uuid4

import pytest

from arhivar.steps.index import read_lines
from processors.alto import read_alto
from schemas.errors import ObjectDamaged, PageUnknown, UnitUnknown
from schemas.page import PageKind, words_in
from schemas.serving import PageWords
from tests.arhivar.serving.conftest import COLOURED, PAGES, UNREADABLE, Served


def test_text_is_what_was_read_line_by_line(served: Served) -> None:
    text = served.files.text.text(served.unit, served.version, 2)
    assert text.text.splitlines()[0] == "Pagina numarul 2 din dosarul"
    assert text.language == "ron"
    lines = read_lines(served.archive, served.unit, "text/00002.xml", served.version)
    assert [line for line in text.text.splitlines() if line] == [
        " ".join(word.text for word in line.words) for line in lines
    ]


def test_words_carry_boxes_confidences_and_what_else_was_read(served: Served) -> None:
    words = served.files.text.words(served.unit, served.version, COLOURED)
    assert PageWords.from_json(words.to_json()) == words
    found = list(words_in(words.blocks))
    assert found
    assert words.width_px is not None
    assert words.height_px is not None
    for word in found:
        assert 0 <= word.box.left < word.box.right <= words.width_px
        assert 0 <= word.box.top < word.box.bottom <= words.height_px
        assert 0 <= word.confidence <= 100


def test_alto_is_the_file_of_the_package(served: Served) -> None:
    alto = served.files.text.alto(served.unit, served.version, 1)
    assert alto is not None
    words = served.files.text.words(served.unit, served.version, 1)
    assert read_alto(alto.data) == words.blocks
    again = served.files.text.alto(served.unit, served.version, 1)
    assert again == alto


def test_a_page_that_could_not_be_read_has_no_words(served: Served) -> None:
    text = served.files.text
    assert text.text(served.unit, served.version, UNREADABLE).text == ""
    words = text.words(served.unit, served.version, UNREADABLE)
    assert (words.kind, words.blocks, words.width_px) == (PageKind.UNREADABLE, (), None)
    assert text.alto(served.unit, served.version, UNREADABLE) is None


def test_each_version_answers_for_itself(served: Served) -> None:
    text = served.files.text
    assert text.text(served.unit, 1, 1).text == text.text(served.unit, 2, 1).text
    assert text.etag(served.unit, 1, 1) != text.etag(served.unit, 2, 1)
    assert text.text(served.unit, 2, PAGES + 1).text
    with pytest.raises(PageUnknown):
        text.text(served.unit, 1, PAGES + 1)
    with pytest.raises(UnitUnknown):
        text.words(uuid4(), 1, 1)


def test_an_etag_stands_for_one_page(served: Served) -> None:
    etags = {served.files.text.etag(served.unit, served.version, page) for page in range(1, PAGES + 3)}
    assert len(etags) == PAGES + 2


def test_a_damaged_file_is_never_shown_as_sound(served: Served) -> None:
    (kept,) = served.archive.settings.home.glob("store/**/text/00001.xml")
    kept.chmod(0o600)
    kept.write_bytes(kept.read_bytes().replace(b"Pagina", b"Paqina"))
    for read in (served.files.text.text, served.files.text.words, served.files.text.alto):
        with pytest.raises(ObjectDamaged):
            read(served.unit, served.version, 1)
