# SPDX-License-Identifier: EUPL-1.2
"""Findings about who may see what: where journal, catalogue and index do not agree."""

from schemas.finding_codes import FindingCode, FindingRule, Severity
from schemas.messages import Message

_INDEX = Message(ro="Rulați `arhivar rebuild --index-only`.", en="Run `arhivar rebuild --index-only`.")

ACCESS_FINDINGS: dict[FindingCode, FindingRule] = {
    FindingCode.ACCESS_INDEX_OPEN: FindingRule(
        Severity.NOTE,
        Message(
            ro="ACCES: paginile {pages} ale unității „{unit}” (versiunea {version}) sunt în indexul "
            "{found}, deși numai {expected} le poate vedea: căutările le numără și le sugerează cui nu are voie.",
            en="ACCESS: pages {pages} of unit '{unit}' (version {version}) are in the index {found}, though they are "
            "{expected}: searches count and suggest them to those who may not see them.",
        ),
        Message(
            ro="Opriți API-ul, rulați `arhivar rebuild --index-only`, apoi din nou `arhivar verify`. "
            "Aflați cine a scris în index.",
            en="Stop the API, run `arhivar rebuild --index-only`, then `arhivar verify` again. Find out "
            "who wrote to the index.",
        ),
    ),
    FindingCode.ACCESS_INDEX_DIFFERS: FindingRule(
        Severity.NOTE,
        Message(
            ro="Paginile {pages} ale unității „{unit}” (versiunea {version}) sunt în indexul {found}; locul lor este "
            "{expected}.",
            en="Pages {pages} of unit '{unit}' (version {version}) are in the index {found}; their "
            "place is {expected}.",
        ),
        _INDEX,
    ),
    FindingCode.ACCESS_CATALOGUE_DIFFERS: FindingRule(
        Severity.NOTE,
        Message(
            ro="Catalogul dă unității „{unit}”, la {row}, accesul {found}; ce au decis oamenii înseamnă {expected}.",
            en="The catalogue gives unit '{unit}', at {row}, the access class {found}; what people "
            "decided is {expected}.",
        ),
        Message(
            ro="Rulați `arhivar rebuild`, apoi din nou `arhivar verify`. Aflați cine a scris în catalog.",
            en="Run `arhivar rebuild`, then `arhivar verify` again. Find out who wrote to the catalogue.",
        ),
    ),
    FindingCode.ACCESS_DECISION_DIFFERS: FindingRule(
        Severity.NOTE,
        Message(
            ro="Decizia {number} despre accesul la unitatea „{unit}” nu este aceeași în jurnalul din "
            "depozit și în catalog, sau lipsește dintr-unul.",
            en="Decision {number} about access to unit '{unit}' is not the same in the journal in the store and in the "
            "catalogue, or is missing from one.",
        ),
        Message(
            ro="Comparați cu `arhivar audit --unit`, care are amprenta fiecărei decizii. Dacă jurnalul "
            "este bun, rulați `arhivar rebuild`.",
            en="Compare with `arhivar audit --unit`, which has the digest of each decision. Where the "
            "journal is right, run `arhivar rebuild`.",
        ),
    ),
    FindingCode.ACCESS_ENTRY_LOST: FindingRule(
        Severity.NOTE,
        Message(
            ro="Din jurnalul deciziilor despre accesul la unitatea „{unit}”, „{file}” lipsește sau nu poate fi citit.",
            en="Of the journal of decisions about access to unit '{unit}', '{file}' is missing or cannot be read.",
        ),
        Message(
            ro="Aduceți fișierul din replică. Fără el, un catalog refăcut închide toată unitatea.",
            en="Bring the file back from the replica. Without it, a catalogue that is rebuilt closes the whole unit.",
        ),
    ),
}
