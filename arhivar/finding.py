# SPDX-License-Identifier: EUPL-1.2
"""Search over an open archive: the index finds pages, the store gives the words' places."""

from collections.abc import Sequence
from uuid import UUID

from arhivar.composition import Archive
from arhivar.package import alto_path
from arhivar.steps.index import read_lines
from schemas.errors import ObjectMissing
from schemas.page import Line
from search.service import SearchService


def open_search(archive: Archive) -> SearchService:
    """The search service of this archive."""

    def lines_of(unit_id: UUID, version: int, page: int) -> Sequence[Line]:
        try:
            return read_lines(archive, unit_id, alto_path(page), version)
        except ObjectMissing:  # the index may be ahead of or behind the store; a hit without marks is still a hit
            return ()

    return SearchService(archive.index, lines_of)
