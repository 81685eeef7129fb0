# SPDX-License-Identifier: EUPL-1.2
"""Whether a component of Airflow is healthy, as the API server sees it: ``healthy.py scheduler``.

`airflow jobs check` says the same and costs four CPU seconds each time, for the import of Airflow.
"""

import json
import os
import ssl
import sys
import urllib.request


def main(component: str) -> int:
    """0 where the component is healthy, else 1."""
    address = os.environ["AIRFLOW__CORE__EXECUTION_API_SERVER_URL"].removesuffix("/execution/")
    context = ssl.create_default_context(cafile=os.environ["AIRFLOW__API__SSL_CA_FILE"])
    request = f"{address}/api/v2/monitor/health"
    with urllib.request.urlopen(request, timeout=10, context=context) as answer:  # noqa: S310 - an address of our own
        state = json.load(answer)[component]["status"]
    print(f"{component}: {state}")  # noqa: T201 - shown by `docker inspect`
    return 0 if state == "healthy" else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
