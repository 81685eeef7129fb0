# SPDX-License-Identifier: EUPL-1.2
"""The search index on this machine's disk: one tantivy index an access class, under one folder.

::

    root/
      index.json      digest of schema and text analysis
      writer.lock     held by the one that writes (flock: a killed writer lets go)
      public/ staff/ personal/ restricted/     made when a page first needs them
"""

import fcntl
import json
import os
import re
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import TypeVar
from uuid import UUID

import tantivy
from tantivy import DocAddress, Index, IndexWriter, Searcher
from tantivy import Query as TantivyQuery

from schemas.crash_points import CrashPoint, reached
from schemas.disk import has_no_room, is_full
from schemas.errors import ArhivarError, IndexFull, IndexUnavailable, IndexVersion, SearchIndexError
from schemas.search import HitPage, PageRecord, SearchFilters, UnitPage
from schemas.unit import AccessClass
from search.analysis import fingerprint
from search.expansion import NO_EXPANSION, Expansion
from search.index import UnitRequest, check_depth
from search.query import Query
from search.tantivy_document import SCHEMA_VERSION, build_schema, to_document, to_hit
from search.tantivy_query import QueryBuilder
from search.tantivy_units import ClassQuery, best, find_units, total
from search.tantivy_vocabulary import TantivyVocabulary

T = TypeVar("T")
_Identity = tuple[int, ...]
"""Of a folder or file: device and inode; of a file its time too."""

# Written in this order, so that a page that moves to a stricter class leaves the open one first.
_CLASSES = (AccessClass.PUBLIC, AccessClass.STAFF, AccessClass.PERSONAL, AccessClass.RESTRICTED)
_POLL_SECONDS = 0.05
_NO_SPACE = re.compile(r"\(os error (28|122)\)|StorageFull|QuotaExceeded")
"""As Rust puts ENOSPC and EDQUOT of Linux into words."""


@dataclass(frozen=True, slots=True)
class TantivySettings:
    """How long to wait for another writer, and how much memory a writer may fill before it spills to disk."""

    lock_seconds: float = 30.0
    heap_bytes: int = 64 << 20


@dataclass(slots=True)
class _Attached:
    """An open index: its folder, and the commit that its searches see."""

    folder: _Identity
    index: Index
    loaded: _Identity | None = None


@dataclass(slots=True)
class _Batch:
    """The writers that one write has opened."""

    root: Path
    open_writer: Callable[[AccessClass], IndexWriter]
    writers: dict[AccessClass, IndexWriter] = field(default_factory=dict)

    def writer(self, access: AccessClass) -> IndexWriter:
        if access not in self.writers:
            self.writers[access] = self.open_writer(access)
        return self.writers[access]

    def commit(self) -> None:
        for access in _CLASSES:
            if (writer := self.writers.get(access)) is not None:
                writer.commit()
                writer.wait_merging_threads()

    def roll_back(self) -> None:
        for writer in self.writers.values():
            # One that has committed already is used up; one that met a full disk may not even say so.
            with suppress(SearchIndexError, RuntimeError), _failures(self.root):
                writer.rollback()
        self.writers.clear()


