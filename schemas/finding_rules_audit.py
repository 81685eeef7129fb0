# SPDX-License-Identifier: EUPL-1.2
"""The audit's part of the table of findings (`schemas.finding_rules`)."""

from schemas.finding_codes import FindingCode, FindingRule, Severity
from schemas.messages import Message

_BACKUP = Message(
    ro="Aduceți catalogul înapoi din cea mai nouă copie de siguranță; dacă nu era pierdut, aflați cine a scris în el.",
    en="Bring the catalogue back from its newest backup; if it was not lost, find out who wrote to it.",
)
_COMPARE = Message(
    ro="Comparați înregistrarea cu cea din copia de siguranță a catalogului și aflați cine a scris în el.",
    en="Compare the record with the one in the catalogue's backup, and find out who wrote to the catalogue.",
)
_STORE = Message(
    ro="Restaurați sigiliul din replică sau din copia de siguranță și aflați cine a scris în depozit.",
    en="Restore the head from the replica or the backup, and find out who wrote to the store.",
)

AUDIT_FINDINGS: dict[FindingCode, FindingRule] = {
    FindingCode.AUDIT_RECORD_MISSING: FindingRule(
        Severity.NOTE,
        Message(
            ro="Din jurnalul de audit lipsesc înregistrările {first}–{last}.",
            en="The audit lacks the records {first}–{last}.",
        ),
        _BACKUP,
    ),
    FindingCode.AUDIT_RECORD_ALTERED: FindingRule(
        Severity.NOTE,
        Message(
            ro="Înregistrarea {sequence} din jurnalul de audit a fost modificată: nu corespunde amprentei sale.",
            en="The audit's record {sequence} was altered: it does not match its hash.",
        ),
        _COMPARE,
    ),
    FindingCode.AUDIT_CHAIN_BROKEN: FindingRule(
        Severity.NOTE,
        Message(
            ro="Înregistrarea {sequence} din jurnalul de audit nu se leagă de cele vecine: una a fost modificată, "
            "mutată sau adăugată pe ascuns.",
            en="The audit's record {sequence} does not fit its neighbours: one was altered, moved or slipped in.",
        ),
        _COMPARE,
    ),
    FindingCode.AUDIT_BATCH_DIFFERS: FindingRule(
        Severity.NOTE,
        Message(
            ro="Înregistrările {first}–{last} din jurnalul de audit nu sunt cele sigilate (sigiliul {batch}).",
            en="The audit's records {first}–{last} are not those that were sealed (head {batch}).",
        ),
        _COMPARE,
    ),
    FindingCode.AUDIT_HEAD_MISSING: FindingRule(
        Severity.NOTE,
        Message(
            ro="Din depozit lipsește sigiliul {batch} al jurnalului de audit.",
            en="The store lacks the audit's head {batch}.",
        ),
        _STORE,
    ),
    FindingCode.AUDIT_HEAD_FORGED: FindingRule(
        Severity.NOTE,
        Message(
            ro="Sigiliul {batch} al jurnalului de audit („{file}”) nu poate fi crezut: {problem_ro}.",
            en="The audit's head {batch} ('{file}') cannot be believed: {problem_en}.",
        ),
        _STORE,
    ),
    FindingCode.AUDIT_KEY_UNKNOWN: FindingRule(
        Severity.NOTE,
        Message(
            ro="Sigiliul {batch} al jurnalului de audit poartă cheia {key}, care nu este a acestei arhive.",
            en="The audit's head {batch} bears the key {key}, which is not this archive's.",
        ),
        Message(
            ro="Aduceți înapoi cheia arhivei; o cheie înlocuită se declară cu `arhivar audit --new-key`.",
            en="Bring the archive's key back; a key in another's place is declared by `arhivar audit --new-key`.",
        ),
    ),
}
