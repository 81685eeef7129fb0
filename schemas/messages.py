# SPDX-License-Identifier: EUPL-1.2
"""Sentences that people read, in Romanian and English, as templates.

Romanian comes first: it is what the archive's staff read. Templates take named fields (``{file}``).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Language(StrEnum):
    """Language of the user interface (ISO 639-1)."""

    RO = "ro"
    EN = "en"


@dataclass(frozen=True, slots=True)
class Message:
    """One sentence in each language of the user interface."""

    ro: str
    en: str

    def say(self, language: Language, fields: Mapping[str, object] | None = None) -> str:
        """Fill the template; a field that is missing shows as ``?`` and never raises."""
        return getattr(self, language.value).format_map(_Lenient(fields or {}))  # type: ignore[no-any-return]


class _Lenient(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return "?"
