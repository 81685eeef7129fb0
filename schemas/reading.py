# SPDX-License-Identifier: EUPL-1.2
"""How much is spent on reading a page, and how much of its look is kept."""

from enum import StrEnum


class ReadingLevel(StrEnum):
    """What a page may cost, as set for an archive, a series or one ingest."""

    FAST = "fast"
    """One reader alone."""
    STANDARD = "standard"
    """A second reader on the pages and lines that the first cannot be trusted on."""
    CAREFUL = "careful"
    """A second reader on every page."""


class Fidelity(StrEnum):
    """What the access PDF keeps of a page's look."""

    ACCESS = "access"
    """What stands on the page, sharp; paper and its grain only roughly."""
    HIGH = "high"
    """The page as one picture, with paper, pressure and corrections."""
