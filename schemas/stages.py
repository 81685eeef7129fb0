# SPDX-License-Identifier: EUPL-1.2
"""The stages of an ingest of which time is kept: what metrics count by."""

from enum import StrEnum


class Stage(StrEnum):
    """What an ingest goes through, in this order."""

    STAGE = "stage"
    """Files copied from the share into the store and read back."""
    PAGES = "pages"
    COMPOSE = "compose"
    DEPOSIT = "deposit"
    INDEX = "index"
    RECONCILE = "reconcile"


class StageOutcome(StrEnum):
    """How a stage's run ended."""

    DONE = "done"
    STOPPED = "stopped"
    """By an error, or since it was asked to stop."""
