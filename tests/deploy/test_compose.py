# SPDX-License-Identifier: EUPL-1.2
"""docker-compose.yml is valid, starts in the right order, publishes nothing, and says what the settings table knows."""

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from arhivar.settings import SETTING_NAMES, Settings, load_settings
from schemas.roles import Role
from tests.deploy.composed import COMPOSE, ROOT, Unset, env_file, read_compose, variables
from tools.services import elasticsearch, keycloak
from tools.services.airflow import RECOVERY
from tools.services.airflow_celery import DELIVERY, INTAKE_QUEUES, PAGE_QUEUE
from web.server import check_serving

ONE_SHOT = {"certificates", "init", "arhivar"}
SERVERS = {"postgresql", "minio", "elasticsearch"}
SECRET = re.compile(r"_(PASSWORD|KEY|SECRET)$")
Compose = dict[str, Any]


def test_the_file_is_valid_by_the_compose_specification(compose: Compose) -> None:
    schema = json.loads((ROOT / "tests/deploy/compose-spec/compose-spec.json").read_text("utf-8"))
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    assert [error.message for error in validator.iter_errors(compose)] == []
    assert list(validator.iter_errors({**compose, "services": {"x": {"imagine": "y"}}})), "the schema refuses nothing"


def test_every_service_is_started_after_what_it_needs(compose: Compose) -> None:
    services = compose["services"]
    needs = {name: service.get("depends_on", {}) for name, service in services.items()}
    for name, needed in needs.items():
        for other, how in needed.items():
            expected = "service_completed_successfully" if other in ONE_SHOT else "service_healthy"
            assert how == {"condition": expected}, f"{name} after {other}"
    assert set(needs["keycloak"]) == {"certificates", "postgresql"}
    for server in SERVERS | {"redis"}:
        assert set(needs[server]) == {"certificates"}
    assert set(needs["init"]) == set(needs["arhivar"]) == SERVERS
    assert set(needs["api-server"]) == set(needs["metrics"]) == set(needs["api"]) == {"init"}
    for part in ("scheduler", "dag-processor", "triggerer", "worker", "worker-intake"):
        assert "api-server" in needs[part]
    assert all("redis" in needs[part] for part in ("worker", "worker-intake"))


def test_every_service_has_a_health_check_or_ends_by_itself(compose: Compose) -> None:
    services = compose["services"]
    assert {name for name, service in services.items() if "healthcheck" not in service} == ONE_SHOT
    for name, service in services.items():
        assert service["restart"] == ("no" if name in ONE_SHOT else "unless-stopped"), name
        if name not in ONE_SHOT:
            assert {"test", "interval", "timeout", "retries", "start_period"} <= set(service["healthcheck"]), name


def test_every_service_is_confined(compose: Compose) -> None:
    for name, service in compose["services"].items():
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert service["deploy"]["resources"]["limits"]["memory"], name
        assert not service.get("privileged"), name
        assert service["logging"]["options"].keys() == {"max-size", "max-file"}, name
    writable = {name for name, service in compose["services"].items() if not service.get("read_only")}
    assert writable == {"elasticsearch", "keycloak"}
    assert {name for name, service in compose["services"].items() if service.get("user") == "0:0"} == {"certificates"}


def test_every_image_is_pinned_or_made_here(compose: Compose) -> None:
    for name, service in compose["services"].items():
        image, tag = service["image"].rsplit(":", 1)
        assert re.search(r"\d+\.\d+|\d{8}", tag), f"{name}: {tag}"
        assert ("build" in service) == image.startswith("localhost/"), name
        if "build" in service:
            context = ROOT / service["build"]["context"]
            assert (context / service["build"]["dockerfile"]).is_file(), name
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert compose["services"]["init"]["image"] == f"localhost/arhivar:{project['version']}"
    assert compose["services"]["api"]["image"] == f"localhost/arhivar-api:{project['version']}"


def test_servers_are_those_that_the_tests_run_against(compose: Compose) -> None:
    services = compose["services"]
    assert services["elasticsearch"]["image"].endswith(f":{elasticsearch._VERSION}")
    assert services["keycloak"]["image"].endswith(f":{keycloak.VERSION}")
    client = re.search(r"^elasticsearch==(\d+)", (ROOT / "requirements.txt").read_text("utf-8"), re.MULTILINE)
    assert client is not None
    assert elasticsearch._VERSION.split(".")[0] == client[1]
    assert services["postgresql"]["image"].startswith("postgres:15."), "Debian 12's, which tools/services starts"
    assert services["redis"]["image"].startswith("redis:7."), "Debian 12's, which tools/services starts"


def test_ports_are_published_on_loopback_alone(compose: Compose) -> None:
    published = {name: port for name, service in compose["services"].items() for port in service.get("ports", [])}
    assert set(published) == SERVERS | {"api-server", "api", "keycloak"}
    assert {port.rsplit(":", 2)[0] for port in published.values()} == {"127.0.0.1"}


