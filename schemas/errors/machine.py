# SPDX-License-Identifier: EUPL-1.2
"""This machine: its work area and temporary files."""

from schemas.errors.root import ArhivarError
from schemas.messages import Message


class MachineError(ArhivarError):
    code = "ARH-9200"
    exit_code = 13
    message = Message(
        ro="Calculatorul nu poate continua lucrul: {detail}.", en="This machine cannot go on working: {detail}."
    )


class DiskFull(MachineError):
    code = "ARH-9201"
    retryable = True
    message = Message(
        ro="Discul pe care se află {where} este plin. Eliberați spațiu, apoi reluați; nimic nu s-a pierdut.",
        en="The disk that holds {where} is full. Make space, then run again; nothing was lost.",
    )


class DiskUnavailable(MachineError):
    code = "ARH-9202"
    retryable = True
    message = Message(
        ro="Discul pe care se află {where} nu răspunde cum trebuie: {detail}. Verificați-l, apoi reluați.",
        en="The disk that holds {where} does not work as it should: {detail}. Check it, then run again.",
    )


class SpaceLow(MachineError):
    code = "ARH-9203"
    retryable = True
    message = Message(
        ro="Pe discul pe care se află {where} mai sunt liberi {free_mib} MiB; preluarea cere cel puțin {least_mib} MiB "
        "(least_free_bytes). Eliberați spațiu, apoi reluați; nimic nou nu a fost început.",
        en="The disk that holds {where} has {free_mib} MiB free; ingest asks for {least_mib} MiB at least "
        "(least_free_bytes). Make space, then run again; nothing new was begun.",
    )
