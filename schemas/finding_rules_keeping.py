# SPDX-License-Identifier: EUPL-1.2
"""Findings about repairs and the replica: what they say and what to do next."""

from schemas.finding_codes import FindingCode, FindingRule, Severity
from schemas.messages import Message

KEEPING_FINDINGS: dict[FindingCode, FindingRule] = {
    FindingCode.FILE_REPAIRED: FindingRule(
        Severity.NOTE,
        Message(
            ro="„{file}” din pachet a fost reparat din: {origin}. Octeții deteriorați sunt păstrați în: {aside}.",
            en="'{file}' of the package was repaired from: {origin}. The damaged bytes are kept in: {aside}.",
        ),
        Message(
            ro="Verificați discul depozitului; dacă se repetă, înlocuiți-l.",
            en="Check the store's disk; if it repeats, replace it.",
        ),
    ),
    FindingCode.REPAIR_IMPOSSIBLE: FindingRule(
        Severity.NOTE,
        Message(
            ro="„{file}” din pachet nu a putut fi reparat: {problem_ro}.",
            en="'{file}' of the package could not be repaired: {problem_en}.",
        ),
        Message(
            ro="Căutați o altă copie a fișierului (o replică mai veche, originalele); nimic nu a fost schimbat.",
            en="Look for another copy of the file (an older replica, the originals); nothing was changed.",
        ),
    ),
    FindingCode.REPLICA_REFUSED: FindingRule(
        Severity.NOTE,
        Message(
            ro="„{file}” nu a fost copiat în replică: în depozit lipsește sau nu corespunde amprentei sale.",
            en="'{file}' was not copied to the replica: in the store it is missing or does not match its digest.",
        ),
        Message(
            ro="Rulați `arhivar verify --repair`, apoi din nou `arhivar replicate`.",
            en="Run `arhivar verify --repair`, then `arhivar replicate` again.",
        ),
    ),
    FindingCode.REPLICA_DIFFERS: FindingRule(
        Severity.NOTE,
        Message(
            ro="În replică, „{file}” este altceva decât în depozit și nu a fost atins.",
            en="In the replica, '{file}' is other than in the store; it was left alone.",
        ),
        Message(
            ro="Rulați `arhivar verify`: dacă depozitul este întreg, mutați deoparte fișierul din replică și reluați "
            "`arhivar replicate`.",
            en="Run `arhivar verify`: where the store is sound, move the replica's file aside and run "
            "`arhivar replicate` again.",
        ),
    ),
}
