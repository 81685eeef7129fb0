# SPDX-License-Identifier: EUPL-1.2
"""The one spelling of characters that is indexed, put into PDF and ALTO, and compared.

Tesseract's Romanian model, trained on text of all ages, says ş ţ with cedilla (U+015F, U+0163) for most ș ț
(U+0219, U+021B, comma below), sometimes both on one page. Romanian is written with the comma.
"""

import re
import unicodedata
from collections.abc import Sequence

ROMANIAN = "ron"

_CEDILLA = "\N{COMBINING CEDILLA}"
_COMMA = "\N{COMBINING COMMA BELOW}"
_TELLTALE = re.compile("[şţŞŢ\N{COMBINING CEDILLA}]")


def normalise(text: str, languages: Sequence[str]) -> str:
    """`text` in NFC and, where Romanian is among `languages`, with comma-below ș ț. Twice gives the same as once."""
    composed = unicodedata.normalize("NFC", text)
    if ROMANIAN not in languages or not _TELLTALE.search(composed):
        return composed
    # On the decomposed form, since marks may stand between letter and cedilla, and recomposing may bring one back.
    pieces: list[str] = []
    base = ""
    for character in unicodedata.normalize("NFD", composed):
        if not unicodedata.combining(character):
            base = character
        pieces.append(_COMMA if character == _CEDILLA and base in "sStT" else character)
    return unicodedata.normalize("NFC", "".join(pieces))
