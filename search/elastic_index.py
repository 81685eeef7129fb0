# SPDX-License-Identifier: EUPL-1.2
"""The search index on Elasticsearch: one index an access class, each behind an alias.

``<prefix>-staff`` is an alias; the index behind it has a number in its name and says in its mapping's `_meta` by which
mapping and text analysis it was made. Nothing but the alias is ever searched, so that a rebuilt index takes the old
one's place in one step.
"""

import json
import tempfile
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO, Any
from uuid import UUID

import structlog
from elastic_transport import ConnectionError as ElasticConnectionError
from elastic_transport import TransportError
from elasticsearch import ApiError, BadRequestError, NotFoundError
from elasticsearch.helpers import streaming_bulk

from schemas.errors import IndexUnavailable, IndexVersion, QueryMalformed
from schemas.search import HitPage, PageRecord, SearchFilters, UnitPage
from schemas.unit import AccessClass
from search.elastic_client import TRANSIENT, connect
from search.elastic_document import definition, digest, to_hit, to_source
from search.elastic_query import build_query, unit_query
from search.elastic_units import no_units, pages_body, to_unit_page, unit_ids, units_body
from search.elastic_vocabulary import ElasticVocabulary
from search.expansion import NO_EXPANSION, Expansion
from search.index import UnitRequest, check_depth
from search.query import Query

_CLASSES = (AccessClass.PUBLIC, AccessClass.STAFF, AccessClass.PERSONAL, AccessClass.RESTRICTED)
"""From the most open on: a page that moves to a stricter class leaves the open one first."""
_CHUNK = 500
_PAGES = 5_000
_MAX_RETRIES = 6
_SEGMENTS = 4
"""What `tidy` leaves; the larger ones are not written anew for a day's pages."""
_TIDY_SECONDS = 3_600.0
_SORT = [{"_score": "desc"}, {"unit_id": "asc"}, {"page": "asc"}]
_TOO_MANY = "too many"

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class ElasticAddress:
    """How a cluster is reached."""

    url: str
    api_key: str | None = None
    ca_certificates: Path | None = None
    prefix: str = "arhivar"
    """What the names of all our indices begin with."""


