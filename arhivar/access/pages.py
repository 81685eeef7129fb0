# SPDX-License-Identifier: EUPL-1.2
"""Page numbers as people write them: ``3-7, 9``."""

import re

from schemas.errors import PagesMalformed

MAX_PAGES = 10_000
"""No unit has so many; a longer list is a slip."""

_RUN = re.compile(r"\s*([0-9]{1,5})\s*(?:[-–]\s*([0-9]{1,5})\s*)?")
_SHOWN = 100


def parse_pages(text: str) -> tuple[int, ...]:
    """The pages of ``3-7,9``, ascending, each once. Raises PagesMalformed where it is no such list."""
    found: set[int] = set()
    for part in text.split(","):
        run = _RUN.fullmatch(part)
        first, last = (0, 0) if run is None else (int(run.group(1)), int(run.group(2) or run.group(1)))
        if not 1 <= first <= last <= MAX_PAGES:
            raise PagesMalformed(text=text[:_SHOWN], most=MAX_PAGES)
        found.update(range(first, last + 1))
    return tuple(sorted(found))
