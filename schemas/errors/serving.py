# SPDX-License-Identifier: EUPL-1.2
"""What is asked of the files that the archive serves."""

from schemas.errors.root import ArhivarError
from schemas.messages import Message


class ServingError(ArhivarError):
    code = "ARH-9400"
    exit_code = 15
    message = Message(
        ro="Fișierul cerut nu poate fi dat: {detail}. Verificați cererea.",
        en="The file that was asked for cannot be given: {detail}. Check the request.",
    )


class ImageRequestInvalid(ServingError):
    code = "ARH-9401"
    message = Message(
        ro="Cererea de imagine nu poate avea {part} „{value}”: {problem_ro}.",
        en="The request for an image cannot have the {part} '{value}': {problem_en}.",
    )


class ImageAnswerTooLarge(ServingError):
    code = "ARH-9402"
    message = Message(
        ro="Imaginea cerută are {pixels} de pixeli; limita este {limit} (image_max_pixels). Cereți `max`, o mărime mai "
        "mică sau o parte a paginii.",
        en="The image that was asked for has {pixels} pixels; the limit is {limit} (image_max_pixels). Ask for `max`, "
        "a smaller size or a part of the page.",
    )


class ExcerptEmpty(ServingError):
    code = "ARH-9403"
    message = Message(
        ro="Din unitatea {unit} nu se poate da nicio pagină dintre cele cerute. Verificați numerele paginilor și "
        "accesul la ele.",
        en="Of unit {unit} none of the pages that were asked for can be given. Check the pages' numbers and the access "
        "to them.",
    )


class RangeUnsatisfiable(ServingError):
    code = "ARH-9404"
    message = Message(
        ro="Fișierul are {size} octeți; partea cerută (antetul Range) este în afara lui. Cereți alta sau "
        "fișierul întreg.",
        en="The file has {size} bytes; the part that was asked for (the header Range) lies beyond it. Ask for another "
        "one or for the whole file.",
    )
