# SPDX-License-Identifier: EUPL-1.2
"""Whether a text names a person by a personal numeric code (CNP), so that it is kept out of addresses and logs.

A CNP has 13 digits: sex and century (1 to 8), year, month and day of birth, county, serial number and a check digit
(OUG 97/2005, art. 6; Legea 105/1996, art. 5). The check digit is not looked at: a code with one digit mistyped is as
personal.
"""

import re
import unicodedata

from search.dates import is_day

_CODE = re.compile(r"(?<![0-9])(?=([1-8](?:[\W_]{0,2}[0-9]){12})(?![0-9]))")
_BEGUN = re.compile(r"(?<![0-9])([1-8][0-9]{8,11})\*")
"""A beginning of nine digits names the county of birth beside the day."""


def names_person(text: str) -> bool:
    """Whether somewhere in what was typed 13 digits look like a CNP, side by side or in groups (``1 850101 123456``),
    or nine of them with a star (``185010112*``).
    """
    plain = unicodedata.normalize("NFKC", text)
    return any(_has_day(found[1]) for shape in (_CODE, _BEGUN) for found in shape.finditer(plain))


def _has_day(code: str) -> bool:
    digits = [char for char in code if char.isdigit()]
    return is_day(int("".join(digits[3:5])), int("".join(digits[5:7])))
