# SPDX-License-Identifier: EUPL-1.2
"""How much is spent on reading a page."""

from enum import StrEnum


class ReadingLevel(StrEnum):
    """What a page may cost, as set for an archive, a series or one ingest."""

    FAST = "fast"
    """One reader alone."""
    STANDARD = "standard"
    """A second reader on the pages and lines that the first cannot be trusted on."""
    CAREFUL = "careful"
    """A second reader on every page."""
