# SPDX-License-Identifier: EUPL-1.2
"""The rules and the scrape configuration for Prometheus agree with what is measured and with the compose file."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest
import yaml

from arhivar.composition import init_archive
from arhivar.metrics import families
from arhivar.metrics.collector import archive_registry
from arhivar.progress.verdicts import Verdict
from arhivar.settings import load_settings
from repository.monitoring import InboxLook
from schemas.stages import StageOutcome
from tests.deploy.composed import ROOT

FOLDER = ROOT / "deploy" / "prometheus"
_SELECTOR = re.compile(r"\b(arhivar_\w+)(?:\{([^}]*)\})?")
_MATCHER = re.compile(r'(\w+)=~?"([^"]*)"')
_SAID: dict[str, set[str]] = {"verdict": set(Verdict), "outcome": set(StageOutcome), "place": {"home", "work", "store"}}
"""What the selectors ask of labels must be among this."""
_ASKED_FOR = {
    *("ArhivarIngestStuck", "ArhivarDropLate", "ArhivarDiskNearlyFull", "ArhivarOutboxOld", "ArhivarServerAway"),
    *("ArhivarFixityOverdue", "ArhivarBackupOld", "ArhivarQuarantineWaits", "ArhivarCertificateEnds"),
}


def _rules() -> dict[str, dict[str, Any]]:
    groups = yaml.safe_load((FOLDER / "arhivar.rules.yml").read_text("utf-8"))["groups"]
    return {rule["alert"]: rule for group in groups for rule in group["rules"]}


RULES = _rules()


_LOOK = InboxLook("x", datetime(2027, 1, 1, tzinfo=UTC), 0, None, 0, None)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """The labels of every metric, by the names of its samples; those without a sample here have none."""
    settings = load_settings({"ARHIVAR_HOME": str(tmp_path_factory.mktemp("home"))})
    init_archive(settings)
    found: dict[str, set[str]] = {}
    every = [*archive_registry(settings).collect(), *families.inbox(_LOOK)]
    for family in every:
        name = f"{family.name}_total" if family.type == "counter" else family.name
        found.setdefault(name, set()).update(getattr(family, "_labelnames", ()))
    return found


def test_what_must_be_told_has_a_rule() -> None:
    assert set(RULES) >= _ASKED_FOR


@pytest.mark.parametrize("name", RULES)
def test_a_rule_asks_for_what_is_measured(name: str, told: dict[str, set[str]]) -> None:
    selectors = _SELECTOR.findall(RULES[name]["expr"])
    assert selectors or name == "ArhivarNotMeasured"
    for metric, labels in selectors:
        assert metric in told, metric
        for label, value in _MATCHER.findall(labels):
            assert label in told[metric], (metric, label)
            assert set(value.split("|")) <= _SAID[label], (metric, value)
    for label in re.findall(r"\$labels\.(\w+)", str(RULES[name]["annotations"])):
        assert any(label in told[metric] for metric, _ in selectors), label


@pytest.mark.parametrize("name", RULES)
def test_a_rule_speaks_romanian_first_then_english_and_says_what_to_do(name: str) -> None:
    rule = RULES[name]
    assert set(rule) <= {"alert", "expr", "for", "labels", "annotations"}
    assert list(rule["annotations"]) == ["summary", "summary_en", "action"]
    assert re.search(r"\b(de|nu|mai|expiră)\b", rule["annotations"]["summary"])
    assert rule["labels"]["severity"] in {"info", "warning", "critical"}
    assert re.fullmatch(r"\d+[mh]", rule.get("for", "1m"))


def test_every_metric_is_documented_with_its_labels(told: dict[str, set[str]]) -> None:
    text = (ROOT / "docs" / "operations.md").read_text("utf-8")
    documented: dict[str, set[str]] = {}
    for names, labels in re.findall(r"^\| ((?:`arhivar_\w+`(?:, )?)+) \|([^|]*)\|", text, re.MULTILINE):
        for name in re.findall(r"`(\w+)`", names):
            documented[name] = set(re.findall(r"`(\w+)`", labels))
    measured = {"arhivar_build_info" if name == "arhivar_build" else name: labels for name, labels in told.items()}
    assert documented == measured | {"arhivar_build_info": {"version", "catalogue"}}


def test_promtool_has_a_case_of_each_rule_that_fires_and_one_that_does_not() -> None:
    cases = yaml.safe_load((FOLDER / "arhivar.tests.yml").read_text("utf-8"))
    assert cases["rule_files"] == ["arhivar.rules.yml"]
    named = {case["name"] for case in cases["tests"]}
    assert named == {f"{rule} {what}" for rule in RULES for what in ("fires", "is quiet")}


def test_what_is_scraped_is_where_the_service_listens(compose: dict[str, Any]) -> None:
    configuration = yaml.safe_load((FOLDER / "prometheus.yml").read_text("utf-8"))
    assert [(FOLDER / name).is_file() for name in configuration["rule_files"]] == [True]
    (scrape,) = configuration["scrape_configs"]
    service = compose["services"]["metrics"]
    port = service["command"][-1].rpartition(":")[2]
    assert scrape["static_configs"] == [{"targets": [f"metrics:{port}"]}]
    assert service["expose"] == [port]
    assert "ports" not in service
    assert f"http://127.0.0.1:{port}/healthy" in service["healthcheck"]["test"][-1]
    assert f'job="{scrape["job_name"]}"' in RULES["ArhivarNotMeasured"]["expr"]
