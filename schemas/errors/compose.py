# SPDX-License-Identifier: EUPL-1.2
"""PDF/A and ALTO."""

from schemas.errors.root import ArhivarError
from schemas.messages import Message


class ComposeError(ArhivarError):
    code = "ARH-4000"
    exit_code = 6
    message = Message(
        ro="Unitatea {unit} nu a putut fi compusă: {detail}.",
        en="Unit {unit} could not be composed: {detail}.",
    )


class PdfNotWritten(ComposeError):
    code = "ARH-4001"
    message = Message(
        ro="PDF-ul unității {unit} nu a putut fi scris: {detail}. Raportați problema, cu pagina {page}.",
        en="The PDF of unit {unit} could not be written: {detail}. Report the problem, with page {page}.",
    )


class NotPdfA(ComposeError):
    code = "ARH-4002"
    message = Message(
        ro="veraPDF respinge PDF-ul unității {unit} ca PDF/A: {detail}. Raportați problema.",
        en="veraPDF rejects the PDF of unit {unit} as PDF/A: {detail}. Report the problem.",
    )