def test_every_volume_is_declared_and_used(compose: Compose) -> None:
    used = set()
    for service in compose["services"].values():
        for mount in service.get("volumes", []):
            source = mount.split(":")[0] if isinstance(mount, str) else mount["source"]
            if not source.startswith((".", "/")):
                used.add(source)
            elif source.startswith("."):
                assert (ROOT / source).exists(), source
    assert used == set(compose["volumes"])


def test_only_what_takes_binders_sees_the_share(compose: Compose) -> None:
    assert set(_seeing(compose, "/srv/inbox")) == {"scheduler", "worker-intake", "arhivar"}


def test_what_audits_sees_the_replica_and_cannot_change_it(compose: Compose) -> None:
    seeing = _seeing(compose, "/srv/replica")
    writing = {name for name, mount in seeing.items() if not mount.get("read_only")}
    assert (set(seeing), writing) == ({"scheduler", "worker-intake", "arhivar"}, {"arhivar"})
    for name in seeing:
        assert compose["services"][name]["environment"]["ARHIVAR_REPLICA"] == "/srv/replica"


def _seeing(compose: Compose, target: str) -> dict[str, Compose]:
    """The mount of each service that has one at that place."""
    return {
        name: mount
        for name, service in compose["services"].items()
        for mount in service.get("volumes", [])
        if isinstance(mount, dict) and mount["target"] == target
    }


def test_tasks_that_read_the_share_run_where_it_is_seen(compose: Compose) -> None:
    dags = {path.stem: path.read_text("utf-8") for path in (ROOT / "dags").glob("*.py")}
    queued = set(re.findall(r'@task\(queue="(\w+)"\)[^\n]*\n    def (\w+)', "\n".join(dags.values())))
    assert queued == {("intake", "take"), ("intake", "remind"), ("keeping", "audit")}
    served = {
        name: service["command"][service["command"].index("--queues") + 1]
        for name, service in compose["services"].items()
        if "--queues" in service.get("command", [])
    }
    assert served == {"worker": "default", "worker-intake": "intake,keeping"}


def test_a_private_key_is_seen_by_its_server_alone(compose: Compose) -> None:
    seen: dict[str, set[str]] = {}
    for name, service in compose["services"].items():
        for mount in service.get("volumes", []):
            if isinstance(mount, str):
                seen.setdefault(mount.split(":")[0], set()).add(name)
    private = {volume: users for volume, users in seen.items() if volume.endswith("-tls") or volume == "authority"}
    assert private.pop("authority") == {"certificates"}
    assert private.pop("airflow-tls") == {"certificates", "api-server"}
    assert private == {f"{name}-tls": {"certificates", name} for name in (*SERVERS, "redis", "keycloak")}


def test_nothing_starts_without_its_secrets(env: dict[str, str]) -> None:
    secrets = {name for name in variables() if SECRET.search(name)}
    assert len(secrets) > 8
    for name in secrets:
        with pytest.raises(Unset, match=name):
            read_compose({**env, name: ""})


def test_no_secret_stands_in_the_file() -> None:
    text = COMPOSE.read_text("utf-8")
    stated = re.findall(r"^\s+([A-Z_]*(?:PASSWORD|SECRET|KEY)[A-Z_]*): (.*)$", text, re.MULTILINE)
    assert len(stated) > 8
    files = {
        "KC_HTTPS_CERTIFICATE_KEY_FILE",
        "AIRFLOW__API__SSL_KEY",
        "ARHIVAR_STORE_ACCESS_KEY",
        "ARHIVAR_INDEX_API_KEY_FILE",
    }
    optional = {"ARHIVAR_REPLICA_SECRET_KEY", "ARHIVAR_REPLICA_ACCESS_KEY"}  # from .env, where it states them
    named = files | optional
    assert [name for name, value in stated if name not in named and not value.startswith("${")] == []
    assert all(how == ":?" for name, (how, _) in variables().items() if SECRET.search(name))


def test_the_example_lists_every_variable_with_the_file_s_default(env: dict[str, str]) -> None:
    example = env_file(ROOT / ".env.example")
    assert set(example) == {*variables(), "COMPOSE_PROFILES"} - {
        "USER",
        "ARHIVAR_REPLICA",
    }  # compose's own; the shell's
    for name, (how, default) in variables().items():
        if how == ":-" and name in example:
            assert example[name] == default, name
    assert {name: value for name, value in example.items() if SECRET.search(name) and value} == {}


