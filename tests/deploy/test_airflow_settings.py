# SPDX-License-Identifier: EUPL-1.2
"""Every `AIRFLOW__` variable of the compose file is one that the locked Airflow knows."""

import runpy
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import yaml

pytestmark = pytest.mark.services


def known() -> set[str]:
    """Section and option of every setting of Airflow and its providers, as variables spell them."""
    spec = find_spec("airflow")
    assert spec is not None
    assert spec.origin is not None
    airflow = Path(spec.origin).parent
    sections = yaml.safe_load((airflow / "config_templates" / "config.yml").read_text("utf-8"))
    for provider in ("celery", "fab", "smtp"):
        facts = runpy.run_path(str(airflow / "providers" / provider / "get_provider_info.py"))["get_provider_info"]()
        sections = facts.get("config", {}) | sections
    found = {(section, option) for section, content in sections.items() for option in content["options"]}
    return {f"AIRFLOW__{section.upper()}__{option.upper()}" for section, option in found}


def test_every_variable_is_a_setting_of_airflow(compose: dict[str, Any]) -> None:
    stated = {
        variable
        for service in compose["services"].values()
        for variable in service.get("environment", {})
        if variable.startswith("AIRFLOW__")
    }
    assert len(stated) > 15
    assert stated - known() == set()
