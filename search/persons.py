# SPDX-License-Identifier: EUPL-1.2
"""Whether a text names a person by the personal number (CNP: 13 digits; Legea 105/1996, art. 5)."""

import re

_SHAPE = re.compile(r"(?<!\d)[1-9](?:[ .\-/\u00a0]?\d){12}(?!\d)")


def names_person(text: str) -> bool:
    """True where 13 digits stand together, also with single signs or spaces between them.

    Dates and check digits are not asked: a number that was mistyped names a person as well.
    """
    return _SHAPE.search(text) is not None
