# SPDX-License-Identifier: EUPL-1.2
"""Other forms of a Romanian word that an index may have: its stem, and what may follow the stem.

An index has stems among its keys: whether one is there under a misread stem is one question, and which words those are
is as many as there are endings.
"""

from functools import lru_cache

from search.analysis import DEFAULT_LANGUAGE, page_keys

STEM = f"{DEFAULT_LANGUAGE}:"
MIN_STEM = 5
"""Shorter stems are too often of other words."""

_ENDINGS = """
    a e i u ul ului lui le lor ei ii iei ea ia ie iul iului ile ilor ele elor iile iilor uri urile urilor
    are area arii arilor arile ari at ata ate ati atul atei atie atia atiei atii atiile atiilor
    ire irea irii it ita ite iti iul ere erea eri ut uta ute uti ator atoare atori atorul atorului
    al ala ale ali ic ica ice ici ist ista iste isti
"""
ENDINGS = ("", *dict.fromkeys(_ENDINGS.split()))


@lru_cache(maxsize=4_000)
def stem_of(word: str) -> str | None:
    """The longest stem of a folded word, without its tag; None where it is short."""
    stems = [key.removeprefix(STEM) for key in page_keys(word, DEFAULT_LANGUAGE) if key.startswith(STEM)]
    longest = max(stems, key=lambda stem: (len(stem), stem), default="")
    return longest if len(longest) >= MIN_STEM else None


def forms_of(stem: str) -> list[str]:
    """What words of this stem may be written as, folded."""
    return [stem + ending for ending in ENDINGS]
