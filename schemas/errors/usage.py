# SPDX-License-Identifier: EUPL-1.2
"""The command or its settings are wrong."""

from schemas.errors.root import EXIT_USAGE, ArhivarError
from schemas.messages import Message


class UsageError(ArhivarError):
    code = "ARH-1000"
    exit_code = EXIT_USAGE
    message = Message(
        ro="Comanda nu poate fi executată: {detail}. Vedeți `arhivar --help`.",
        en="The command cannot be carried out: {detail}. See `arhivar --help`.",
    )


class UnknownSetting(UsageError):
    code = "ARH-1001"
    message = Message(
        ro="Setarea „{name}” din {source} nu există. Poate ați vrut să scrieți „{nearest}”.",
        en="There is no setting '{name}' ({source}). The nearest known name is '{nearest}'.",
    )


class InvalidSetting(UsageError):
    code = "ARH-1002"
    message = Message(
        ro="Setarea „{name}” din {source} nu poate fi „{value}”: {expected}.",
        en="The setting '{name}' ({source}) cannot be '{value}': {expected}.",
    )


class ArchiveMissing(UsageError):
    code = "ARH-1010"
    message = Message(
        ro="În {home} nu este nicio arhivă. Creați una cu `arhivar init` sau indicați alta prin ARHIVAR_HOME.",
        en="There is no archive in {home}. Make one with `arhivar init`, or name another one by ARHIVAR_HOME.",
    )


class ArchiveExists(UsageError):
    code = "ARH-1011"
    message = Message(
        ro="Folderul {home} conține deja altceva. Alegeți un folder gol prin ARHIVAR_HOME.",
        en="The folder {home} already holds something else. Choose an empty folder by ARHIVAR_HOME.",
    )


class InboxMissing(UsageError):
    code = "ARH-1012"
    message = Message(
        ro="Folderul de preluare {inbox} nu există sau nu poate fi citit. Verificați calea și drepturile.",
        en="The inbox {inbox} does not exist or cannot be read. Check its path and permissions.",
    )


class UnitUnknown(UsageError):
    code = "ARH-1020"
    message = Message(
        ro="Nicio unitate nu are cota „{unit}”. `arhivar status` arată cotele cunoscute.",
        en="No unit has the reference code '{unit}'. `arhivar status` lists the known ones.",
    )


class PageUnknown(UsageError):
    code = "ARH-1021"
    message = Message(
        ro="Unitatea {unit} nu are pagina {page}; paginile ei sunt 1–{pages}.",
        en="Unit {unit} has no page {page}; its pages are 1–{pages}.",
    )


class PagesMalformed(UsageError):
    code = "ARH-1022"
    message = Message(
        ro="„{text}” nu este o listă de pagini. Scrieți de pildă 3-7,9, cu numere de la 1 la {most}.",
        en="'{text}' is not a list of pages. Write for instance 3-7,9, with numbers from 1 to {most}.",
    )


class QueryMalformed(UsageError):
    code = "ARH-1030"
    message = Message(
        ro="Căutarea nu poate fi înțeleasă la caracterul {position}: {problem_ro}.",
        en="The query cannot be understood at character {position}: {problem_en}.",
    )


class TargetNotEmpty(UsageError):
    code = "ARH-1040"
    message = Message(
        ro="Folderul {target} nu este gol. Alegeți un folder nou pentru export.",
        en="The folder {target} is not empty. Choose a new folder for the export.",
    )


class InputUnreadable(UsageError):
    code = "ARH-1060"
    message = Message(
        ro="Fișierul {file} nu poate fi citit: {detail}. Verificați calea și drepturile.",
        en="The file {file} cannot be read: {detail}. Check its path and permissions.",
    )


class OutputExists(UsageError):
    code = "ARH-1061"
    message = Message(
        ro="Fișierul {file} nu poate fi scris ca fișier nou: {detail}. Alegeți alt nume.",
        en="The file {file} cannot be written as a new file: {detail}. Choose another name.",
    )


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


class ReplicaUnset(UsageError):
    code = "ARH-1080"
    message = Message(
        ro="Nu este indicată nicio replică. Numiți folderul ei prin ARHIVAR_REPLICA sau în arhivar.toml.",
        en="No replica is named. Name its folder by ARHIVAR_REPLICA or in arhivar.toml.",
    )


class CatalogueExists(UsageError):
    code = "ARH-1081"
    message = Message(
        ro="Arhiva din {home} are deja un catalog. `--replace` îl pune deoparte și restaurează copia.",
        en="The archive in {home} has a catalogue already. `--replace` moves it aside and restores the copy.",
    )
