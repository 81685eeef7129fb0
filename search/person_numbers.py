# SPDX-License-Identifier: EUPL-1.2
"""Whether a query holds what looks like a personal numeric code (CNP), so that it is kept out of addresses and logs.

A CNP has 13 digits: sex and century (1 to 8), year, month and day of birth, county, serial number and a check digit
(OUG 97/2005, art. 6; Legea 105/1996). The check digit is not looked at: a code with one digit mistyped is as personal.
"""

import re
from collections.abc import Iterator

from search.analysis import fold, tokenise
from search.clauses import Prefix, Query
from search.dates import is_day, is_number

_RUNS = re.compile(r"[0-9]+|[^0-9]+")
_DIGITS = 13
_TELLING = 9
"""A beginning of so many digits names the county of birth beside the day."""


def names_person(query: Query) -> bool:
    """Whether somewhere in the query, in words, phrases, fields or exclusions, 13 digits look like a CNP.

    They may stand in groups (``1 850101 123456``) or after letters (``CNP1850101123456``); of a beginning (``word*``)
    nine digits are enough.
    """
    runs: list[str] = []
    for item in query.items:
        found = list(_digit_runs(str(item)))
        if isinstance(item.clause, Prefix) and found and _begins_code(found[-1], at_least=_TELLING):
            return True
        runs += found
    return any(_begins_code(code) for code in _joined(runs))


def _digit_runs(text: str) -> Iterator[str]:
    """Digits side by side, in order; an empty run where letters come between."""
    for token in tokenise(text):
        for run in _RUNS.findall(fold(token.text)):
            yield run if is_number(run) else ""


def _joined(runs: list[str]) -> Iterator[str]:
    """Neighbouring runs that have 13 digits together."""
    for start in range(len(runs)):
        code = ""
        for run in runs[start:]:
            code += run
            if not run or len(code) >= _DIGITS:
                break
        if len(code) == _DIGITS:
            yield code


def _begins_code(digits: str, at_least: int = _DIGITS) -> bool:
    return at_least <= len(digits) <= _DIGITS and digits[0] in "12345678" and is_day(int(digits[3:5]), int(digits[5:7]))
