# SPDX-License-Identifier: EUPL-1.2
"""The search index."""

from schemas.errors.root import ArhivarError
from schemas.messages import Message


class SearchIndexError(ArhivarError):
    code = "ARH-7000"
    exit_code = 9
    message = Message(ro="Indexul de căutare a eșuat: {detail}.", en="The search index failed: {detail}.")


class IndexUnavailable(SearchIndexError):
    code = "ARH-7001"
    retryable = True
    message = Message(
        ro="Indexul de căutare nu răspunde: {detail}. Documentele sunt în siguranță în depozit; reluați.",
        en="The search index does not answer: {detail}. The records are safe in the store; run again.",
    )


class IndexVersion(SearchIndexError):
    code = "ARH-7002"
    message = Message(
        ro="Indexul din {where} a fost făcut cu altă schemă. Ștergeți folderul; `arhivar ingest` îl reface.",
        en="The index in {where} was made with another schema. Remove that folder; `arhivar ingest` rebuilds it.",
    )


class IndexFull(SearchIndexError):
    code = "ARH-7003"
    retryable = True
    message = Message(
        ro="Discul indexului de căutare {where} este plin. Documentele sunt în siguranță în depozit; eliberați spațiu, "
        "apoi reluați.",
        en="The disk of the search index {where} is full. The records are safe in the store; make space, then run "
        "again.",
    )
