# SPDX-License-Identifier: EUPL-1.2
"""Words of pages from the store: read once, found again, none where the store has none."""

from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

from arhivar.composition import object_id
from arhivar.package import alto_path
from arhivar.stored_words import StoredWords
from processors.alto import write_alto
from repository.filesystem_store import FilesystemStore
from repository.ocfl import OcflRepository
from schemas.errors import PackageInvalid
from schemas.page import Block, Box, Geometry, PageResult
from tests.search.builders import UNIT, lines_of

GEOMETRY = Geometry(source_width_px=9, source_height_px=9, source_dpi=200, width_px=9, height_px=9, dpi=200)


def alto(text: str) -> bytes:
    block = Block(box=Box(left=0, top=0, right=9, bottom=9), lines=lines_of(text))
    result = PageResult(source_digest="0" * 64, geometry=GEOMETRY, blocks=(block,))
    return write_alto(result, source_file="a.tif", page_number=1)


class CountingStore(FilesystemStore):
    """Knows what was opened."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.opened: list[str] = []

    def read(self, key: str) -> bytes:
        self.opened.append(key.rpartition("/")[2])
        return super().read(key)


@pytest.fixture
def store(tmp_path: Path) -> CountingStore:
    return CountingStore(tmp_path)


@pytest.fixture
def words(store: CountingStore) -> StoredWords:
    packages = OcflRepository(store)
    packages.initialise()
    for head, texts in ((None, ("Autorizație nr. 12", "plan")), (1, ("Autorizație nr. 13", "plan"))):
        packages.commit(
            object_id(UNIT),
            {alto_path(number): alto(text) for number, text in enumerate(texts, 1)},
            message="m",
            user_name="u",
            user_address=None,
            created=datetime(2026, 1, 1, tzinfo=UTC),
            expected_head=head,
        )
    store.opened.clear()
    return StoredWords(packages)


def text_of(words: StoredWords, version: int, page: int) -> str | None:
    found = words(UNIT, version, page)
    return None if found is None else found.text


def test_each_version_has_its_own_words(words: StoredWords) -> None:
    assert [text_of(words, version, 1) for version in (1, 2, 1)] == [f"Autorizație nr. {n}" for n in (12, 13, 12)]
    assert [text_of(words, version, 2) for version in (1, 2)] == ["plan", "plan"]


def test_a_page_is_read_once_and_its_inventory_too(words: StoredWords, store: CountingStore) -> None:
    for _ in range(3):
        assert [text_of(words, 2, page) for page in (1, 2)] == ["Autorizație nr. 13", "plan"]
    assert sorted(store.opened) == ["00001.xml", "00002.xml", "inventory.json", "inventory.json.sha512"]


def test_what_the_store_has_not_is_none_and_looked_for_again(words: StoredWords, store: CountingStore) -> None:
    assert words(UNIT, 2, 3) is None
    assert words(UUID(int=1), 1, 1) is None
    store.opened.clear()
    assert words(UNIT, 2, 3) is None
    assert "inventory.json" in store.opened


def test_an_unknown_version_is_an_error(words: StoredWords) -> None:
    with pytest.raises(PackageInvalid):
        words(UNIT, 3, 1)


def test_only_the_last_pages_are_kept(
    words: StoredWords, store: CountingStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(words._pages, "_most", 1)
    for page in (1, 2, 1):
        words(UNIT, 2, page)
    assert [name for name in store.opened if name.endswith(".xml")] == ["00001.xml", "00002.xml", "00001.xml"]
