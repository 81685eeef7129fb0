# SPDX-License-Identifier: EUPL-1.2
"""What the commands publish, withdraw, classify and access share: arguments, words, and how an outcome is told."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import TypeVar

import click

from arhivar.access.decide import Decided
from arhivar.access.pages import parse_pages
from arhivar.cli.exits import not_empty
from arhivar.cli.main import Context
from arhivar.cli.output import Output
from arhivar.composition import Archive, open_archive
from arhivar.keeping.contents import page_ranges
from arhivar.settings import Settings
from schemas.access import AccessDecision, DecisionKind
from schemas.errors import EXIT_DONE, EXIT_FINDINGS, SearchIndexError
from schemas.messages import Message
from schemas.unit import AccessClass

F = TypeVar("F", bound=Callable[..., object])
Decide = Callable[[Archive, tuple[int, ...] | None], Decided]

CLASSES = {
    AccessClass.PUBLIC: Message(ro="public", en="public"),
    AccessClass.STAFF: Message(ro="intern", en="staff"),
    AccessClass.PERSONAL: Message(ro="personal", en="personal"),
    AccessClass.RESTRICTED: Message(ro="restricționat", en="restricted"),
}
KINDS = {
    DecisionKind.PUBLISH: Message(ro="publicat", en="published"),
    DecisionKind.WITHDRAW: Message(ro="retras de la public", en="withdrawn"),
    DecisionKind.CLASSIFY: Message(ro="clasă dată: {given}", en="class given: {given}"),
    DecisionKind.LOST: Message(
        ro="intrare pierdută din jurnal: închis până la o nouă decizie",
        en="an entry of the journal is lost: closed until decided anew",
    ),
}
_WHOLE = Message(ro="toată unitatea", en="the whole unit")
_SAID = Message(ro="{unit}, {about}: {what}", en="{unit}, {about}: {what}")
_PAGES = Message(ro="paginile {pages}", en="pages {pages}")
_ALREADY = Message(ro="  Era decis deja; nu s-a schimbat nimic.", en="  That stood already; nothing was changed.")
_CLASS = Message(ro="  {name}: paginile {pages}", en="  {name}: pages {pages}")
_OTHERS = Message(
    ro="  Paginile {pages} rămân mai închise: asupra lor s-a decis separat; `--pages` decide din nou.",
    en="  Pages {pages} stay closer: they were decided about on their own; `--pages` decides anew.",
)
_BEHIND = Message(
    ro="  Decizia este în vigoare, dar indexul nu răspunde: îl aduce la zi următorul `arhivar ingest` sau `watch`.",
    en="  The decision is in force, but the index does not answer: the next `arhivar ingest` or `watch` updates it.",
)


def _pages(_context: click.Context, _parameter: click.Parameter, value: str | None) -> tuple[int, ...] | None:
    return None if value is None else parse_pages(value)


def decision_arguments(command: F) -> F:
    """UNIT, --pages, --reason and --json."""
    for decorate in (
        click.option("--json", "as_json", is_flag=True, help="Print JSON."),
        click.option("--reason", required=True, callback=not_empty, help="Why; goes into journal and audit."),
        click.option("--pages", callback=_pages, metavar="LIST", help="Only these pages: 3-7,9 (else the whole unit)."),
        click.argument("unit"),
    ):
        command = decorate(command)
    return command


@contextmanager
def opened(settings: Settings) -> Iterator[Archive]:
    """The archive, also where its index cannot be opened: what is to be closed does not wait for it."""
    with ExitStack() as stack:
        try:
            archive = stack.enter_context(open_archive(settings))
        except SearchIndexError:
            archive = stack.enter_context(open_archive(settings, searches=False))
        yield archive


def decide(context: Context, pages: tuple[int, ...] | None, kind: DecisionKind, run: Decide, *, as_json: bool) -> int:
    """Carry a decision out and tell what it came to; the exit code."""
    output = context.output(as_json=as_json)
    with opened(context.settings) as archive:
        decided = run(archive, pages)
    what = KINDS[kind].say(output.language, {"given": _given(output, decided.decision)})
    output.say(_SAID, unit=decided.reference_code, about=about(output, decided.about), what=what)
    if decided.decision is None:
        output.say(_ALREADY)
    print_classes(output, decided.classes)
    if decided.others:
        output.say(_OTHERS, pages=page_ranges(decided.others))
    if not decided.indexed:
        output.say(_BEHIND)
    output.document(
        {
            "unit": decided.reference_code,
            "unit_id": decided.unit_id,
            "version": decided.version,
            "decision": None if decided.decision is None else decision_document(decided.decision),
            "already": decided.decision is None,
            "access_class": decided.access.access_class,
            "pages": classes_document(decided.classes),
            "indexed": decided.indexed,
        }
    )
    return EXIT_DONE if decided.indexed else EXIT_FINDINGS


def _given(output: Output, decision: AccessDecision | None) -> str:
    return "–" if decision is None else CLASSES[decision.access_class].say(output.language)


def about(output: Output, pages: Iterable[int] | None) -> str:
    """What a decision is about, in words."""
    if pages is None:
        return _WHOLE.say(output.language)
    return _PAGES.say(output.language, {"pages": page_ranges(tuple(pages))})


def print_classes(output: Output, classes: Mapping[AccessClass, tuple[int, ...]]) -> None:
    """Which pages each class has."""
    for one, pages in classes.items():
        output.say(_CLASS, name=CLASSES[one].say(output.language), pages=page_ranges(pages))


def classes_document(classes: Mapping[AccessClass, tuple[int, ...]]) -> dict[str, list[int]]:
    """The same as JSON."""
    return {one.value: list(pages) for one, pages in classes.items()}


def decision_document(decision: AccessDecision) -> dict[str, object]:
    """A decision as JSON, without the masters that it names."""
    return decision.model_dump(mode="json", exclude={"masters", "schema_version", "unit_id"})