class ElasticIndex:
    """`search.index.SearchIndex` on a cluster. Safe among threads and processes.

    With `build` (lower-case letters and digits), another one beside the one in use, under aliases of its own.
    """

    def __init__(self, address: ElasticAddress, build: str | None = None) -> None:
        self._client = connect(address.url, address.api_key, address.ca_certificates)
        self._prefix = address.prefix
        self._build = build
        self._checked = False

    def write(self, records: Iterable[PageRecord]) -> None:
        """See `SearchIndex.write`. Records are spooled to a temporary file first: a source that fails writes nothing.

        Where the cluster fails midway, some pages are the new ones already; the same write again makes it whole.
        """
        with tempfile.TemporaryFile("w+", encoding="utf-8") as spool:
            several = _spool(records, spool)
            with _failures():
                self._check_version()
                self._refresh(_CLASSES)
                for chunk in _chunks(spool):
                    if any(record.unit_id in several for record in chunk):
                        self._refresh(_CLASSES)  # a chunk before this one may have had such a page in another class
                    self._write_chunk(chunk)
                self._refresh(_CLASSES)

    def remove_unit(self, unit_id: UUID, except_version: int | None = None) -> None:
        """See `SearchIndex.remove_unit`."""
        with _failures():
            self._check_version()
            self._refresh(_CLASSES)
            for access in _CLASSES:
                self._client.options(ignore_status=404).delete_by_query(
                    index=self._alias(access),
                    query=unit_query(str(unit_id), except_version, other=True),
                    conflicts="proceed",
                    refresh=True,
                )

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
        if not filters.access_classes:  # to Elasticsearch, no name means every index
            return HitPage(total=0, hits=())
        with _failures():
            self._check_version()
            answer = self._ask(
                dict.fromkeys(filters.access_classes),
                query=build_query(query, filters, expansion),
                from_=offset,
                size=limit,
                sort=_SORT,
                track_total_hits=True,
            )
            hits = answer["hits"]
            return HitPage(total=hits["total"]["value"], hits=tuple(to_hit(hit) for hit in hits["hits"]))

    def search_units(self, request: UnitRequest) -> UnitPage:
        """See `SearchIndex.search_units`. A unit that a writer takes out between the two requests is left out."""
        request.check()
        classes = dict.fromkeys(request.filters.access_classes)
        if not classes:
            return no_units(request)
        built = build_query(request.query, request.filters, request.expansion)
        with _failures():
            self._check_version()
            # Browsing by facets alone asks the same again and again, and counts most pages each time.
            again = None if request.query.terms else True
            units = self._ask(classes, request_cache=again, **units_body(request, built))
            ids = unit_ids(units)
            pages = self._ask(classes, **pages_body(request, built, ids)) if ids else None
            return to_unit_page(request, units, pages)

    def tidy(self) -> None:
        """See `SearchIndex.tidy`. A search asks each segment about each of its keys: some fifty in a living index.

        What Elasticsearch keeps of a document to send it to other nodes, 6 kB a page, goes with its segment's merge; so
        do pages that were taken out or closed, which until then count in how frequent words are.
        """
        patient = self._client.options(request_timeout=_TIDY_SECONDS, max_retries=0)
        names = [self._alias(access) for access in _CLASSES]
        with _failures():
            patient.indices.flush(index=names, ignore_unavailable=True, allow_no_indices=True)
            for what in ({"only_expunge_deletes": True}, {"max_num_segments": _SEGMENTS}):
                patient.indices.forcemerge(index=names, ignore_unavailable=True, allow_no_indices=True, **what)

    def present(self, unit_id: UUID, version: int, classes: Collection[AccessClass] = _CLASSES) -> set[int]:
        """See `SearchIndex.present`."""
        pages: set[int] = set()
        if not classes:  # to Elasticsearch, no name means every index
            return pages
        after: list[int] | None = None
        with _failures():
            while True:
                answer = self._ask(
                    classes,
                    query=unit_query(str(unit_id), version),
                    size=_PAGES,
                    sort=[{"page": "asc"}],
                    source=False,
                    search_after=after,
                )
                found = [int(hit["sort"][0]) for hit in answer["hits"]["hits"]]
                pages.update(found)
                if len(found) < _PAGES:
                    return pages
                after = [found[-1]]

    @property
    def vocabulary(self) -> ElasticVocabulary:
        """See `SearchIndex.vocabulary`."""
        return ElasticVocabulary(self._client, self._alias, _failures)

    def close(self) -> None:
        """See `SearchIndex.close`."""
        self._client.close()

    # --- the life of the indices (search/elastic_place.py)

    def exists(self) -> bool:
        """Whether there is an index of any access class. Raises IndexUnavailable."""
        with _failures():
            return bool(self._names())

    def create_all(self) -> None:
        """Make the indices of all access classes that are not there. Raises IndexUnavailable."""
        with _failures():
            self._create(_CLASSES)

    def take_aliases(self, former: "ElasticIndex") -> list[str]:
        """Let `former`'s aliases lead to these indices, all in one step; the indices that they led to before.

        Raises IndexUnavailable.
        """
        actions: list[dict[str, Any]] = []
        with _failures():
            self._refresh(_CLASSES)
            before = former._names()
            for index, access in before.items():
                actions.append({"remove": {"index": index, "alias": former._alias(access)}})
            for index, access in self._names().items():
                actions.append({"add": {"index": index, "alias": former._alias(access)}})
                actions.append({"remove": {"index": index, "alias": self._alias(access)}})
            self._client.indices.update_aliases(actions=actions)
        return list(before)

    def own_indices(self) -> list[str]:
        """The indices behind this one's own aliases."""
        with _failures():
            return list(self._names())

    def unused_indices(self) -> list[str]:
        """Indices under this prefix that none of the aliases in use leads to: what builds have, or left behind."""
        with _failures():
            names = [f"{self._prefix}-{access.value}-*" for access in _CLASSES]
            found = self._client.indices.get_alias(index=names, ignore_unavailable=True, allow_no_indices=True).body
            used = {self._alias(access) for access in _CLASSES}
            return [index for index, content in found.items() if used.isdisjoint(content["aliases"])]

    def delete_indices(self, names: Sequence[str]) -> None:
        """Delete them; one that is gone is no error."""
        with _failures():
            for name in names:
                self._client.options(ignore_status=404).indices.delete(index=name)

    # --- requests

    def _alias(self, access: AccessClass) -> str:
        return (
            f"{self._prefix}-{access.value}" if self._build is None else f"{self._prefix}-{self._build}-{access.value}"
        )

    def _ask(self, classes: Iterable[AccessClass], **body: Any) -> dict[str, Any]:  # noqa: ANN401 - a search's own parts
        answer = self._client.search(
            index=[self._alias(access) for access in classes],
            ignore_unavailable=True,
            allow_no_indices=True,
            allow_partial_search_results=False,
            **{name: value for name, value in body.items() if value is not None},
        )
        return dict(answer.body)

    def _refresh(self, classes: Iterable[AccessClass]) -> None:
        names = [self._alias(access) for access in classes]
        self._client.indices.refresh(index=names, ignore_unavailable=True, allow_no_indices=True)

    def _write_chunk(self, records: Sequence[PageRecord]) -> None:
        last = {record.record_id: record for record in records}
        self._create({record.access_class for record in last.values()})
        actions = [
            *self._moves(last),
            *(
                {
                    "_op_type": "index",
                    "_index": self._alias(record.access_class),
                    "_id": key,
                    "_source": to_source(record),
                }
                for key, record in last.items()
            ),
        ]
        failed = [
            next(iter(item.values()))
            for done, item in streaming_bulk(
                self._client,
                actions,
                max_retries=_MAX_RETRIES,
                initial_backoff=0.5,
                max_backoff=30,
                retry_on_status=TRANSIENT,
                raise_on_error=False,
                ignore_status=404,
            )
            if not done
        ]
        lost = [item for item in failed if item.get("status") != 404]
        if lost:
            for item in lost:
                _log.error("page not indexed", record=item.get("_id"), status=item.get("status"))
            raise IndexUnavailable(detail=f"{len(lost)} pages were refused: {lost[0].get('error')}")

    def _moves(self, records: dict[str, PageRecord]) -> list[dict[str, Any]]:
        """What takes pages out of the classes that they are no longer in, the most open class first."""
        found = self._ask(_CLASSES, query={"ids": {"values": list(records)}}, size=len(_CLASSES) * _CHUNK, source=False)
        behind = self._names()
        where = [
            (behind[hit["_index"]], hit["_id"])
            for hit in found["hits"]["hits"]
            if behind[hit["_index"]] is not records[hit["_id"]].access_class
        ]
        where.sort(key=lambda pair: _CLASSES.index(pair[0]))
        return [{"_op_type": "delete", "_index": self._alias(access), "_id": key} for access, key in where]

    def _names(self) -> dict[str, AccessClass]:
        """The access class of each index by its own name."""
        aliases = {self._alias(access): access for access in _CLASSES}
        found = self._client.options(ignore_status=404).indices.get_alias(name=list(aliases)).body
        return {
            index: aliases[name]
            for index, content in found.items()
            if isinstance(content, dict)
            for name in content.get("aliases", {})
        }

    def _create(self, classes: Iterable[AccessClass]) -> None:
        there = set(self._names().values())
        for access in classes:
            if access in there:
                continue
            content = definition()
            try:
                self._client.indices.create(
                    index=f"{self._prefix}-{access.value}-{digest()[:8]}-{self._build or '000001'}",
                    aliases={self._alias(access): {}},
                    settings=content["settings"],
                    mappings=content["mappings"],
                )
            except BadRequestError as error:
                if error.error != "resource_already_exists_exception":  # another process was quicker
                    raise

    def _check_version(self) -> None:
        """Raises IndexVersion where an index was made by another mapping or text analysis."""
        if self._checked:
            return
        names = [self._alias(access) for access in _CLASSES]
        found = self._client.indices.get_mapping(index=names, ignore_unavailable=True, allow_no_indices=True).body
        for index, content in found.items():
            if content["mappings"].get("_meta", {}).get("digest") != digest():
                raise IndexVersion(where=index)
        self._checked = bool(found)


