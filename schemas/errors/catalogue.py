# SPDX-License-Identifier: EUPL-1.2
"""The catalogue."""

from schemas.errors.root import ArhivarError
from schemas.messages import Message


class CatalogueError(ArhivarError):
    code = "ARH-6000"
    exit_code = 8
    message = Message(ro="Catalogul a eșuat: {detail}.", en="The catalogue failed: {detail}.")


class CatalogueUnavailable(CatalogueError):
    code = "ARH-6001"
    retryable = True
    undone: bool | None = None
    """Whether the database has certainly undone the transaction; None where none had begun."""
    message = Message(
        ro="Catalogul nu răspunde: {detail}. Verificați-l, apoi reluați.",
        en="The catalogue does not answer: {detail}. Check it, then run again.",
    )


class CatalogueVersion(CatalogueError):
    code = "ARH-6002"
    message = Message(
        ro="Catalogul are versiunea {found}, iar programul cere {expected}. Actualizați-l cu `arhivar init`.",
        en="The catalogue is at version {found}; this program needs {expected}. Run `arhivar init`, which upgrades it.",
    )


class LeaseLost(CatalogueError):
    code = "ARH-6003"
    retryable = True
    message = Message(
        ro="Un alt proces lucrează la {name}. Pasul acesta s-a oprit fără urmări; reluați mai târziu.",
        en="Another process is working on {name}. This step stopped without effect; run again later.",
    )


class CatalogueFull(CatalogueError):
    code = "ARH-6004"
    retryable = True
    message = Message(
        ro="Discul catalogului {where} este plin. Eliberați spațiu, apoi reluați; nimic nu s-a pierdut.",
        en="The disk of the catalogue {where} is full. Make space, then run again; nothing was lost.",
    )


class BaseMoved(CatalogueError):
    code = "ARH-6005"
    message = Message(
        ro="Paginile predate pentru {unit} continuă versiunea {base}, dar unitatea este acum la versiunea {version}. "
        "Verificați numerele paginilor și predați-le din nou.",
        en="The pages handed over for {unit} continue version {base}, but the unit is at version {version} now. Check "
        "the pages' numbers and hand them over again.",
    )
