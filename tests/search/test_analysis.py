# SPDX-License-Identifier: EUPL-1.2
"""Text analysis: which words meet, and where tokens stand."""

import itertools
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.analysis import (
    STEMMERS,
    analyse,
    base_language,
    fingerprint,
    fold,
    indexed_keys,
    page_keys,
    prefix_keys,
    query_keys,
    tokenise,
)

GROUPS = [
    "hotărârea hotărîrea hotararea hotarirea hotărâre hotărârilor",
    "construcție construcţie constructie construcții constructii",
    "autorizație autorizației autorizațiilor autorizatie autorizatiilor",
    "Ştefan Ștefan stefan ŞTEFAN",
    "ședință Şedinței sedintei sedinta ședințelor",
    "Mărășești marasesti MĂRĂŞEŞTI",
    "înființare infiintare înfiinţarea",
    "pământului pămîntului pamantului",
    "sînt sunt sint",
    "stradă străzii strazi",
    "act acte actelor",
    "lucrare lucrări lucrarilor",
    "plan planuri planurile",
    "registru registrul registre",
    "consiliu consiliului consilii",
    "permis permise permiselor",
    "parcelă parcele parcelelor",
]


@pytest.mark.parametrize("group", GROUPS)
def test_words_of_a_group_meet_each_other(group: str) -> None:
    apart = [
        pair
        for pair in itertools.permutations(group.split(), 2)
        if query_keys(pair[0]).isdisjoint(page_keys(pair[1], "ron"))
    ]
    assert apart == []


@pytest.mark.parametrize("pair", list(itertools.combinations([group.split()[0] for group in GROUPS], 2)))
def test_words_of_different_groups_do_not_meet(pair: tuple[str, str]) -> None:
    assert query_keys(pair[0]).isdisjoint(page_keys(pair[1], "ron"))


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("", []),
        (" \n.,–&* ", []),
        ("Hotărârea nr. 12", ["Hotărârea", "nr", "12"]),
        ("123/12.05.1987", ["123", "12", "05", "1987"]),
        ("într-o s-a", ["într", "o", "s", "a"]),
        ("autori-\nzație", ["autorizație"]),
        ("autori¬\n\nzație", ["autorizație"]),
        ("autori\u00ad\nzație", ["autori\u00adzație"]),
        ("Verwal=\ntung Verwal⸗\ntung", ["Verwaltung", "Verwaltung"]),
        ("HOTĂ-\nRÂRE", ["HOTĂRÂRE"]),
        ("Hotă-\nRÂRE C-\nI", ["Hotă", "RÂRE", "C", "I"]),
        ("a=b, x = y", ["a", "b", "x", "y"]),
        ("nr.12-\n14 1a-\nb", ["nr", "12", "14", "1a", "b"]),
        ("Cluj-\nNapoca", ["Cluj", "Napoca"]),
        ("1968-\n1989", ["1968", "1989"]),
        ("autori\nzație", ["autori", "zație"]),
        ("snake_case", ["snake", "case"]),
        ("s\u0326tefan", ["s\u0326tefan"]),
    ],
)
def test_a_text_is_cut_into_words(text: str, tokens: list[str]) -> None:
    assert [token.text for token in tokenise(text)] == tokens


def test_offsets_are_code_points_of_the_text() -> None:
    text = "𝔄 „Ședința” autori-\nzație"
    assert [text[token.start : token.end] for token in tokenise(text)] == ["𝔄", "Ședința", "autori-\nzație"]
    assert [text[slice(*piece)] for piece in tokenise(text)[-1].pieces] == ["autori", "zație"]


def test_the_first_part_of_a_compound_number_has_the_whole() -> None:
    assert [token.whole for token in tokenise("nr. 567/2/1 din 12.V.1987, s-a")] == [
        *(None, "567/2/1", None, None),
        *(None, "12.v.1987", None, None),
        *(None, None),
    ]


@pytest.mark.parametrize(
    ("word", "folded"),
    [
        ("Ștefan", "stefan"),
        ("Straße", "strasse"),
        ("ő", "o"),
        ("İ", "i"),
        ("ﬁlă", "fila"),
        ("Łódź", "lodz"),
        ("½", "12"),
        ("ſe", "se"),
    ],
)
def test_folding_takes_marks_and_ligatures_away(word: str, folded: str) -> None:
    assert fold(word) == folded


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(), st.sampled_from(sorted(STEMMERS)))
def test_every_word_of_a_page_is_found_by_itself(text: str, language: str) -> None:
    for found in analyse(text, language):
        assert found.keys & query_keys(found.token.text)
        assert any(key.startswith(tuple(prefix_keys(found.token.text))) for key in found.keys)


@given(st.text())
def test_tokens_are_in_order_and_inside_the_text(text: str) -> None:
    reach = 0
    for token in tokenise(text):
        assert reach <= token.start < token.end <= len(text)
        assert "".join(text[slice(*piece)] for piece in token.pieces) == token.text
        reach = token.end


@pytest.mark.parametrize(
    ("code", "base"),
    [("ron", "ron"), ("deu_latf", "deu"), ("frk", "deu"), ("srp", "ron"), (None, "ron"), ("", "ron")],
)
def test_a_language_without_stemmer_is_read_as_romanian(code: str | None, base: str) -> None:
    assert base_language(code) == base


def test_analysis_is_the_same_in_many_threads() -> None:
    words = [f"{group.split()[0]}{number}" for number in range(300) for group in GROUPS]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(query_keys, words))
    query_keys.cache_clear()
    page_keys.cache_clear()
    assert together == [query_keys(word) for word in words]


def test_the_fingerprint_is_the_same_in_another_process() -> None:
    code = "from search.analysis import fingerprint; print(fingerprint())"
    other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert other.stdout.strip() == fingerprint()


@pytest.mark.parametrize("language", ["ron", "hun", "deu_latf", None])
def test_what_is_indexed_is_what_is_analysed(language: str | None) -> None:
    text = "Hotărîrea nr. 123/12.05.1987 – 1-2-3-4-5-6-7-8-9 autori-\nzațiilor, într-o CLUJ-\nNAPOCA ½ 007 a.b _x_ K"
    assert indexed_keys(text, language) == [tuple(sorted(one.keys)) for one in analyse(text, language)]
