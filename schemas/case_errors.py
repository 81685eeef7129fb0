# SPDX-License-Identifier: EUPL-1.2
"""Errors of deciding about a case: a drop in quarantine or an ingest (a branch of the tree in `schemas.errors`)."""

from schemas.errors import UsageError
from schemas.messages import Message


class CaseUnknown(UsageError):
    code = "ARH-1070"
    message = Message(
        ro="Nimic din carantină și nicio ingestie nu se numește „{subject}”. `arhivar status` arată ce așteaptă și cu "
        "ce identificator.",
        en="Nothing in quarantine and no ingest is called '{subject}'. `arhivar status` shows what waits, and its id.",
    )


class CaseAmbiguous(UsageError):
    code = "ARH-1071"
    message = Message(
        ro="„{subject}” poate însemna mai multe: {candidates}. Scrieți identificatorul întreg.",
        en="'{subject}' can mean several: {candidates}. Write the whole id.",
    )


class CaseClosed(UsageError):
    code = "ARH-1072"
    message = Message(
        ro="`arhivar {command}` nu se poate pentru „{subject}”: {problem_ro}.",
        en="`arhivar {command}` is not possible for '{subject}': {problem_en}.",
    )


class FindingNotAcceptable(UsageError):
    code = "ARH-1073"
    message = Message(
        ro="„{subject}” nu poate fi acceptat așa cum este. {problem_ro} {advice_ro}",
        en="'{subject}' cannot be accepted as it is. {problem_en} {advice_en}",
    )


class DifferencesRemain(UsageError):
    code = "ARH-1074"
    message = Message(
        ro="Evidența unității {unit} are diferențe la paginile {pages}, iar ele nu pot fi acceptate. Rulați "
        "`arhivar ingest`; dacă rămân, `arhivar verify {unit}`.",
        en="The ledger of unit {unit} has differences on pages {pages}, and those cannot be accepted. Run "
        "`arhivar ingest`; if they stay, `arhivar verify {unit}`.",
    )


class CurrentVersionStays(UsageError):
    code = "ARH-1075"
    message = Message(
        ro="Ingestia {ingest} este versiunea curentă {version} a unității {unit} și nu poate fi respinsă. Predați o "
        'rescanare cu "intent": "replace_unit", sau acceptați paginile ilizibile cu `arhivar accept`.',
        en="Ingest {ingest} is the current version {version} of unit {unit} and cannot be rejected. Hand over a rescan "
        'with "intent": "replace_unit", or accept unreadable pages with `arhivar accept`.',
    )