@pytest.mark.parametrize(
    "name",
    [
        "init",
        "arhivar",
        "scheduler",
        "worker",
        "worker-intake",
        "dag-processor",
        "triggerer",
        "api-server",
        "metrics",
        "api",
    ],
)
def test_every_setting_of_a_service_is_one_that_arhivar_takes(compose: Compose, tmp_path: Path, name: str) -> None:
    stated = {
        variable: str(value)
        for variable, value in compose["services"][name]["environment"].items()
        if variable.startswith("ARHIVAR_") and value is not None
    }
    optional = {
        variable.removeprefix("ARHIVAR_").lower()
        for variable, value in compose["services"][name]["environment"].items()
        if value is None
    }
    assert optional <= set(SETTING_NAMES)
    key = tmp_path / "index-api-key"
    key.write_text("a2V5OnZhbHVl")
    assert stated["ARHIVAR_INDEX_API_KEY_FILE"] == "/run/arhivar/index-api-key"
    settings = load_settings({**stated, "ARHIVAR_HOME": str(tmp_path), "ARHIVAR_INDEX_API_KEY_FILE": str(key)})
    assert settings.profile == "production"
    assert settings.store == "s3://arhivar"
    assert settings.index is not None
    assert settings.catalogue is not None


def test_the_api_takes_the_tokens_of_keycloak_s_realm_and_may_be_reached(compose: Compose, tmp_path: Path) -> None:
    stated = compose["services"]["api"]["environment"]
    variables = {name: str(value) for name, value in stated.items() if value is not None}
    (tmp_path / "key").write_text("a2V5OnZhbHVl")
    place = {"ARHIVAR_HOME": str(tmp_path), "ARHIVAR_INDEX_API_KEY_FILE": str(tmp_path / "key")}
    settings = load_settings(variables | place)
    check_serving(settings, "0.0.0.0")  # noqa: S104 - as in its container
    realm = json.loads(keycloak.REALM.read_text("utf-8"))
    served = compose["services"]["keycloak"]["environment"]["KC_HOSTNAME"]
    assert settings.oidc_issuer == f"{served}/realms/{realm['realm']}"
    assert compose["services"]["api"]["command"] == ["serve", "--host", "0.0.0.0"]  # noqa: S104


def test_the_realm_has_our_roles_and_no_secrets_and_its_pages_need_pkce() -> None:
    text = keycloak.REALM.read_text("utf-8")
    assert not re.search(r'"(secret|credentials|privateKey|password)"', text)
    realm = json.loads(text)
    assert {role["name"] for role in realm["roles"]["realm"]} == {role.value for role in Role} | {"restricted-records"}
    clients = {client["clientId"]: client for client in realm["clients"]}
    assert set(clients) == {Settings.model_fields["oidc_audience"].default, "arhivar-pages"}
    pages = clients["arhivar-pages"]
    assert (pages["publicClient"], pages["attributes"]["pkce.code.challenge.method"]) == (True, "S256")
    assert not pages["directAccessGrantsEnabled"]
    assert not pages["implicitFlowEnabled"]
    assert "users" not in realm


def test_a_profile_brings_the_queue_and_its_workers(compose: Compose, env: dict[str, str]) -> None:
    profiles = {name: service.get("profiles", []) for name, service in compose["services"].items()}
    assert {name for name, needed in profiles.items() if needed == ["scale"]} == {"redis", "worker", "worker-intake"}
    assert {name for name, needed in profiles.items() if needed and needed != ["scale"]} == {
        "arhivar",
        "keycloak",
        "metrics",
    }
    wider = read_compose({**env, "AIRFLOW_EXECUTOR": "CeleryExecutor"})["services"]
    executors = {service["environment"].get("AIRFLOW__CORE__EXECUTOR") for service in wider.values()}
    assert executors - {None} == {"CeleryExecutor"}


def test_a_dead_worker_s_tasks_are_given_to_another_as_where_the_tests_kill_one(compose: Compose) -> None:
    wanted = {f"AIRFLOW__{name.upper()}": value for name, value in (RECOVERY | DELIVERY).items()}
    for name in ("scheduler", "worker", "worker-intake"):
        stated = compose["services"][name]["environment"]
        assert {variable: stated.get(variable) for variable in wanted} == wanted, name
        assert stated["AIRFLOW__CELERY__RESULT_BACKEND"].startswith("db+postgresql+psycopg://")
    queues = {name: compose["services"][name]["command"] for name in ("worker", "worker-intake")}
    assert queues["worker"][-1] == PAGE_QUEUE
    assert queues["worker-intake"][queues["worker-intake"].index("--queues") + 1] == INTAKE_QUEUES


def test_when_a_task_is_tried_again_its_dead_worker_s_lease_has_run_out(compose: Compose, tmp_path: Path) -> None:
    stated = compose["services"]["worker"]["environment"].get("ARHIVAR_LEASE_SECONDS")
    variables = {"ARHIVAR_HOME": str(tmp_path)} | ({} if stated is None else {"ARHIVAR_LEASE_SECONDS": stated})
    assert load_settings(variables).lease_seconds <= int(RECOVERY["scheduler__task_instance_heartbeat_timeout"])
