# SPDX-License-Identifier: EUPL-1.2
"""Character recognition."""

from schemas.errors.root import ArhivarError
from schemas.messages import Message


class ReadingError(ArhivarError):
    code = "ARH-3000"
    exit_code = 5
    message = Message(
        ro="Recunoașterea textului a eșuat: {detail}.",
        en="Character recognition failed: {detail}.",
    )


class EngineUnavailable(ReadingError):
    code = "ARH-3001"
    message = Message(
        ro="Motorul OCR „{engine}” lipsește: {detail}. Rulați `make setup`.",
        en="The OCR engine '{engine}' is missing: {detail}. Run `make setup`.",
    )


class LanguageMissing(ReadingError):
    code = "ARH-3002"
    message = Message(
        ro="Tesseract nu are modelul de limbă „{language}” în {tessdata}. Instalați pachetul tesseract-ocr-{language}.",
        en="Tesseract has no model for the language '{language}' in {tessdata}. Install the package "
        "tesseract-ocr-{language}.",
    )


class EngineFailed(ReadingError):
    code = "ARH-3003"
    retryable = True
    message = Message(
        ro="Motorul OCR „{engine}” s-a oprit la pagină: {detail}. Reluați; dacă se repetă, verificați imaginea.",
        en="The OCR engine '{engine}' stopped on the page: {detail}. Try again; if it repeats, check the image.",
    )
