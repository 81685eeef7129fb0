# SPDX-License-Identifier: EUPL-1.2
"""`arhivar serve` and `arhivar token`: where they work, where they refuse to, and that a server stops cleanly."""

import json
import signal
import stat
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from arhivar.auditing import actor
from arhivar.composition import init_archive, open_archive
from arhivar.local_issuer import issue_token
from arhivar.settings import CHECKOUT, Settings, load_settings
from schemas.audit import AuditAction
from schemas.errors import InvalidSetting, IssuerKeyUnusable, LocalIssuerRefused, ServeUnsafe, TokenRefused
from schemas.roles import Role
from tests.arhivar.conftest import start_process
from tests.environment import bare_environment
from web.identity import open_identity
from web.server import check_serving

PROVIDER = {"ARHIVAR_OIDC_ISSUER": "https://identity.example/realms/town"}
PRODUCTION = {"ARHIVAR_PROFILE": "production"}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    place = tmp_path / "home"
    init_archive(load_settings({"ARHIVAR_HOME": str(place)}))
    return place


def settings(home: Path, **more: str) -> Settings:
    return load_settings({"ARHIVAR_HOME": str(home), **more})


def token_of(home: Path, *words: str) -> str:
    process = start_process(home, "token", *words)
    out, error = process.communicate(timeout=60)
    assert process.returncode == 0, error
    return out.strip()


def test_a_server_serves_takes_local_tokens_and_stops_cleanly(home: Path) -> None:
    token = token_of(home, "--role", "operator", "--minutes", "5")
    process = start_process(home, "serve", "--port", "0", "--json")
    try:
        assert process.stdout is not None
        serving = json.loads(process.stdout.readline())
        assert serving["event"] == "serving"
        address = f"http://{serving['host']}:{serving['port']}"
        with httpx.Client(base_url=address, trust_env=False, timeout=60) as client:
            assert client.get("/ready").json()["ready"]
            assert client.get("/api/v1/ingests").status_code == 401
            headers = {"Authorization": f"Bearer {token}"}
            assert client.get("/api/v1/ingests", headers=headers).json() == {"ingests": [], "next": None}
            beyond = client.get("/api/v1/ingests", headers={**headers, "X-Forwarded-For": "192.0.2.7"})
            assert (beyond.status_code, beyond.json()["code"]) == (401, "ARH-9302")
    finally:
        process.send_signal(signal.SIGTERM)
        _, error = process.communicate(timeout=60)
    assert process.returncode == 0, error
    lines = [json.loads(line) for line in error.splitlines()]
    assert [line["path"] for line in lines if line["event"] == "request"] == ["/ready"] + ["/api/v1/ingests"] * 3


def test_a_port_that_is_taken_is_told(home: Path) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as taken:
        process = start_process(home, "serve", "--port", str(taken.getsockname()[1]))
        _, error = process.communicate(timeout=60)
    assert process.returncode == 2
    assert "ARH-1000" in error


def test_a_server_without_an_archive_says_what_to_do(tmp_path: Path) -> None:
    process = start_process(tmp_path / "none", "serve", "--port", "0")
    _, error = process.communicate(timeout=60)
    assert process.returncode == 2
    assert "ARH-1010" in error


@pytest.mark.parametrize(
    ("host", "variables", "refused"),
    [
        ("127.0.0.1", {}, False),
        ("::1", {}, False),
        ("localhost", PRODUCTION, False),
        ("0.0.0.0", {}, True),  # noqa: S104 - the address that is refused
        ("192.0.2.1", {}, True),
        ("::", PROVIDER | PRODUCTION, True),
        ("192.0.2.1", PROVIDER, False),
        ("192.0.2.1", PROVIDER | PRODUCTION, True),
        ("192.0.2.1", PROVIDER | PRODUCTION | {"ARHIVAR_SERVE_BEHIND_TLS": "true"}, False),
        ("192.0.2.1", PRODUCTION | {"ARHIVAR_SERVE_BEHIND_TLS": "true"}, True),
    ],
)
def test_an_address_that_others_reach_needs_a_provider_and_in_production_tls(
    home: Path, host: str, variables: dict[str, str], refused: bool
) -> None:
    if refused:
        with pytest.raises(ServeUnsafe):
            check_serving(settings(home, **variables), host)
    else:
        check_serving(settings(home, **variables), host)


@pytest.mark.parametrize("variables", [PRODUCTION, PROVIDER])
def test_there_are_no_local_tokens_in_production_or_beside_a_provider(home: Path, variables: dict[str, str]) -> None:
    with pytest.raises(LocalIssuerRefused):
        issue_token(settings(home, **variables), Role.CLERK, 5)


