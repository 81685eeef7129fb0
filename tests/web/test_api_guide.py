# SPDX-License-Identifier: EUPL-1.2
"""docs/api.md says what the API does: its table has every address, and its calls work as printed."""

import json
import re
import subprocess
from dataclasses import replace
from pathlib import Path

from fastapi.routing import APIRoute

from arhivar.local_issuer import issue_token
from arhivar.settings import CHECKOUT
from schemas.roles import Role
from schemas.unit import AccessClass
from tests.web.conftest import Office
from tests.web.serving import served
from web.app import create_app
from web.identity import open_identity

GUIDE = CHECKOUT / "docs" / "api.md"
SIGNATURES = {"jpg": {b"\xff\xd8\xff\xe0"}, "pdf": {b"%PDF"}}


def test_the_guide_has_every_address(office: Office) -> None:
    rows = re.findall(r"^\| ((?:`[A-Z]+` )+)`(/[^`]+)` \|", GUIDE.read_text(encoding="utf-8"), re.MULTILINE)
    described = {(path, method) for methods, path in rows for method in re.findall(r"[A-Z]+", methods)}
    there = {
        (route.path, method)
        for route in office.app.routes
        if isinstance(route, APIRoute)
        for method in route.methods or ()
    }
    assert described == there


def _calls() -> list[str]:
    block = re.search(r"^```sh\n(.*?)^```", GUIDE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    assert block is not None
    whole = block.group(1).replace("\\\n", " ")
    return [line.partition("   #")[0].strip() for line in whole.splitlines() if line.startswith("curl")]


def test_the_calls_work_as_printed(office: Office, tmp_path: Path) -> None:
    parts = replace(office.parts, identity=open_identity(office.settings, only_this_machine=True))
    calls = _calls()
    assert len(calls) >= 6
    with served(create_app(office.settings, parts)) as address:
        known = {
            "API": f"{address}/api/v1",
            "TOKEN": issue_token(office.settings, Role.CLERK, 5),
            "UNIT": office.unit(AccessClass.STAFF),
            "PATH": "/usr/bin:/bin",
        }
        for call in calls:
            ended = subprocess.run(
                ["bash", "-c", call.replace("curl ", "curl -sS --noproxy '*' --fail-with-body ", 1)],
                env=known,
                cwd=tmp_path,
                capture_output=True,
                text=True,
                timeout=60,
                check=False,
            )
            assert ended.returncode == 0, (call, ended.stdout, ended.stderr)
            saved = re.search(r" -o (\S+)", call)
            if saved is not None:
                assert (tmp_path / saved[1]).read_bytes()[:4] in SIGNATURES[saved[1].rpartition(".")[2]]
                continue
            if call.partition("?")[0].rstrip('"').endswith((".csv", "/text")):
                assert ended.stdout.strip()
                continue
            answer = json.loads(ended.stdout)
            if "/search" in call or "/facets" in call:
                assert answer["units"] == (2 if "TOKEN" in call else 1)
