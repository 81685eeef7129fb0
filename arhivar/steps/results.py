# SPDX-License-Identifier: EUPL-1.2
"""Results of pages between reading and composing: on this machine (the work area), or in the store for all machines.

Either way a result is kept under what it depends on (`page_key`), and nothing of it is truth: it can be read again.
"""

import hashlib
import json
from collections.abc import Collection
from typing import TYPE_CHECKING, Protocol

from arhivar.intake.stage import staging_prefix
from arhivar.steps.workarea import image_bytes, image_from, image_to
from repository.object_store import ObjectStore
from schemas.crash_points import CrashPoint, reached
from schemas.errors import ObjectMissing
from schemas.page import PageResult

if TYPE_CHECKING:  # steps that look at no image start without the libraries for it
    from processors.page import ProcessedPage


class PageResults(Protocol):
    """Where `read_pages` keeps what it read and `compose_unit` finds it."""

    def load_page(self, key: str) -> "ProcessedPage | None":
        """A kept result, or None. A damaged entry counts as absent."""
        ...

    def load_result(self, key: str) -> PageResult | None:
        """The result alone, without the image."""
        ...

    def keep_page(self, key: str, page: "ProcessedPage") -> None:
        """Keep a result, whole or not at all."""
        ...


def pages_prefix(ingest_id: str) -> str:
    """Where results of an ingest's pages lie in the store; it goes with the ingest's staging area."""
    return f"{staging_prefix(ingest_id)}/pages/"


class StagedResults:
    """Results in the store's staging area: what one machine read, another one composes. Raises StoreError."""

    def __init__(self, store: ObjectStore, ingest_id: str) -> None:
        self._store = store
        self._prefix = pages_prefix(ingest_id)
        self._known: set[str] | None = None

    def load_page(self, key: str) -> "ProcessedPage | None":
        from processors.page import ProcessedPage

        try:
            with self._store.open(self._prefix + key) as stream:
                head, data, extra = _unpack(stream.read())
                if hashlib.sha256(data).hexdigest() != head["image"]["sha256"]:
                    return None
                image = image_from(head["image"], data, extra)
                return ProcessedPage(result=PageResult.model_validate(head["result"]), image=image)
        except (ObjectMissing, ValueError, KeyError):
            return None

    def load_result(self, key: str) -> PageResult | None:
        if self._known is None:  # one question instead of one a page
            self._known = {stored.key for stored in self._store.list(self._prefix)}
        if self._prefix + key not in self._known:
            return None
        try:
            with self._store.open(self._prefix + key) as stream:
                return PageResult.model_validate(json.loads(stream.readline())["result"])
        except (ObjectMissing, ValueError, KeyError):
            return None

    def keep_page(self, key: str, page: "ProcessedPage") -> None:
        self._store.replace(self._prefix + key, _pack(page))
        reached(CrashPoint.PAGE_KEPT)
        if self._known is not None:
            self._known.add(self._prefix + key)

    def missing(self, keys: Collection[str]) -> set[str]:
        """Those of the keys that nothing is kept under."""
        known = {stored.key.removeprefix(self._prefix) for stored in self._store.list(self._prefix)}
        return set(keys) - known


def _pack(page: "ProcessedPage") -> bytes:
    """A line of JSON, then the image's bytes, then those that several images may share."""
    data = image_bytes(page.image)
    head = {
        "result": page.result.model_dump(mode="json"),
        "image": image_to(page.image),
        "image_bytes": len(data),
    }
    return json.dumps(head).encode() + b"\n" + data + (page.image.image.globals_data or b"")


def _unpack(packed: bytes) -> tuple[dict[str, dict[str, object]], bytes, bytes | None]:
    line, _, data = packed.partition(b"\n")
    head = json.loads(line)
    size = int(head["image_bytes"])
    return head, data[:size], data[size:] if head["image"]["globals"] else None
