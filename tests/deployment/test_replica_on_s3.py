# SPDX-License-Identifier: EUPL-1.2
"""A bucket as the replica: filled, and what the store lost comes back from it."""

from collections.abc import Iterator
from pathlib import Path
from secrets import token_hex

import pytest

from tests.binders import make_binder, text_pages
from tests.deployment.machine import Machine
from tests.services import drop_bucket, open_bucket, require
from tests.stores import overwrite

pytestmark = pytest.mark.services


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    """Store and replica in buckets of their own, everything else on this machine."""
    minio = require("minio")
    name = f"arhivar-test-{token_hex(6)}"
    keys = {"ARHIVAR_STORE_ENDPOINT": minio["endpoint"], "ARHIVAR_STORE_ACCESS_KEY": minio["access_key"]}
    variables = {
        **keys,
        "ARHIVAR_HOME": str(tmp_path / "home"),
        "ARHIVAR_STORE": f"s3://{name}",
        "ARHIVAR_STORE_SECRET_KEY": minio["secret_key"],
        "ARHIVAR_STORE_LOCK_DAYS": "1",
        "ARHIVAR_REPLICA": f"s3://{name}-replica",
        "ARHIVAR_QUIET_SECONDS": "3600",
        "ARHIVAR_WORKERS": "2",
    }
    yield Machine(variables)
    for bucket in (name, f"{name}-replica"):
        drop_bucket(minio, bucket)


def test_what_the_store_lost_comes_back_from_a_bucket(machine: Machine, tmp_path: Path) -> None:
    name = machine.variables["ARHIVAR_STORE"].removeprefix("s3://")
    store, replica = open_bucket(require("minio"), name), open_bucket(require("minio"), f"{name}-replica")
    make_binder(tmp_path / "inbox", "mic", text_pages(1), description={"reference_code": "S/1"})
    machine.run("init")
    machine.run("ingest", str(tmp_path / "inbox"))
    machine.run("replicate", expected=7)  # no bucket yet: an unmounted disk must not become an empty replica
    machine.run("replicate", "--init")
    keys = [one.key for one in store.list("ocfl/")]
    masters, text = (next(key for key in keys if part in key) for part in ("/content/masters/", "/content/text/"))
    whole = {key: store.read(key) for key in (masters, text)}
    assert {key: replica.read(key) for key in whole} == whole
    overwrite(store, masters, b"damaged")
    store.delete(text)
    assert "ARH" not in machine.run("verify", expected=1)
    repaired = machine.ask("verify", "--repair")["repairs"]
    assert [(len(one["repaired"]), one["unrepaired"], one["left"]) for one in repaired] == [(2, [], [])]
    assert {key: store.read(key) for key in whole} == whole
    machine.run("verify")
    machine.run("replicate")
