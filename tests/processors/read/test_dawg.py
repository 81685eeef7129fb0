# SPDX-License-Identifier: EUPL-1.2
"""The word list inside a model of Tesseract's."""

from pathlib import Path

import pytest

from processors.read.dawg import WordGraph, load_word_graph
from processors.read.tessdata import find_tessdata


@pytest.fixture(scope="module")
def english() -> WordGraph:
    graph = load_word_graph(find_tessdata() / "eng.traineddata")
    assert graph is not None
    return graph


def test_whole_words_are_in_it_and_pieces_of_words_are_not(english: WordGraph) -> None:
    found = [word for word in ("council", "the", "counci", "counciq", "") if english.has(word, str.lower)]
    assert found == ["council", "the"]


def test_each_way_to_compare_has_its_own_answer(english: WordGraph) -> None:
    assert english.has("wednesday", str.lower)
    assert not english.has("wEDNESDAY", str)
    assert english.has("Wednesday", str)


@pytest.mark.parametrize("keep", [0, 3, 100, 400_000, 2_000_000])
def test_a_model_that_was_cut_off_has_no_words(keep: int, tmp_path: Path) -> None:
    whole = (find_tessdata() / "eng.traineddata").read_bytes()
    cut = tmp_path / "eng.traineddata"
    cut.write_bytes(whole[:keep])
    assert load_word_graph(cut) is None


def test_a_file_of_something_else_has_no_words(tmp_path: Path) -> None:
    other = tmp_path / "eng.traineddata"
    other.write_bytes(bytes(range(256)) * 40)
    assert load_word_graph(other) is None