def _spool(records: Iterable[PageRecord], spool: IO[str]) -> set[UUID]:
    """Write the records down, to be read from the beginning; the units that have pages of several access classes."""
    classes: dict[UUID, AccessClass] = {}
    several: set[UUID] = set()
    for record in records:
        spool.write(record.to_line() + "\n")
        if classes.setdefault(record.unit_id, record.access_class) is not record.access_class:
            several.add(record.unit_id)
    spool.seek(0)
    return several


def _chunks(spool: IO[str]) -> Iterator[list[PageRecord]]:
    while lines := list(islice(spool, _CHUNK)):
        yield [PageRecord.from_json(line) for line in lines]


@contextmanager
def _failures() -> Iterator[None]:
    """The client's failures as ours."""
    try:
        yield
    except NotFoundError as error:
        raise IndexUnavailable(detail=str(error)) from error
    except ApiError as error:
        if error.status_code == 400 and _TOO_MANY in json.dumps(error.body).replace("_", " "):
            raise QueryMalformed(
                position=1,
                problem_ro="prea multe cuvinte încep așa; scrieți mai multe litere înaintea steluței",
                problem_en="too many words begin like that; write more letters before the star",
            ) from error
        raise IndexUnavailable(detail=str(error)) from error
    except (ElasticConnectionError, TransportError) as error:
        raise IndexUnavailable(detail=str(error)) from error