class TantivyIndex:
    """`search.index.SearchIndex` by tantivy. Safe among threads and processes; searches never wait for a writer."""

    def __init__(self, root: Path, settings: TantivySettings | None = None) -> None:
        self._root = root
        self._settings = settings or TantivySettings()
        self._schema = build_schema()
        self._indexes: dict[AccessClass, _Attached] = {}
        self._opening = Lock()
        self._check_version()

    def write(self, records: Iterable[PageRecord]) -> None:
        """See `SearchIndex.write`. Records are taken one by one; memory does not grow with their number."""
        with self._writing() as batch:
            present = {access: searcher for access in _CLASSES if (searcher := self._searcher(access)) is not None}
            for record in records:
                for access in _CLASSES:
                    _take_out(batch, access, record, present.get(access))
                with _failures(self._root):
                    batch.writer(record.access_class).add_document(to_document(record))
            reached(CrashPoint.INDEX_WRITTEN)

    def remove_unit(self, unit_id: UUID, except_version: int | None = None) -> None:
        """See `SearchIndex.remove_unit`."""
        with self._writing() as batch, _failures(self._root):
            for access in _CLASSES:
                searcher = self._searcher(access)
                if searcher is None:
                    continue
                unwanted = QueryBuilder(self._schema, searcher).unit(str(unit_id), except_version, other=True)
                if _count(searcher, unwanted):
                    batch.writer(access).delete_documents_by_query(unwanted)

    def search(
        self,
        query: Query,
        filters: SearchFilters,
        limit: int = 10,
        offset: int = 0,
        expansion: Expansion = NO_EXPANSION,
    ) -> HitPage:
        """See `SearchIndex.search`."""
        check_depth(limit, offset)
        count = 0
        found: list[tuple[float, int, Searcher, DocAddress]] = []
        with _failures(self._root):
            for one in self._queries(query, filters, expansion):
                matching, hits = best(one.searcher, one.built, offset + limit, ranked=bool(query.terms))
                count += matching
                found.extend((score, rank, one.searcher, address) for score, rank, address in hits)
            found.sort(key=lambda hit: (-hit[0], hit[1]))
            page = found[offset : offset + limit]
            return HitPage(total=count, hits=tuple(to_hit(searcher.doc(at), score) for score, _, searcher, at in page))

    def search_units(self, request: UnitRequest) -> UnitPage:
        """See `SearchIndex.search_units`."""
        request.check()
        with _failures(self._root):
            return find_units(request, list(self._queries(request.query, request.filters, request.expansion)))

    def tidy(self) -> None:
        """See `SearchIndex.tidy`. Tantivy does it as it writes."""

    def present(self, unit_id: UUID, version: int, classes: Collection[AccessClass] = _CLASSES) -> set[int]:
        """See `SearchIndex.present`."""
        pages: set[int] = set()
        with _failures(self._root):
            for access in classes:
                searcher = self._searcher(access)
                if searcher is None:
                    continue
                query = QueryBuilder(self._schema, searcher).unit(str(unit_id), version)
                result = searcher.search(query, limit=max(1, _count(searcher, query)), count=False)
                numbers = searcher.fast_field_values("page", [address for _, address in result.hits])
                pages.update(int(number) for number in numbers if number is not None)
        return pages

    @property
    def vocabulary(self) -> TantivyVocabulary:
        """See `SearchIndex.vocabulary`."""
        return TantivyVocabulary(self._schema, self._searchers, lambda: _failures(self._root))

    def close(self) -> None:
        """See `SearchIndex.close`."""
        with self._opening:
            self._indexes.clear()

    # -- reading

    def _queries(self, query: Query, filters: SearchFilters, expansion: Expansion) -> Iterator[ClassQuery]:
        """The query against each access class that the filters name and that has ever had a page."""
        for access in dict.fromkeys(filters.access_classes):
            searcher = self._searcher(access)
            if searcher is not None:
                builder = QueryBuilder(self._schema, searcher, expansion)
                yield ClassQuery(searcher, builder, builder.build(query, filters))

    def _searcher(self, access: AccessClass) -> Searcher | None:
        """What the last commit left in a class; None where it never had a page."""
        try:
            return self._reload(access)
        except IndexUnavailable:  # a new index may have taken the folder's name just now
            self.close()
            return self._reload(access)

    def _searchers(self, classes: Collection[AccessClass]) -> list[Searcher]:
        return [found for access in dict.fromkeys(classes) if (found := self._searcher(access)) is not None]

    def _reload(self, access: AccessClass) -> Searcher | None:
        with _failures(self._root):
            attached = self._open(access)
            if attached is None:
                return None
            committed = _identity(self._folder(access) / "meta.json")
            if attached.loaded != committed:  # to load it again costs as much as a search
                attached.index.reload()
                attached.loaded = committed
            return attached.index.searcher()

    def _open(self, access: AccessClass) -> _Attached | None:
        with self._opening:
            if not (self._folder(access) / "meta.json").exists():
                return None
            return self._attach(access)

    def _open_or_create(self, access: AccessClass) -> Index:
        with self._opening:
            new = not self._folder(access).exists()
            self._folder(access).mkdir(parents=True, exist_ok=True)
            attached = self._attach(access)
            if new:
                _sync_folder(self._root)  # tantivy makes sure of what lies in its own folder
            return attached.index

    def _attach(self, access: AccessClass) -> _Attached:
        """The index in the class's folder; opened anew where another folder has taken that name (a rebuild)."""
        identity = _identity(self._folder(access))[:2]
        known = self._indexes.get(access)
        if known is not None and known.folder == identity:
            return known
        index = Index(self._schema, str(self._folder(access)), reuse=True)
        index.config_reader("manual", 0)
        self._indexes[access] = _Attached(identity, index)
        return self._indexes[access]

    def _folder(self, access: AccessClass) -> Path:
        return self._root / access.value

    # -- writing

    @contextmanager
    def _writing(self) -> Iterator[_Batch]:
        """One writer at a time in all processes; what was written counts when the block ends well."""
        with self._locked():
            self._check_version()
            self._write_version()
            batch = _Batch(self._root, self._writer)
            try:
                yield batch
                with _failures(self._root):
                    batch.commit()
            except BaseException:
                batch.roll_back()
                raise

    def _writer(self, access: AccessClass) -> IndexWriter:
        return self._open_or_create(access).writer(self._settings.heap_bytes, 1)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        deadline = time.monotonic() + self._settings.lock_seconds
        with _failures(self._root):
            self._root.mkdir(parents=True, exist_ok=True)
            handle = (self._root / "writer.lock").open("ab")
        with handle:
            while True:
                try:
                    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if time.monotonic() >= deadline:
                        waited = f"{self._settings.lock_seconds:g} s"
                        raise IndexUnavailable(detail=f"another writer held {self._root} for {waited}") from None
                time.sleep(_POLL_SECONDS)
            yield

    # -- version

    def _check_version(self) -> None:
        try:
            found = json.loads((self._root / "index.json").read_bytes())["digest"]
        except FileNotFoundError:
            found = None
            if not any((self._root / access.value).exists() for access in _CLASSES):
                return
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise IndexUnavailable(detail=f"{self._root / 'index.json'}: {error}") from error
        if found != _digest():
            raise IndexVersion(where=self._root)

    def _write_version(self) -> None:
        target = self._root / "index.json"
        if target.exists():
            return
        part = target.with_name("index.json.part")  # one writer at a time: the next one writes over what a kill left
        with _failures(self._root):
            with part.open("w", encoding="utf-8") as file:
                file.write(json.dumps({"digest": _digest()}) + "\n")
                file.flush()
                os.fsync(file.fileno())
            part.replace(target)
            _sync_folder(self._root)


