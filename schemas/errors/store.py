# SPDX-License-Identifier: EUPL-1.2
"""Object store, preservation packages and the replica."""

from schemas.errors.root import ArhivarError
from schemas.messages import Message


class StoreError(ArhivarError):
    code = "ARH-5000"
    exit_code = 7
    message = Message(ro="Depozitul a eșuat: {detail}.", en="The store failed: {detail}.")


class KeyInvalid(StoreError):
    code = "ARH-5001"
    message = Message(
        ro="„{key}” nu poate fi nume în depozit: {detail}.",
        en="'{key}' cannot be a name in the store: {detail}.",
    )


class ObjectMissing(StoreError):
    code = "ARH-5002"
    message = Message(
        ro="În depozit lipsește {key}. Rulați `arhivar status` și verificați depozitul.",
        en="The store lacks {key}. Run `arhivar status` and check the store.",
    )


class ObjectExists(StoreError):
    code = "ARH-5003"
    message = Message(
        ro="În depozit există deja {key} cu alt conținut; nimic nu a fost suprascris.",
        en="The store already holds {key} with other content; nothing was overwritten.",
    )


class ObjectDamaged(StoreError):
    code = "ARH-5004"
    message = Message(
        ro="Conținutul {key} nu corespunde amprentei sale ({detail}). Restaurați-l din copie.",
        en="The content of {key} does not match its digest ({detail}). Restore it from a copy.",
    )


class StoreFull(StoreError):
    code = "ARH-5005"
    retryable = True
    message = Message(
        ro="Depozitul {where} este plin. Eliberați spațiu, apoi reluați; nimic nu s-a pierdut.",
        en="The store {where} is full. Make space, then run again; nothing was lost.",
    )


class StoreUnavailable(StoreError):
    code = "ARH-5006"
    retryable = True
    message = Message(
        ro="Depozitul {where} nu răspunde: {detail}. Verificați-l, apoi reluați.",
        en="The store {where} does not answer: {detail}. Check it, then run again.",
    )


class PackageInvalid(StoreError):
    code = "ARH-5007"
    message = Message(
        ro="Pachetul unității {unit} nu este valid: {detail}.",
        en="The package of unit {unit} is not valid: {detail}.",
    )


class ObjectChanged(StoreError):
    code = "ARH-5008"
    retryable = True
    message = Message(
        ro="În depozit, {key} a fost schimbat între timp de alt proces; nimic nu a fost suprascris. Reluați.",
        en="In the store, another process has changed {key} meanwhile; nothing was overwritten. Run again.",
    )


class ReplicaMissing(StoreError):
    code = "ARH-5010"
    retryable = True
    message = Message(
        ro="Replica {where} nu răspunde: {detail}. Montați-i discul; o replică nouă se creează cu "
        "`arhivar replicate --init`.",
        en="The replica {where} does not answer: {detail}. Mount its disk; a new replica is made by "
        "`arhivar replicate --init`.",
    )
