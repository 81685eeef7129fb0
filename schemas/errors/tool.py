# SPDX-License-Identifier: EUPL-1.2
"""An external program."""

from schemas.errors.root import ArhivarError
from schemas.messages import Message


class ToolError(ArhivarError):
    code = "ARH-8000"
    exit_code = 10
    message = Message(
        ro="Programul extern {tool} a eșuat: {detail}.", en="The external program {tool} failed: {detail}."
    )


class ToolMissing(ToolError):
    code = "ARH-8001"
    message = Message(
        ro="Programul {tool} lipsește ({detail}). Rulați `make setup`.",
        en="The program {tool} is missing ({detail}). Run `make setup`.",
    )


class ToolFailed(ToolError):
    code = "ARH-8002"
    retryable = True
    message = Message(
        ro="Programul {tool} s-a încheiat cu codul {status}; ultimele cuvinte: {detail}",
        en="The program {tool} ended with status {status}; its last words: {detail}",
    )


class ToolTimeout(ToolError):
    code = "ARH-8003"
    retryable = True
    message = Message(
        ro="Programul {tool} nu a terminat în {seconds} s și a fost oprit.",
        en="The program {tool} did not finish within {seconds} s and was stopped.",
    )
