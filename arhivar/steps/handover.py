# SPDX-License-Identifier: EUPL-1.2
"""What compose made, handed over to a deposit on another machine through the ingest's staging area.

PDFs go up first, then one file with all else: where it lies, the rest is complete.
"""

import io
import json
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from pydantic import TypeAdapter

from arhivar.composition import Archive
from arhivar.intake.stage import staging_prefix
from arhivar.steps.compose import Composed
from arhivar.steps.continued import read_continued
from repository.object_store import ObjectStore
from schemas.ingest import Manifest
from schemas.page import Agent
from schemas.unit import PackagedPage, PackagedPdf

_HEAD = "composed.json"
_PAGES = TypeAdapter(tuple[PackagedPage, ...])
_PDFS = TypeAdapter(tuple[PackagedPdf, ...])
_AGENTS = TypeAdapter(tuple[Agent, ...])


def hand_over(store: ObjectStore, manifest: Manifest, composed: Composed) -> None:
    """Keep it in the store, in place of what an earlier try kept. Raises StoreError."""
    for path, file in composed.pdf_files.items():
        key = _key(manifest, path)
        store.delete(key)
        with file.open("rb") as stream:
            store.put(key, stream)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        head = {
            "pages": _PAGES.dump_python(composed.pages, mode="json"),
            "pdfs": _PDFS.dump_python(composed.pdfs, mode="json"),
            "engines": _AGENTS.dump_python(composed.engines, mode="json"),
            "files": sorted(composed.pdf_files),
        }
        archive.writestr(_HEAD, json.dumps(head))
        for path, data in composed.alto.items():
            archive.writestr(path, data)
    store.replace(_key(manifest, "composed.zip"), packed.getvalue())


@contextmanager
def handed_over(archive: Archive, manifest: Manifest) -> Iterator[Composed]:
    """What compose made of this attempt; its PDFs are files as long as the block lasts. Raises StoreError."""
    with (
        ExitStack() as stack,
        zipfile.ZipFile(io.BytesIO(archive.store.read(_key(manifest, "composed.zip")))) as packed,
    ):
        head = json.loads(packed.read(_HEAD))
        files = {path: stack.enter_context(archive.store.local_path(_key(manifest, path))) for path in head["files"]}
        yield Composed(
            pages=_PAGES.validate_python(head["pages"]),
            pdfs=_PDFS.validate_python(head["pdfs"]),
            pdf_files=files,
            alto={name: packed.read(name) for name in packed.namelist() if name != _HEAD},
            engines=_AGENTS.validate_python(head["engines"]),
            continued=read_continued(archive, manifest),
        )


def _key(manifest: Manifest, path: str) -> str:
    return f"{staging_prefix(manifest.ingest_id)}/composed/{manifest.attempt}/{path}"