def _digest() -> str:
    """Changes with tantivy's file format, our schema and text analysis."""
    engine_format = str(vars(tantivy)["__version__"]).partition("index_format")[2].strip()
    return sha256(f"{engine_format}\n{SCHEMA_VERSION}\n{fingerprint()}".encode()).hexdigest()


def _identity(path: Path) -> _Identity:
    status = path.stat()
    return status.st_dev, status.st_ino, status.st_mtime_ns, status.st_size


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _failures(root: Path) -> Iterator[None]:
    """Tantivy's failures as ours. A panic in its Rust code is a BaseException of a class that cannot be imported."""
    try:
        yield
    except ArhivarError:
        raise
    except (ValueError, OSError) as error:
        raise _failure(root, error) from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise _failure(root, error) from error


def _failure(root: Path, error: BaseException) -> SearchIndexError:
    """Tantivy says a full disk in words only, and some of its threads not even that."""
    if is_full(error) or _NO_SPACE.search(str(error)) or has_no_room(root):
        return IndexFull(where=str(root))
    return IndexUnavailable(detail=str(error))


def _take_out(batch: _Batch, access: AccessClass, record: PageRecord, searcher: Searcher | None) -> None:
    """Delete what has the record's id, in a class where it was committed or may have come with this batch."""
    with _failures(batch.root):
        committed = searcher is not None and searcher.doc_freq("record_id", record.record_id)
        if committed or access in batch.writers:
            batch.writer(access).delete_documents_by_term("record_id", record.record_id)


def _count(searcher: Searcher, query: TantivyQuery) -> int:
    return total(searcher.search(query, limit=1))
