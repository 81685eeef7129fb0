# SPDX-License-Identifier: EUPL-1.2
"""What `OcflRepository.verify` says: data, which can be told by file, version and page."""

from dataclasses import dataclass
from enum import StrEnum


class Problem(StrEnum):
    """How a file of an object differs from what its inventories say."""

    TORN = "does not belong to the head: a writer was killed"
    MISSING = "is missing"
    UNNAMED = "is named by no inventory"
    DAMAGED = "does not match its digest"
    UNREADABLE = "cannot be read"
    UNSEALED = "does not match its sidecar"
    NOT_THE_HEAD = "is not that of the newest version"
    NOT_DECLARED = "does not declare an OCFL 1.1 object"


@dataclass(frozen=True, slots=True)
class OcflDifference:
    """One difference; as text, a sentence."""

    path: str
    """From the object's root."""
    problem: Problem
    uses: tuple[tuple[int, str], ...] = ()
    """For content: the versions and logical paths that it stands for, newest first."""

    def __str__(self) -> str:
        return f"{self.path} {self.problem.value}"
