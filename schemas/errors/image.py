# SPDX-License-Identifier: EUPL-1.2
"""A page image cannot be used."""

from schemas.errors.root import ArhivarError
from schemas.messages import Message


class ImageError(ArhivarError):
    code = "ARH-2000"
    exit_code = 4
    message = Message(
        ro="Imaginea {file} nu poate fi folosită: {detail}. Scanați din nou pagina.",
        en="The image {file} cannot be used: {detail}. Scan the page again.",
    )


class ImageUnreadable(ImageError):
    code = "ARH-2001"
    message = Message(
        ro="Fișierul {file} nu poate fi citit ca imagine ({detail}). Scanați din nou pagina.",
        en="The file {file} cannot be read as an image ({detail}). Scan the page again.",
    )


class ImageTooLarge(ImageError):
    code = "ARH-2002"
    message = Message(
        ro="Imaginea {file} are {pixels} pixeli; limita este {limit}. Scanați la o rezoluție mai mică sau măriți "
        "`max_page_pixels`.",
        en="The image {file} has {pixels} pixels; the limit is {limit}. Scan at a lower resolution or raise "
        "`max_page_pixels`.",
    )


class FormatUnsupported(ImageError):
    code = "ARH-2003"
    message = Message(
        ro="Fișierul {file} nu este o imagine sau un PDF recunoscut ({detail}). Se acceptă JPEG, TIFF, PNG, "
        "JPEG 2000 și PDF.",
        en="The file {file} is no image or PDF that is recognised ({detail}). Accepted are JPEG, TIFF, PNG, "
        "JPEG 2000 and PDF.",
    )


class DocumentEncrypted(ImageError):
    code = "ARH-2004"
    message = Message(
        ro="PDF-ul {file} este protejat prin parolă. Salvați-l fără parolă și predați-l din nou.",
        en="The PDF {file} is protected by a password. Save it without one and hand it over again.",
    )


class WorkerLimit(ImageError):
    code = "ARH-2005"
    message = Message(
        ro="Prelucrarea paginii {file} a depășit limita de {limit} și a fost oprită. Verificați originalul.",
        en="Processing {file} went over the limit of {limit} and was stopped. Check the original.",
    )
