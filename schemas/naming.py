# SPDX-License-Identifier: EUPL-1.2
"""How two spellings of one name are recognised as the same."""

import re
import unicodedata

FOLDER_KEY_LENGTH = 500
"""Most characters of a `folder_key`; two names that differ only after it count as the same."""

_SEPARATORS = re.compile(r"[\W_]+")


def folder_key(name: str) -> str:
    """What is left of a name when it has been a folder's: ``LU/CP/1987/14`` and ``lu-cp-1987-14`` have one key.

    Reference codes hold ``/`` and other signs that folders cannot, and shares change case and lose diacritics. So only
    letters and digits count: without case and diacritics, with ``-`` wherever anything else stood between them. Empty
    where the name holds neither letter nor digit.
    """
    bare = _without_marks(_without_marks(name).casefold())
    return _SEPARATORS.sub("-", bare).strip("-")[:FOLDER_KEY_LENGTH]


def _without_marks(text: str) -> str:
    return "".join(one for one in unicodedata.normalize("NFKD", text) if not unicodedata.combining(one))
