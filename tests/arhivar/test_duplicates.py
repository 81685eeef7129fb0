# SPDX-License-Identifier: EUPL-1.2
"""Pages that look alike: which of them get a finding, and whom it names."""

from collections import Counter
from dataclasses import replace

from arhivar.steps.duplicates import MOST_BITS, Look, find_near_duplicates, look_of
from schemas.findings import FindingCode
from schemas.messages import Language
from schemas.page import Geometry, PageKind, PageResult

LETTER = Counter(f"cuvânt{chr(97 + number)}" for number in range(20)) + Counter(["12.05.1987", "nr.44", "120"])
FORM = Counter(f"rubrica{chr(97 + number)}" for number in range(20))
GEOMETRY = Geometry(source_width_px=9, source_height_px=9, source_dpi=300, width_px=9, height_px=9, dpi=300)


def bits(count: int) -> str:
    """A hash that differs from the empty one in `count` bits."""
    return f"{(1 << count) - 1:064x}"


def page(number: int, *, differing: int = 0, words: Counter[str] = LETTER) -> Look:
    return Look(number, f"{number:03}.jpg", bits(differing), words, source=str(number))


def test_a_page_scanned_twice_names_the_first() -> None:
    findings = find_near_duplicates([page(1), page(2, differing=128), page(3, differing=20)])
    assert [(finding.code, finding.page, finding.fields["other"]) for finding in findings] == [
        (FindingCode.PAGE_NEAR_DUPLICATE, 3, 1)
    ]
    said = findings[0].say(Language.RO)
    assert "20" in said
    assert str(MOST_BITS) in said


def test_of_several_the_most_similar_is_named() -> None:
    findings = find_near_duplicates([page(1), page(2, differing=50), page(3, differing=48)])
    assert [(finding.page, finding.fields["other"]) for finding in findings] == [(2, 1), (3, 2)]


def test_a_hash_too_different_is_another_page() -> None:
    assert find_near_duplicates([page(1), page(2, differing=MOST_BITS + 1)]) == []
    assert len(find_near_duplicates([page(1), page(2, differing=MOST_BITS)])) == 1


def test_pages_that_look_alike_and_say_something_else_are_two_pages() -> None:
    assert find_near_duplicates([page(1), page(2, words=FORM)]) == []
    few = Counter({"plan": 1})
    assert find_near_duplicates([page(1), page(2, words=few)]) == []
    assert len(find_near_duplicates([page(1, words=few), page(2, words=few)])) == 1


def test_a_few_words_read_otherwise_are_still_the_same_page() -> None:
    again = LETTER - Counter(["cuvânta", "cuvântb", "nr.44"]) + Counter(["cuvanta", "cuvanth", "nr.4a"])
    assert len(find_near_duplicates([page(1), page(2, words=again)])) == 1


def test_two_copies_of_a_form_differ_in_their_numbers() -> None:
    one, other = FORM + Counter(["12", "3.IV.1987", "450"]), FORM + Counter(["13", "9.VI.1987", "380"])
    assert find_near_duplicates([page(1, words=one), page(2, words=other)]) == []
    assert len(find_near_duplicates([page(1, words=one), page(2, words=one)])) == 1


def test_the_same_file_twice_is_left_to_intake() -> None:
    assert find_near_duplicates([page(1), replace(page(2), source=page(1).source)]) == []


def test_blank_pages_and_targets_are_never_duplicates() -> None:
    for kind, compared in ((PageKind.PAGE, True), (PageKind.BLANK, False), (PageKind.TARGET, False)):
        result = PageResult(source_digest="", geometry=GEOMETRY, kind=kind, look=bits(3))
        assert (look_of(1, "001.jpg", "a", result) is not None) is compared
