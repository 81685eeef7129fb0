# SPDX-License-Identifier: EUPL-1.2
"""`arhivar metrics --listen` answers over HTTP, on this machine unless told otherwise, until it is stopped."""

import json
import signal
import socket
import urllib.error
import urllib.request

from prometheus_client.parser import text_string_to_metric_families

from tests.arhivar.conftest import RunArhivar


def get(address: str) -> tuple[int, str, str]:
    try:
        with urllib.request.urlopen(address, timeout=60) as answer:  # noqa: S310 - our own server
            return answer.status, answer.headers["Content-Type"], answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers["Content-Type"], error.read().decode()


def test_it_is_served_until_it_is_stopped(start_arhivar: RunArhivar) -> None:
    process = start_arhivar("metrics", "--listen", "0", "--json")
    try:
        assert process.stdout is not None
        serving = json.loads(process.stdout.readline())
        assert serving["host"] == "127.0.0.1"
        address = f"http://127.0.0.1:{serving['port']}"
        status, kind, text = get(f"{address}/metrics")
        assert (status, kind.split(";")[0]) == (200, "text/plain")
        assert "arhivar_up" in {family.name for family in text_string_to_metric_families(text)}
        assert get(f"{address}/healthy")[::2] == (200, "ok\n")
        assert get(f"{address}/")[0] == 404
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=120)
    finally:
        process.kill()
        process.wait()
    assert process.returncode == 0
    assert "HTTP/1.1" not in err


def test_a_port_that_is_taken_is_an_error_that_says_so(start_arhivar: RunArhivar) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        process = start_arhivar("metrics", "--listen", f"127.0.0.1:{taken.getsockname()[1]}")
        _, err = process.communicate(timeout=120)
    assert process.returncode == 2
    assert "--listen" in err
