# SPDX-License-Identifier: EUPL-1.2
"""The families of `schemas.errors` about what Arhivar stands on: external programs, and this machine's disks."""

from schemas.error_root import ArhivarError
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


class MachineError(ArhivarError):
    code = "ARH-9000"
    exit_code = 11
    message = Message(
        ro="Calculatorul nu poate continua lucrul: {detail}.", en="This machine cannot go on working: {detail}."
    )


class DiskFull(MachineError):
    code = "ARH-9001"
    retryable = True
    message = Message(
        ro="Discul pe care se află {where} este plin. Eliberați spațiu, apoi reluați; nimic nu s-a pierdut.",
        en="The disk that holds {where} is full. Make space, then run again; nothing was lost.",
    )


class DiskUnavailable(MachineError):
    code = "ARH-9002"
    retryable = True
    message = Message(
        ro="Discul pe care se află {where} nu răspunde cum trebuie: {detail}. Verificați-l, apoi reluați.",
        en="The disk that holds {where} does not work as it should: {detail}. Check it, then run again.",
    )


class SpaceLow(MachineError):
    code = "ARH-9003"
    retryable = True
    message = Message(
        ro="Pe discul pe care se află {where} mai sunt liberi {free_mib} MiB; preluarea cere cel puțin {least_mib} MiB "
        "(least_free_bytes). Eliberați spațiu, apoi reluați; nimic nou nu a fost început.",
        en="The disk that holds {where} has {free_mib} MiB free; ingest asks for {least_mib} MiB at least "
        "(least_free_bytes). Make space, then run again; nothing new was begun.",
    )
