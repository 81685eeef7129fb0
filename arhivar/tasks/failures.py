# SPDX-License-Identifier: EUPL-1.2
"""What stopped a task of an ingest, kept until its run ends."""

import json
from dataclasses import dataclass

from arhivar.composition import open_archive
from arhivar.intake.stage import staging_prefix
from arhivar.log import Logger
from arhivar.settings import load_settings
from repository.object_store import ObjectStore
from schemas.errors import ArhivarError, ObjectMissing
from schemas.messages import Language, Message

_log = Logger(__name__)
_ENDED = Message(
    ro="Procesul unui pas s-a încheiat înainte de a-și termina lucrul; jurnalul lui spune mai mult.",
    en="The process of a step ended before its work was done; its log says more.",
)


@dataclass(frozen=True, slots=True)
class Failure:
    """An error's code and what it said."""

    code: str
    said: Message


def failure_of(error: BaseException) -> Failure:
    """What is told of an error; of one that is not of our tree, its kind alone: its words may hold a person's name."""
    known = error if isinstance(error, ArhivarError) else ArhivarError(detail=type(error).__name__)
    return Failure(known.code, Message(ro=known.say(Language.RO), en=known.say(Language.EN)))


def keep_failure(ingest_id: str, error: BaseException) -> None:
    """Keep what stopped a task of the ingest, in place of what stopped one before. Where that fails, the log has it."""
    failure = failure_of(error)
    _log.error("task stopped", ingest=ingest_id, code=failure.code, error=failure.said.en)
    content = {"code": failure.code, "ro": failure.said.ro, "en": failure.said.en}
    try:
        with open_archive(load_settings(), searches=False) as archive:
            archive.store.replace(_key(ingest_id), json.dumps(content, ensure_ascii=False).encode())
    except (ArhivarError, OSError) as second:
        _log.error("failure not kept", ingest=ingest_id, error=str(second))


def kept_failure(store: ObjectStore, ingest_id: str) -> Failure:
    """What last stopped a task of the ingest; where nothing was kept, that its process ended. Raises StoreError."""
    try:
        content = json.loads(store.read(_key(ingest_id)))
        return Failure(content["code"], Message(ro=content["ro"], en=content["en"]))
    except (ObjectMissing, ValueError, KeyError):
        return Failure(ArhivarError.code, _ENDED)


def drop_failure(store: ObjectStore, ingest_id: str) -> None:
    """Forget what stopped an earlier run. Raises StoreError."""
    store.delete(_key(ingest_id))


def _key(ingest_id: str) -> str:
    return f"{staging_prefix(ingest_id)}/stopped.json"
