# SPDX-License-Identifier: EUPL-1.2
"""What decisions come to, page by page, for whatever history and whatever rescans."""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from arhivar.access.effective import stand, unit_access
from schemas.access import OPEN_FIRST, AccessDecision, DecisionKind, strictest
from schemas.unit import AccessClass

PUBLIC, STAFF, PERSONAL, RESTRICTED = AccessClass
Kind = DecisionKind
NOW = datetime(2025, 3, 4, tzinfo=UTC)


def decision(
    kind: DecisionKind,
    given_class: AccessClass,
    masters: Sequence[str],
    pages: Sequence[int] | None = None,
    before: AccessClass = STAFF,
) -> AccessDecision:
    return AccessDecision(
        unit_id=UUID(int=1),
        number=1,
        kind=kind,
        access_class=given_class,
        before=before,
        pages=None if pages is None else tuple(pages),
        version=1,
        masters=dict(enumerate(masters, start=1)),
        reason="?",
        by="?",
        at=NOW,
    )


def come_to(
    decisions: Sequence[AccessDecision], masters: Sequence[str], described: AccessClass = STAFF
) -> list[AccessClass]:
    return list(stand(decisions, described, dict(enumerate(masters, start=1))).pages.values())


def test_a_description_that_says_public_is_taken_as_staff() -> None:
    assert come_to([], "ab", PUBLIC) == [STAFF, STAFF]
    assert come_to([], "ab", PERSONAL) == [PERSONAL, PERSONAL]


def test_what_was_stricter_than_staff_before_it_was_published_is_so_again() -> None:
    published = decision(Kind.PUBLISH, PUBLIC, "ab", before=PERSONAL)
    assert come_to([published], "abc") == [PUBLIC, PUBLIC, PERSONAL], "the rescan's description knows of nothing"
    assert come_to([published, decision(Kind.WITHDRAW, STAFF, "ab", before=PUBLIC)], "abc") == [PERSONAL] * 3


def test_of_pages_that_look_the_same_the_one_of_the_number_is_meant() -> None:
    opened = decision(Kind.PUBLISH, PUBLIC, "xax", [3])
    assert come_to([opened], "xax") == [STAFF, STAFF, PUBLIC]


def test_of_pages_that_look_the_same_and_moved_all_are_closed_and_none_is_opened() -> None:
    closed = decision(Kind.CLASSIFY, RESTRICTED, "xax", [3])
    assert come_to([closed], "bxaxb") == [STAFF, RESTRICTED, STAFF, RESTRICTED, STAFF]
    assert come_to([decision(Kind.PUBLISH, PUBLIC, "xax", [3])], "bxax") == [STAFF, STAFF, STAFF, STAFF]
    assert come_to([decision(Kind.PUBLISH, PUBLIC, "xax", [1, 3])], "bxax") == [STAFF, PUBLIC, STAFF, PUBLIC]


def test_a_page_that_is_scanned_again_is_as_closed_as_it_was_and_no_other() -> None:
    history = [decision(Kind.PUBLISH, PUBLIC, "abc"), decision(Kind.CLASSIFY, PERSONAL, "abc", [2], PUBLIC)]
    assert come_to(history, "aBc") == [PUBLIC, PERSONAL, PUBLIC]
    assert come_to([*history, decision(Kind.CLASSIFY, STAFF, "aBc", [2], PUBLIC)], "aBc") == [PUBLIC, STAFF, PUBLIC]
    assert come_to([*history, decision(Kind.PUBLISH, PUBLIC, "aBc", None, PUBLIC)], "aBc")[1] is PERSONAL


def test_a_withdrawn_page_that_is_scanned_again_is_not_public_when_the_unit_is_published_again() -> None:
    history = [decision(Kind.PUBLISH, PUBLIC, "abc"), decision(Kind.WITHDRAW, STAFF, "abc", [2], PUBLIC)]
    assert come_to([*history, decision(Kind.PUBLISH, PUBLIC, "aBc", None, PUBLIC)], "aBc") == [PUBLIC, STAFF, PUBLIC]


