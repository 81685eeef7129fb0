# SPDX-License-Identifier: EUPL-1.2
"""The words that the indices on a cluster have.

Counts come from the term vectors of a document that is only sent along: the cluster looks up each of its terms and
answers in how many pages it is. An index has one shard, so these counts are whole.
"""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any

from elasticsearch import Elasticsearch

from schemas.errors import IndexUnavailable
from schemas.unit import AccessClass
from search.analysis import FOLD, fold, tokenise
from search.elastic_document import to_hit
from search.misreading import is_plain
from search.vocabulary import MIN_BEGINNING

_COUNTS_ALONE = ("docs.term_vectors.body.terms.*.doc_freq", "docs.error.type")
_MISSING = "index_not_found_exception"
_NEAR = 100
_SAMPLE_PAGES = 30
_SAMPLE_OF = 5_000


class ElasticVocabulary:
    """`search.vocabulary.Vocabulary` of the indices that `alias` names."""

    def __init__(
        self,
        client: Elasticsearch,
        alias: Callable[[AccessClass], str],
        guard: Callable[[], AbstractContextManager[None]],
    ) -> None:
        self._client = client
        self._alias = alias
        self._guard = guard  # within it, the client's failures are ours

    def pages(self, keys: Collection[str], classes: Collection[AccessClass]) -> Mapping[str, int]:
        """See `Vocabulary.pages`. About 5 µs of the cluster's time for each key and class."""
        text = "\n".join(dict.fromkeys(keys))
        asked: list[dict[str, Any]] = [
            {
                "_index": name,
                "doc": {"body": text},
                "fields": ["body"],
                "positions": False,
                "offsets": False,
                "field_statistics": False,
                "term_statistics": True,
            }
            for name in self._names(classes)
        ]
        found: Counter[str] = Counter()
        if not text or not asked:
            return found
        with self._guard():
            answer = self._client.mtermvectors(docs=asked, filter_path=_COUNTS_ALONE)
            for one in answer.body.get("docs", []):
                if one.get("error", {}).get("type", _MISSING) != _MISSING:
                    raise IndexUnavailable(detail=one["error"]["type"])
                for key, told in one.get("term_vectors", {}).get("body", {}).get("terms", {}).items():
                    found[key] += told["doc_freq"]
        return found

    def frequent_near(self, word: str, classes: Collection[AccessClass]) -> Mapping[str, int]:
        """See `Vocabulary.frequent_near`, by the term suggester."""
        suggester = {
            "field": "body",
            "analyzer": "keyword",
            "suggest_mode": "always",
            "max_edits": 2,
            "prefix_length": len(FOLD) + 2,
            "min_word_length": MIN_BEGINNING,
            "size": _NEAR,
            "shard_size": _NEAR,
            "sort": "frequency",
        }
        answer = self._ask(classes, size=0, suggest={"near": {"text": FOLD + word, "term": suggester}})
        options = [option for one in answer.get("suggest", {}).get("near", []) for option in one["options"]]
        return {option["text"].removeprefix(FOLD): option["freq"] for option in options}

    def beginning(self, word: str, classes: Collection[AccessClass], limit: int) -> Mapping[str, int]:
        """See `Vocabulary.beginning`. The words are those of a sample of pages; how many pages have each is exact."""
        if len(word) < MIN_BEGINNING:
            return {}
        chosen = {"prefix": {"body": {"value": FOLD + word}}}
        drawn = {"function_score": {"query": chosen, "random_score": {"seed": 1, "field": "_seq_no"}}}
        answer = self._ask(classes, size=_SAMPLE_PAGES, query=drawn, terminate_after=_SAMPLE_OF)
        texts = [to_hit(hit).text for hit in answer.get("hits", {}).get("hits", [])]
        found = Counter(
            other
            for text in texts
            for other in {fold(token.text) for token in tokenise(text)}
            if other.startswith(word) and is_plain(other)
        )
        return self._counted([FOLD + other for other, _ in found.most_common(2 * limit)], classes, limit)

    def offers(self, beginning: str, classes: Collection[AccessClass], limit: int) -> Mapping[str, int]:
        """See `Vocabulary.offers`."""
        answer = self._ask(
            classes,
            size=0,
            query={"prefix": {"offers": {"value": beginning}}},
            aggs={"found": {"terms": {"field": "offers", "include": f"{beginning}.*", "size": limit}}},
        )
        buckets = answer.get("aggregations", {}).get("found", {}).get("buckets", [])
        return {bucket["key"]: bucket["doc_count"] for bucket in buckets}

    def _counted(self, keys: Sequence[str], classes: Collection[AccessClass], limit: int) -> dict[str, int]:
        if not keys:
            return {}
        filters = {key.removeprefix(FOLD): {"term": {"body": key}} for key in keys}
        answer = self._ask(classes, size=0, aggs={"words": {"filters": {"filters": filters}}})
        counts = {key: told["doc_count"] for key, told in answer["aggregations"]["words"]["buckets"].items()}
        best = sorted((key for key, pages in counts.items() if pages), key=lambda key: (-counts[key], key))
        return {key: counts[key] for key in best[:limit]}

    def _names(self, classes: Collection[AccessClass]) -> list[str]:
        return [self._alias(access) for access in dict.fromkeys(classes)]

    def _ask(self, classes: Collection[AccessClass], **body: Any) -> dict[str, Any]:  # noqa: ANN401 - a search's own parts
        names = self._names(classes)
        if not names:  # to Elasticsearch, no name means every index
            return {}
        with self._guard():
            answer = self._client.search(index=names, ignore_unavailable=True, allow_no_indices=True, **body)
            return dict(answer.body)
