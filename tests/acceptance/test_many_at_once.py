# SPDX-License-Identifier: EUPL-1.2
"""Several `arhivar ingest` on one inbox: real processes, and each binder is taken once, whoever was quicker.

veraPDF is replaced by a program that is content with every file, since Java's start would take most of the time;
`tests/arhivar/test_pipeline.py` has two processes with the real one.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from arhivar.composition import init_archive, object_id, open_archive
from arhivar.settings import CHECKOUT, load_settings
from schemas.errors import EXIT_DONE
from schemas.ingest import IngestState
from tests.binders import draw_page
from tests.environment import bare_environment

BINDERS = 60
PAGE_PX = (500, 250)

CONTENT_JAVA = """#!/bin/sh
separator=
printf '{"report":{"jobs":['
for name; do
  case $name in
    *.pdf) printf '%s{"itemDetails":{"name":"%s"},"validationResult":[{"compliant":true,"details":{}}]}' \\
      "$separator" "$name"; separator=, ;;
  esac
done
printf ']}}'
"""


def _drop_binders(inbox: Path) -> int:
    """Sixty binders of one or two pages, each with a word of its own; how many pages they have."""
    pages = 0
    for number in range(BINDERS):
        folder = inbox / f"b{number:02}"
        for page in range(1, 2 + number % 2):
            draw_page(folder / f"{page}.png", [f"Dosarul {number}", f"pagina {page}"], size_px=PAGE_PX)
            pages += 1
        (folder / "unit.json").write_text(json.dumps({"reference_code": f"M/{number}"}), encoding="utf-8")
        (folder / "_READY").touch()
    return pages


def _start(environment: dict[str, str], *words: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "arhivar", "--lang", "en", *words],
        cwd=CHECKOUT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize("processes", [2, 4])
def test_each_binder_is_taken_once(tmp_path: Path, processes: int) -> None:
    java = tmp_path / "java"
    java.write_text(CONTENT_JAVA, encoding="utf-8")
    java.chmod(0o755)
    settings = load_settings({"ARHIVAR_HOME": str(tmp_path / "home")})
    init_archive(settings)
    inbox = tmp_path / "inbox"
    pages = _drop_binders(inbox)
    environment = {
        **bare_environment(),
        "ARHIVAR_HOME": str(settings.home),
        "ARHIVAR_JAVA": str(java),
        "ARHIVAR_WORKERS": "1",
    }
    runs = [_start(environment, "ingest", "--json", str(inbox)) for _ in range(processes)]
    ended = [run.communicate(timeout=1800) for run in runs]
    assert [run.returncode for run in runs] == [EXIT_DONE] * processes, ended
    reports = [json.loads(out) for out, _ in ended]
    assert all(report["errors"] == [] for report in reports)
    taken = sorted(one["folder"] for report in reports for one in report["taken"])
    assert taken == [f"b{number:02}" for number in range(BINDERS)]
    finished = sorted(one["ingest_id"] for report in reports for one in report["ingests"])
    assert len(finished) == len(set(finished)) == BINDERS
    assert [path.name for path in inbox.rglob("*")] == [".claimed"]
    with open_archive(settings) as archive:
        rows = archive.catalogue.ingests()
        assert [row.state for row in rows] == [IngestState.RECONCILED] * BINDERS
        assert sum(len(archive.catalogue.pages(row.ingest_id)) for row in rows) == pages
        assert {archive.packages.head(object_id(row.unit_id)) for row in rows} == {1}
        assert archive.catalogue.outbox(1) == []
        assert list(archive.store.list("staging/")) == []
    verified = _start(environment, "verify", "--json")
    out, err = verified.communicate(timeout=1800)
    assert verified.returncode == EXIT_DONE, (out, err)
    assert len(json.loads(out)["units"]) == BINDERS