def test_after_a_lost_entry_everything_is_closed_and_opened_page_by_page() -> None:
    lost = decision(Kind.LOST, RESTRICTED, "")
    published = decision(Kind.PUBLISH, PUBLIC, "ab", before=RESTRICTED)
    assert come_to([decision(Kind.PUBLISH, PUBLIC, "ab"), lost], "abc") == [RESTRICTED] * 3
    assert come_to([lost, published], "ab") == [RESTRICTED] * 2
    assert come_to([lost, decision(Kind.CLASSIFY, STAFF, "ab", [2])], "ab") == [RESTRICTED, STAFF]


VERSIONS = st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=5, unique=True)
GIVEN = st.sampled_from(
    [
        (Kind.PUBLISH, PUBLIC),
        (Kind.WITHDRAW, STAFF),
        (Kind.CLASSIFY, STAFF),
        (Kind.CLASSIFY, PERSONAL),
        (Kind.CLASSIFY, RESTRICTED),
    ]
)


@st.composite
def histories(draw: st.DrawFn) -> list[AccessDecision]:
    """Decisions as they are taken, each about the version that there was then."""
    taken: list[AccessDecision] = []
    for _ in range(draw(st.integers(0, 6))):
        masters = draw(VERSIONS)
        kind, access_class = draw(GIVEN)
        pages = draw(st.none() | st.sets(st.integers(1, len(masters)), min_size=1))
        before = stand(taken, STAFF, dict(enumerate(masters, start=1))).unit
        taken.append(decision(kind, access_class, masters, None if pages is None else sorted(pages), before))
    return taken


@given(histories(), VERSIONS)
def test_nothing_is_public_but_what_was_published_by_the_last_decision_about_it(
    taken: list[AccessDecision], masters: list[str]
) -> None:
    last: dict[str, DecisionKind] = {}
    for one in taken:
        for number, master in one.masters.items():
            if one.pages is None or number in one.pages:
                last[master] = one.kind
    found = dict(zip(masters, come_to(taken, masters), strict=True))
    assert {m for m, access_class in found.items() if access_class is PUBLIC} <= {
        m for m, kind in last.items() if kind is Kind.PUBLISH
    }


@given(histories(), VERSIONS, GIVEN, st.none() | st.sets(st.integers(1, 5), min_size=1))
def test_a_decision_does_what_it_says_and_meanwhile_the_stricter_holds(
    taken: list[AccessDecision],
    masters: list[str],
    chosen: tuple[DecisionKind, AccessClass],
    numbers: set[int] | None,
) -> None:
    kind, access_class = chosen
    pages = None if numbers is None else sorted({min(number, len(masters)) for number in numbers})
    here = dict(enumerate(masters, start=1))
    before = stand(taken, STAFF, here)
    next_one = decision(kind, access_class, masters, pages, before.unit)
    after = stand([*taken, next_one], STAFF, here)
    assert stand([*taken, next_one, next_one], STAFF, here).pages == after.pages, "twice is once"
    meanwhile = unit_access(before, 1, 1, meanwhile=after)
    for number in here:
        assert meanwhile.page(1, number) is strictest((before.page(number), after.page(number)))
        if pages is not None and number not in pages:
            assert after.page(number) is before.page(number)
        elif kind is Kind.WITHDRAW:
            assert after.page(number) is not PUBLIC
            assert before.page(number) is PUBLIC or after.page(number) is before.page(number)
        elif pages is not None:
            assert after.page(number) is access_class
        else:
            assert OPEN_FIRST.index(after.page(number)) >= OPEN_FIRST.index(access_class)


@given(histories(), VERSIONS)
def test_what_the_catalogue_keeps_says_the_same(taken: list[AccessDecision], masters: list[str]) -> None:
    standing = stand(taken, STAFF, dict(enumerate(masters, start=1)))
    kept = unit_access(standing, 3, len(taken))
    assert {number: kept.page(3, number) for number in standing.masters} == standing.pages
    closest = strictest(standing.pages.values())
    for number in standing.masters:
        assert OPEN_FIRST.index(kept.page(4, number)) >= OPEN_FIRST.index(closest)
        assert kept.page(4, number) is not PUBLIC