@pytest.mark.parametrize(("variables", "only_this_machine"), [({}, False), (PRODUCTION, True), (PROVIDER | {}, True)])
def test_a_local_token_opens_nothing_where_it_should_not(
    home: Path, variables: dict[str, str], only_this_machine: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    from starlette.datastructures import Headers

    headers = Headers({"Authorization": f"Bearer {issue_token(settings(home), Role.CLERK, 5)}"})
    here = open_identity(settings(home), only_this_machine=True)
    assert Role.CLERK in here.caller(headers).roles
    monkeypatch.setattr("web.jwks.ProviderKeys.find", lambda *_: None)  # no network in tests
    elsewhere = open_identity(settings(home, **variables), only_this_machine=only_this_machine)
    with pytest.raises(TokenRefused):
        elsewhere.caller(headers)


def test_a_token_of_another_archive_is_refused(home: Path, tmp_path: Path) -> None:
    from starlette.datastructures import Headers

    other = tmp_path / "other"
    init_archive(load_settings({"ARHIVAR_HOME": str(other)}))
    foreign = Headers({"Authorization": f"Bearer {issue_token(settings(other), Role.CLERK, 5)}"})
    with pytest.raises(TokenRefused):
        open_identity(settings(home), only_this_machine=True).caller(foreign)


def test_the_key_of_local_tokens_is_its_owners_alone(home: Path) -> None:
    issue_token(settings(home), Role.CLERK, 5)
    file = home / "keys" / "issuer.pem"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    file.chmod(0o644)
    with pytest.raises(IssuerKeyUnusable, match="0644"):
        issue_token(settings(home), Role.CLERK, 5)
    file.chmod(0o600)
    file.write_text("nonsense")
    with pytest.raises(IssuerKeyUnusable):
        issue_token(settings(home), Role.CLERK, 5)


@pytest.mark.parametrize("minutes", [0, -1, 24 * 60 + 1])
def test_a_local_token_is_good_for_a_day_at_most(home: Path, minutes: int) -> None:
    with pytest.raises(ValueError, match="minutes"):
        issue_token(settings(home), Role.CLERK, minutes)


def test_the_token_is_all_that_is_printed_and_that_it_was_given_is_in_the_audit(home: Path) -> None:
    scopes = ("--scope", "work", "--scope", "records:staff")
    token = token_of(home, "--role", "service", "--minutes", "5", *scopes)
    assert len(token.split(".")) == 3
    with open_archive(settings(home)) as archive:
        (record,) = (row.sound for row in archive.catalogue.audit_rows())
    assert record is not None
    assert (record.action, record.actor) == (AuditAction.TOKEN_ISSUED, actor(settings(home)))
    assert record.details == {"role": "service", "minutes": 5, "scopes": "work records:staff"}
    assert token not in record.canonical()


def test_a_token_that_is_refused_leaves_nothing_in_the_audit(home: Path) -> None:
    process = start_process(home, "token", "--role", "clerk", **PROVIDER)
    _, error = process.communicate(timeout=60)
    assert process.returncode != 0
    assert LocalIssuerRefused.code in error
    with open_archive(settings(home)) as archive:
        assert archive.catalogue.audit_rows() == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("OIDC_ISSUER", "identity.example"),
        ("OIDC_ISSUER", "https://user:password@identity.example"),
        ("OIDC_ALGORITHMS", "none"),
        ("OIDC_ALGORITHMS", "RS256,HS256"),
        ("OIDC_ROLES_CLAIM", "a..b"),
        ("SERVE_SECRET", "short"),
        ("SERVE_PORT", "70000"),
    ],
)
def test_settings_that_would_let_anybody_in_are_refused(home: Path, name: str, value: str) -> None:
    with pytest.raises(InvalidSetting):
        settings(home, **{f"ARHIVAR_{name}": value})


def test_production_refuses_a_provider_over_plain_http_beyond_this_machine(home: Path) -> None:
    settings(home, **PRODUCTION, ARHIVAR_OIDC_ISSUER="http://127.0.0.1:8180/realms/town")
    with pytest.raises(InvalidSetting, match="oidc_issuer"):
        settings(home, **PRODUCTION, ARHIVAR_OIDC_ISSUER="http://identity.example/realms/town")


def test_the_server_starts_without_ocr_images_or_airflow() -> None:
    heavy = ["airflow", "cv2", "tesserocr", "pytesseract", "onnxruntime", "pikepdf", "PIL"]
    code = f"import sys, web.server, arhivar.cli.serve_cmd; print([n for n in {heavy!r} if n in sys.modules])"
    environment = {**bare_environment(), "PYTHONPATH": str(CHECKOUT)}
    ended = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True, timeout=60
    )
    assert ended.stdout.strip() == "[]"
