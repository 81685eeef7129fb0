# SPDX-License-Identifier: EUPL-1.2
"""The base of every record that crosses rooms: frozen, strict about names, stable as JSON."""

from datetime import UTC, datetime
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict


class Record(BaseModel):
    """A frozen record. Unknown fields are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)

    def to_json(self) -> bytes:
        """The record as UTF-8 JSON, two spaces deep, fields in declared order: same record, same bytes."""
        return (self.model_dump_json(indent=2, exclude_none=True) + "\n").encode()

    def to_line(self) -> str:
        """The same on one line without a line end, for where nobody reads it but `from_json`."""
        return self.model_dump_json(exclude_none=True)

    @classmethod
    def from_json(cls, data: bytes | str) -> Self:
        """Read what `to_json` or `to_line` wrote. Raises `pydantic.ValidationError`."""
        return cls.model_validate_json(data)


def _aware(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("a time needs its zone")
    return value.astimezone(UTC)


UtcTime = Annotated[datetime, AfterValidator(_aware)]
