# SPDX-License-Identifier: EUPL-1.2
"""The HTTP application: who asks, what is asked, and what `arhivar serve` refuses."""

from schemas.errors.root import ArhivarError
from schemas.messages import Message


class WebError(ArhivarError):
    code = "ARH-9300"
    exit_code = 14
    message = Message(
        ro="Cererea nu poate fi îndeplinită: {detail}. Vedeți docs/api.md.",
        en="The request cannot be carried out: {detail}. See docs/api.md.",
    )


class TokenMissing(WebError):
    code = "ARH-9301"
    message = Message(
        ro="Aici se intră numai după autentificare. Trimiteți un token: `Authorization: Bearer …`.",
        en="This is only for those who are signed in. Send a token: `Authorization: Bearer …`.",
    )


class TokenRefused(WebError):
    code = "ARH-9302"
    message = Message(
        ro="Tokenul nu este acceptat: {problem_ro}. Autentificați-vă din nou.",
        en="The token is refused: {problem_en}. Sign in again.",
    )


class RoleInsufficient(WebError):
    code = "ARH-9303"
    message = Message(
        ro="Rolul dumneavoastră nu permite acest lucru. Cereți administratorului unul dintre: {roles}.",
        en="Your role does not allow this. Ask the administrator for one of: {roles}.",
    )


class NothingThere(WebError):
    code = "ARH-9304"
    message = Message(
        ro="Nu există nimic la această adresă, sau nu aveți dreptul să vedeți ce este. Verificați adresa.",
        en="There is nothing at this address, or nothing that you may see. Check the address.",
    )


class MethodRefused(WebError):
    code = "ARH-9305"
    message = Message(
        ro="Adresa nu cunoaște metoda {method}. Antetul Allow spune care se poate.",
        en="The address does not know the method {method}. The header Allow says which it does.",
    )


class RequestMalformed(WebError):
    code = "ARH-9306"
    message = Message(
        ro="Cererea nu este corectă; „errors” spune unde. Corectați-o după /api/v1/openapi.json.",
        en="The request is not right; 'errors' says where. Correct it by /api/v1/openapi.json.",
    )


class RequestTooLarge(WebError):
    code = "ARH-9307"
    message = Message(
        ro="Cererea este mai mare de {limit} octeți. Trimiteți una mai mică.",
        en="The request is larger than {limit} bytes. Send a smaller one.",
    )


class TooManyRequests(WebError):
    code = "ARH-9308"
    retryable = True
    message = Message(
        ro="Prea multe cereri. Încercați din nou peste {seconds} s.",
        en="Too many requests. Try again in {seconds} s.",
    )


class CursorRefused(WebError):
    code = "ARH-9309"
    message = Message(
        ro="Cursorul nu este al acestei căutări. Luați-o de la prima pagină, fără `cursor`.",
        en="The cursor is not of this search. Begin again at the first page, without `cursor`.",
    )


class PersonInAddress(WebError):
    code = "ARH-9310"
    message = Message(
        ro="Adresa pare să conțină un CNP, iar adresele rămân în jurnale. Căutați-l prin POST la {path}, în corpul "
        "cererii.",
        en="The address seems to hold a personal number, and addresses stay in logs. Search for it by POST to {path}, "
        "in the body.",
    )


class NotReady(WebError):
    code = "ARH-9311"
    retryable = True
    message = Message(
        ro="Serverul nu este gata: nu răspunde {parts}. `arhivar metrics` arată ce lipsește.",
        en="The server is not ready: no answer from {parts}. `arhivar metrics` shows what is missing.",
    )


class IdentityUnavailable(WebError):
    code = "ARH-9312"
    retryable = True
    message = Message(
        ro="Furnizorul de identitate {issuer} nu răspunde: {detail}. Încercați din nou.",
        en="The identity provider {issuer} does not answer: {detail}. Try again.",
    )


class ServeUnsafe(WebError):
    code = "ARH-9313"
    message = Message(
        ro="`arhivar serve` nu pornește pe {host}: {problem_ro}.",
        en="`arhivar serve` does not start on {host}: {problem_en}.",
    )


class LocalIssuerRefused(WebError):
    code = "ARH-9314"
    message = Message(
        ro="Aici nu se dau tokenuri locale: {problem_ro}. Autentificați-vă la furnizorul de identitate.",
        en="No local tokens are given here: {problem_en}. Sign in with the identity provider.",
    )


class IssuerKeyUnusable(WebError):
    code = "ARH-9315"
    message = Message(
        ro="Cheia tokenurilor locale {file} nu poate fi folosită: {detail}. Ștergeți-o; următoarea comandă face alta.",
        en="The key of local tokens {file} cannot be used: {detail}. Remove it; the next command makes another one.",
    )


class RequestFailed(WebError):
    code = "ARH-9316"
    message = Message(
        ro="Cererea nu a putut fi îndeplinită, din vina serverului. Comunicați administratorului identificatorul ei "
        "(`request_id`).",
        en="The request could not be carried out, by a fault of the server. Tell the administrator its id "
        "(`request_id`).",
    )


class PartUnavailable(WebError):
    code = "ARH-9317"
    retryable = True
    message = Message(
        ro="O parte a arhivei nu răspunde acum. Încercați din nou peste puțin timp.",
        en="A part of the archive does not answer now. Try again in a moment.",
    )


class ContextRefused(WebError):
    code = "ARH-9318"
    message = Message(
        ro="Antetul {header} nu este corect. Scrieți-l o dată, pe un rând, fără CNP; literele din afara ASCII "
        "codificate cu %.",
        en="The header {header} is not right. Write it once, on one line, without a personal number; letters beyond "
        "ASCII percent-encoded.",
    )
