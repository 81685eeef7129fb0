# SPDX-License-Identifier: EUPL-1.2
"""Which capture each page of a unit is: a page *is* (ingest, sequence), whatever number it has in the unit."""

from collections.abc import Iterable
from typing import NamedTuple

from schemas.ingest import Manifest


class Origin(NamedTuple):
    """The identity of a page; `sequence` is its number within the ingest, from 1."""

    ingest_id: str
    sequence: int

    def __str__(self) -> str:
        return f"{self.ingest_id}/{self.sequence}"


def page_origins(manifests: Iterable[Manifest]) -> dict[int, Origin]:
    """By number in the unit, the capture that a version must show there, recounted from what intakes captured.

    `manifests` are those that the version is made of, in the order of their deposits: a whole unit, then its parts.
    A whole one leaves nothing of those before it.
    """
    origins: dict[int, Origin] = {}
    for manifest in manifests:
        if manifest.base_version is None:
            origins = {}
        for page in manifest.pages:
            origins[manifest.place(page.number)] = Origin(manifest.ingest_id, page.number)
    return origins
