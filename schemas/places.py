# SPDX-License-Identifier: EUPL-1.2
"""Places and streets by all their names: in the languages of their people, and as they were called over time."""

from enum import StrEnum
from typing import Self

from pydantic import Field, model_validator

from schemas.base import Record
from schemas.drop import LanguageCode, Name


class PlaceKind(StrEnum):
    """What has the name."""

    PLACE = "place"
    STREET = "street"


class PlaceName(Record):
    """One name of a place or a street. What has several names has a row for each, under the same id."""

    id: Name = Field(description="the same for all names of one place or street")
    kind: PlaceKind = PlaceKind.PLACE
    name: Name
    language: LanguageCode | None = Field(default=None, description="in which people say it")
    year_from: int | None = Field(default=None, ge=1, le=9999, description="first year as the official name")
    year_to: int | None = Field(default=None, ge=1, le=9999, description="last year as the official name")
    within: Name | None = Field(default=None, description="id of the place that it lies in")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.year_from is not None and self.year_to is not None and self.year_from > self.year_to:
            raise ValueError("the first year comes after the last")
        return self
