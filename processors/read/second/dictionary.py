# SPDX-License-Identifier: EUPL-1.2
"""The dictionary by which two readings of a word are compared."""

from functools import partial

from processors.read.lexicon import knows
from processors.read.second.spell import Knows


def dictionary(language: str) -> Knows:
    """Whether a word is one of `language` (Tesseract's name), in today's spelling or an older one."""
    return partial(knows, language=language)
