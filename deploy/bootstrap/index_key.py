# SPDX-License-Identifier: EUPL-1.2
"""An API key of Elasticsearch for Arhivar's own indices, kept in a file.

Only the cluster can make a key, so it cannot come from the environment like the passwords. A key that still opens the
cluster is kept; one that does not, as after the cluster's data was lost, is made anew.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from elastic_transport.client_utils import DEFAULT
from elasticsearch import AuthenticationException, Elasticsearch


def rights(prefix: str) -> dict[str, Any]:
    """What the key may do: everything in the indices of that prefix, and ask for the cluster's health."""
    return {"arhivar": {"cluster": ["monitor"], "indices": [{"names": [f"{prefix}-*"], "privileges": ["all"]}]}}


def keep_key(file: Path, *, url: str, password: str, prefix: str, ca_certificates: Path | None = None) -> bool:
    """Write a key into the file, readable by its owner alone, unless the one in it is good; whether one was made.

    Raises the client's TransportError and ApiError.
    """
    ca_certs = DEFAULT if ca_certificates is None else str(ca_certificates)
    if file.exists():
        with Elasticsearch(url, api_key=file.read_text().strip(), ca_certs=ca_certs, request_timeout=30) as client:
            try:
                client.security.authenticate()
            except AuthenticationException:
                pass
            else:
                return False
    with Elasticsearch(url, basic_auth=("elastic", password), ca_certs=ca_certs, request_timeout=30) as client:
        made = client.security.create_api_key(name=f"{prefix}-pipeline", role_descriptors=rights(prefix))
    temporary = file.with_name(f".{file.name}.{os.getpid()}")
    temporary.touch(mode=0o600)
    temporary.write_text(f"{made['encoded']}\n")
    temporary.replace(file)
    return True


def main(variables: Mapping[str, str]) -> None:
    """Keep the key of the cluster that the settings name, where they look for it."""
    keep_key(
        Path(variables["ARHIVAR_INDEX_API_KEY_FILE"]),
        url=variables["ARHIVAR_INDEX"],
        password=variables["INDEX_ADMIN_PASSWORD"],
        prefix=variables.get("ARHIVAR_INDEX_PREFIX", "arhivar"),
        ca_certificates=Path(variables["ARHIVAR_INDEX_CA_FILE"]),
    )


if __name__ == "__main__":
    main(os.environ)
