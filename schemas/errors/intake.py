# SPDX-License-Identifier: EUPL-1.2
"""The way from the share to staging."""

from schemas.errors.root import ArhivarError
from schemas.messages import Message


class IntakeError(ArhivarError):
    code = "ARH-1200"
    exit_code = 3
    message = Message(
        ro="Preluarea lotului {drop} s-a oprit: {detail}. Fișierele au rămas în {where}.",
        en="The intake of {drop} stopped: {detail}. Its files are still in {where}.",
    )


class CopyDiffers(IntakeError):
    code = "ARH-1201"
    retryable = True
    message = Message(
        ro="Copia fișierului {file} în depozit diferă de original. Originalul a rămas neatins; reluați preluarea.",
        en="The copy of {file} in the store differs from the original. The original is untouched; run it again.",
    )


class ShareUnavailable(IntakeError):
    code = "ARH-1202"
    retryable = True
    message = Message(
        ro="Folderul scanerelor {inbox} nu răspunde: {detail}. Verificați rețeaua; preluarea se reia singură.",
        en="The scanners' folder {inbox} does not answer: {detail}. Check the network, then run the intake again.",
    )


class DropNameTaken(IntakeError):
    code = "ARH-1203"
    message = Message(
        ro="În {inbox} este deja un folder „{drop}”. Preluați-l întâi cu `arhivar ingest`, apoi repetați comanda; "
        "nimic nu a fost mutat.",
        en="{inbox} already has a folder '{drop}'. Take it in first with `arhivar ingest`, then repeat the command; "
        "nothing was moved.",
    )


class ShareFull(IntakeError):
    code = "ARH-1204"
    retryable = True
    message = Message(
        ro="Folderul scanerelor {inbox} este plin. Eliberați spațiu, apoi reluați; dosarele din el au rămas întregi.",
        en="The scanners' folder {inbox} is full. Make space, then run again; the binders in it are whole.",
    )
