# SPDX-License-Identifier: EUPL-1.2
"""The root of the error tree of `schemas.errors`, and the exit codes that are no error's own."""

from typing import Any, ClassVar

from schemas.messages import Language, Message

EXIT_DONE = 0
EXIT_FINDINGS = 1
EXIT_USAGE = 2
EXIT_BUG = 70


class ArhivarError(Exception):
    """Root of the tree. Fields given by name fill the message and travel between processes with the error."""

    code: ClassVar[str] = "ARH-0000"
    exit_code: ClassVar[int] = EXIT_BUG
    retryable: ClassVar[bool] = False
    message: ClassVar[Message] = Message(ro="Eroare: {detail}", en="Error: {detail}")

    def __init__(self, **fields: object) -> None:
        self.fields = fields
        super().__init__(self.say(Language.EN))

    def say(self, language: Language) -> str:
        """The sentence for people, with its code in front."""
        return f"{self.code}: {self.message.say(language, self.fields)}"

    def __reduce__(self) -> tuple[Any, ...]:
        return (_revive, (type(self), {name: _plain(value) for name, value in self.fields.items()}))


def _revive(kind: type[ArhivarError], fields: dict[str, object]) -> ArhivarError:
    return kind(**fields)


def _plain(value: object) -> object:
    return value if isinstance(value, str | int | float | bool | None) else str(value)
