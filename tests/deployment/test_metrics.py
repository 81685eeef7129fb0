# SPDX-License-Identifier: EUPL-1.2
"""Metrics of an archive on real servers: what was done, certificates, and which server is away."""

import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.binders import make_binder, text_pages
from tests.deployment.machine import Machine

pytestmark = pytest.mark.services

_AWAY = "127.0.0.1:9"
"""The discard service's port, on which nobody listens."""


def measured(machine: Machine) -> dict[tuple[str, ...], float]:
    """Every sample by its name and the values of its labels."""
    families = text_string_to_metric_families(machine.run("metrics"))
    return {
        (sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in families
        for sample in family.samples
    }


def test_an_archive_on_servers_is_measured_and_a_server_that_is_away_is_named(
    variables: dict[str, str], tmp_path: Path
) -> None:
    machine = Machine(variables)
    inbox = tmp_path / "inbox"
    machine.run("init")
    make_binder(inbox, "mic", text_pages(2), description={"reference_code": "S/1"})
    machine.run("ingest", str(inbox))
    copies = tmp_path / "copies"
    copies.mkdir()
    started = datetime.now(UTC).timestamp()
    machine.run("backup", str(copies))
    found = measured(machine)
    assert {part: found["arhivar_up", part] for part in ("catalogue", "store", "index")} == {
        "catalogue": 1,
        "store": 1,
        "index": 1,
    }
    assert found["arhivar_units", "reconciled"] == 1
    assert found["arhivar_stage_pages_total", "done", "pages"] == 2
    assert found["arhivar_stage_cpu_seconds_total", "done", "pages"] > 0.1
    assert found["arhivar_backup_timestamp_seconds",] >= started
    assert found["arhivar_inbox_waiting_drops",] == 0
    assert found["arhivar_certificate_end_timestamp_seconds", "index"] > started
    assert ("arhivar_disk_free_bytes", "store") not in found

    for part, name in (("store", "ARHIVAR_STORE_ENDPOINT"), ("index", "ARHIVAR_INDEX")):
        scheme = variables[name].partition("://")[0]
        begun = time.monotonic()
        away = measured(Machine({**variables, name: f"{scheme}://{_AWAY}"}))
        assert time.monotonic() - begun < 60
        up = {one: away["arhivar_up", one] for one in ("catalogue", "store", "index")}
        assert up == {one: float(one != part) for one in up}
        assert away["arhivar_units", "reconciled"] == 1
