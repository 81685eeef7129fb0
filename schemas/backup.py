# SPDX-License-Identifier: EUPL-1.2
"""What a backup says of itself: ``manifest.json``, written last."""

from typing import Annotated, Literal

from pydantic import Field

from schemas.base import Record, UtcTime


class BackupFile(Record):
    """One file of a backup."""

    path: Annotated[str, Field(pattern=r"^(keys/)?[A-Za-z0-9_][A-Za-z0-9._-]*$")]
    size_bytes: int = Field(ge=0)
    sha512: Annotated[str, Field(pattern=r"^[0-9a-f]{128}$")]


class BackupManifest(Record):
    """A backup: when and by what it was made, and its files."""

    format: Literal[1] = 1
    made_at: UtcTime
    program: str = Field(description="version of Arhivar that made it")
    revision: str = Field(description="of the catalogue")
    units: int = Field(ge=0, description="in the catalogue")
    files: tuple[BackupFile, ...]
