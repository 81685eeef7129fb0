# SPDX-License-Identifier: EUPL-1.2
"""What every search index tells of its words (`search.vocabulary.Vocabulary`)."""

from uuid import UUID

from schemas.unit import AccessClass
from search.index import SearchIndex
from search.offers import SHOWN
from tests.contract.search_backends import MINUTES, PERMITS, Opener, page

STAFF = (AccessClass.STAFF,)
OPEN = (AccessClass.PUBLIC, AccessClass.STAFF)


def test_an_index_without_pages_has_no_words(index: SearchIndex) -> None:
    words = index.vocabulary
    for classes in (tuple(AccessClass), ()):
        assert words.pages(["f:plan"], classes) == {}
        assert words.frequent_near("planuri", classes) == {}
        assert words.beginning("plan", classes, 5) == {}
        assert words.offers("s:mar", classes, 5) == {}


def test_pages_are_counted_by_key(index: SearchIndex) -> None:
    index.write([page(1, "Plan plan planuri"), page(2, "planul"), page(3, "nimic")])
    found = index.vocabulary.pages(["f:plan", "f:planul", "ron:plan", "f:harta", "f:nimic"], STAFF)
    assert found == {"f:plan": 1, "f:planul": 1, "ron:plan": 2, "f:nimic": 1}
    assert index.vocabulary.pages([], STAFF) == {}


def test_thousands_of_keys_are_asked_about_at_once(index: SearchIndex) -> None:
    index.write([page(1, "autorizație")])
    keys = [f"f:cuvant{number}" for number in range(5_000)]
    assert index.vocabulary.pages([*keys, "f:autorizatie"], STAFF) == {"f:autorizatie": 1}


def test_only_the_access_classes_that_are_asked_for_have_words(index: SearchIndex) -> None:
    index.write(
        [
            page(1, "str. Mărășești planuri", access_class=AccessClass.PUBLIC),
            page(2, "str. Mărășești planuri", access_class=AccessClass.STAFF),
            page(3, "str. Mărășești planuri", access_class=AccessClass.RESTRICTED),
        ]
    )
    words = index.vocabulary
    for classes, pages in ((STAFF, 1), (OPEN, 2), ((*OPEN, AccessClass.STAFF), 2), (tuple(AccessClass), 3)):
        assert words.pages(["f:planuri"], classes) == {"f:planuri": pages}
        assert words.frequent_near("planurl", classes) == {"planuri": pages}
        assert words.beginning("plan", classes, 5) == {"planuri": pages}
        assert words.offers("s:mar", classes, 5) == {f"s:marasesti{SHOWN}Mărășești": pages}
    assert words.pages(["f:planuri"], (AccessClass.PERSONAL,)) == {}
    assert words.beginning("plan", (AccessClass.PERSONAL,), 5) == {}


def test_words_that_are_two_changes_away_are_near(index: SearchIndex) -> None:
    index.write([page(1, "autorizație autorizația"), page(2, "autorizație automobil hotărâre")])
    near = index.vocabulary.frequent_near("autorizatei", STAFF)
    assert near["autorizatie"] == 2
    assert near["autorizatia"] == 1
    assert not {"autorizatei", "automobil", "hotarare"} & near.keys()


def test_words_that_begin_so_come_most_frequent_first(index: SearchIndex) -> None:
    texts = ["construcție", "construcție construirea", "construcție construirea constatare", "cont 1construc 12"]
    index.write([page(number, text) for number, text in enumerate(texts, start=1)])
    found = index.vocabulary.beginning("cons", STAFF, 2)
    assert list(found.items()) == [("constructie", 3), ("construirea", 2)]
    assert index.vocabulary.beginning("co", STAFF, 5) == {}
    assert index.vocabulary.beginning("12", STAFF, 5) == {}


def test_offers_come_most_frequent_first(index: SearchIndex) -> None:
    index.write(
        [
            page(1, "str. Mărășești", title="Permise de construire"),
            page(2, "str. Mărășești nr. 12 și str. Mărului", title="Permise de construire"),
            page(1, "numitul Ion Popescu", unit=MINUTES, title="Permise vechi"),
        ]
    )
    words = index.vocabulary
    assert list(words.offers("s:mar", STAFF, 5).items()) == [
        (f"s:marasesti{SHOWN}Mărășești", 2),
        (f"s:marului{SHOWN}Mărului", 1),
    ]
    assert list(words.offers("s:mar", STAFF, 1)) == [f"s:marasesti{SHOWN}Mărășești"]
    assert words.offers("p:pop", STAFF, 5) == {f"p:popescu ion{SHOWN}Ion Popescu": 1}
    assert [*words.offers("t:permise", STAFF, 5).values()] == [2, 1]
    assert words.offers("c:ps", STAFF, 5) == {f"c:ps {PERMITS.int % 100}{SHOWN}PS/{PERMITS.int % 100}": 2} | {
        f"c:ps {MINUTES.int % 100}{SHOWN}PS/{MINUTES.int % 100}": 1
    }


def test_what_was_taken_out_is_suggested_no_more(index: SearchIndex) -> None:
    other = UUID(int=7)
    index.write([page(number, "planuri str. Lungă", unit=other) for number in range(1, 4)])
    index.write([page(1, "planul str. Lungă"), page(2, "planuri")])
    index.remove_unit(other)
    assert index.vocabulary.beginning("planu", STAFF, 5) == {"planul": 1, "planuri": 1}
    assert index.vocabulary.offers("s:", STAFF, 5) == {f"s:lunga{SHOWN}Lungă": 1}
    index.write([page(1, "planul str. Lungă", access_class=AccessClass.RESTRICTED)])
    assert index.vocabulary.beginning("planu", STAFF, 5) == {"planuri": 1}
    assert index.vocabulary.offers("s:", STAFF, 5) == {}


def test_another_process_sees_what_was_written(open_index: Opener) -> None:
    reader, writer = open_index(), open_index()
    assert reader.vocabulary.pages(["f:plan"], STAFF) == {}
    writer.write([page(1, "plan")])
    assert reader.vocabulary.pages(["f:plan"], STAFF) == {"f:plan": 1}
