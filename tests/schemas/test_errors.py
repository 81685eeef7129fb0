# SPDX-License-Identifier: EUPL-1.2
import pickle
import re
import string

import pytest

from schemas import errors
from schemas.errors import ArhivarError, all_errors
from schemas.messages import Language

CLASSES = all_errors()


def _fields(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


def test_every_error_has_its_own_code() -> None:
    codes = [kind.code for kind in CLASSES]
    assert len(codes) == len(set(codes))
    assert all(re.fullmatch(r"ARH-\d{4}", code) for code in codes)


def test_the_tree_drawn_in_the_docstring_is_the_tree() -> None:
    drawn = errors.__doc__ or ""
    assert {kind.__name__ for kind in CLASSES} == set(re.findall(r"\b[A-Z]\w+(?<!Language)\b", drawn)) & {
        kind.__name__ for kind in CLASSES
    }


def test_a_family_shares_one_exit_code() -> None:
    families = ArhivarError.__subclasses__()
    exits = [family.exit_code for family in families]
    assert len(exits) == len(set(exits))
    for family in families:
        assert {kind.exit_code for kind in family.__subclasses__()} <= {family.exit_code}


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_both_languages_name_the_same_things(kind: type[ArhivarError]) -> None:
    def shared(template: str) -> set[str]:
        return {name.removesuffix("_ro").removesuffix("_en") for name in _fields(template)}

    assert shared(kind.message.ro) == shared(kind.message.en)


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_an_error_travels_between_processes_whole(kind: type[ArhivarError]) -> None:
    fields = {name: f"<{name}>" for name in _fields(kind.message.en) | _fields(kind.message.ro)}
    error = pickle.loads(pickle.dumps(kind(**fields)))  # noqa: S301 - our own pickle
    assert type(error) is kind
    for language in Language:
        said = error.say(language)
        assert said.startswith(kind.code)
        assert "?" not in said.replace("<", "").replace(">", "") or "{" not in said


def test_a_message_without_its_fields_still_speaks() -> None:
    assert errors.ToolMissing().say(Language.RO).startswith("ARH-8001")
