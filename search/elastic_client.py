# SPDX-License-Identifier: EUPL-1.2
"""The official Elasticsearch client, made to wait before it asks again."""

import random
import time
from pathlib import Path
from typing import Any

from elastic_transport import Transport, TransportApiResponse
from elastic_transport.client_utils import DEFAULT
from elasticsearch import Elasticsearch

_REQUEST_SECONDS = 60
_CONNECTION_RETRIES = 6
_WAITS_SECONDS = (0.1, 0.3, 0.9, 2.0, 4.0)
TRANSIENT = (429, 502, 503, 504)
"""What a cluster answers that has too much to do, or whose shards are just being brought up."""


class PatientTransport(Transport):
    """Waits up to seven seconds for an answer that is not transient, where the client's own asks again at once.

    An index that was just made has no shard to search for a moment, on a busy machine for seconds. A connection that
    is refused is not waited for: a search must not hang where there is no cluster, and tasks have retries of their own.
    """

    def perform_request(self, method: str, target: str, **options: Any) -> TransportApiResponse:  # noqa: ANN401 - the client's own
        options["retry_on_status"] = ()
        for wait in _WAITS_SECONDS:
            answer = super().perform_request(method, target, **options)
            if answer.meta.status not in TRANSIENT:
                return answer
            time.sleep(wait * random.uniform(0.75, 1.25))  # noqa: S311 - so that machines do not ask all at once
        return super().perform_request(method, target, **options)


def connect(url: str, api_key: str | None, ca_certificates: Path | None) -> Elasticsearch:
    """A client for the cluster; nothing is asked of it yet. `ca_certificates`: the usual ones where None."""
    return Elasticsearch(
        url,
        api_key=api_key,
        request_timeout=_REQUEST_SECONDS,
        max_retries=_CONNECTION_RETRIES,
        retry_on_timeout=True,
        ca_certs=DEFAULT if ca_certificates is None else str(ca_certificates),
        transport_class=PatientTransport,
    )
