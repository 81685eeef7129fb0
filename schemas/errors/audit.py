# SPDX-License-Identifier: EUPL-1.2
"""The audit."""

from schemas.errors.root import ArhivarError
from schemas.messages import Message


class AuditError(ArhivarError):
    code = "ARH-9000"
    exit_code = 11
    message = Message(ro="Jurnalul de audit a eșuat: {detail}.", en="The audit failed: {detail}.")


class AuditKeyMissing(AuditError):
    code = "ARH-9001"
    message = Message(
        ro="Cheia jurnalului de audit {file} lipsește. Aduceți-o înapoi din copia ei; dacă este pierdută, faceți "
        "alta cu `arhivar audit --new-key --reason …`.",
        en="The audit's key {file} is missing. Bring it back from its copy; if it is lost, make another one with "
        "`arhivar audit --new-key --reason …`.",
    )


class AuditKeyUnsafe(AuditError):
    code = "ARH-9002"
    message = Message(
        ro="Cheia jurnalului de audit {file} poate fi citită sau scrisă de alții (drepturi {mode}). Rulați "
        "`chmod 600`, apoi faceți alta cu `arhivar audit --new-key --reason …` dacă a fost văzută.",
        en="The audit's key {file} can be read or written by others (mode {mode}). Run `chmod 600`, and make another "
        "one with `arhivar audit --new-key --reason …` if it was seen.",
    )


class AuditKeyUnreadable(AuditError):
    code = "ARH-9003"
    message = Message(
        ro="Cheia jurnalului de audit {file} nu poate fi folosită: {detail}. Aduceți-o înapoi din copia ei.",
        en="The audit's key {file} cannot be used: {detail}. Bring it back from its copy.",
    )


class AuditBroken(AuditError):
    code = "ARH-9004"
    message = Message(
        ro="Jurnalul de audit nu poate fi sigilat: {detail}. Rulați `arhivar verify` și aflați cine a scris în el.",
        en="The audit cannot be sealed: {detail}. Run `arhivar verify` and find out who wrote to it.",
    )
