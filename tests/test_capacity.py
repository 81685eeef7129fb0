# SPDX-License-Identifier: EUPL-1.2
"""The sums of docs/capacity.md follow from the figures that it names, and those are what was measured or is set."""

import re
from collections.abc import Callable, Mapping

import pytest
import yaml

from arhivar.settings import CHECKOUT, Settings

TEXT = (CHECKOUT / "docs" / "capacity.md").read_text("utf-8")
KIB, MIB, GIB = 1024, 1024**2, 1024**3
DAY_S = 86400


def table(heading: str) -> list[list[str]]:
    """The rows of a section's table, below its head."""
    section = re.search(rf"^## {heading}\n(.*?)(?=^## |\Z)", TEXT, re.MULTILINE | re.DOTALL)
    assert section is not None, heading
    lines = [line for line in section[1].splitlines() if line.startswith("|")]
    assert len(lines) > 3
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


F = {row[0].strip("`"): float(row[1]) for row in table("Figures")}


def says(cell: str, value: float) -> bool:
    """Whether the cell is the value, rounded to as many places as it shows."""
    decimals = len(cell.partition(".")[2])
    return abs(float(cell.replace(",", "")) - value) <= 0.50005 / float(10**decimals)


def master_bytes(kind: str, pages: float) -> float:
    return pages * F[f"{kind}_mib"] * MIB


def store_bytes(kind: str, pages: float) -> float:
    return master_bytes(kind, pages) + pages * (F["pdf_kib"] + F["text_kib"]) * KIB


def core_seconds(pages: float) -> float:
    return pages * F["cpu_s"]


SUMS: Mapping[str, Callable[[float], float]] = {
    "pages": lambda pages: pages,
    "masters, JPEG, GiB": lambda pages: master_bytes("jpeg", pages) / GIB,
    "masters, TIFF, GiB": lambda pages: master_bytes("tiff", pages) / GIB,
    "PDF, GiB": lambda pages: pages * F["pdf_kib"] * KIB / GIB,
    "text (ALTO) and descriptions, GiB": lambda pages: pages * F["text_kib"] * KIB / GIB,
    "store with JPEG masters, GiB": lambda pages: store_bytes("jpeg", pages) / GIB,
    "store with TIFF masters, GiB": lambda pages: store_bytes("tiff", pages) / GIB,
    "index, GB": lambda pages: pages * F["index_kb"] * 1e3 / 1e9,
    "catalogue, GiB": lambda pages: pages * F["catalogue_kib"] * KIB / GIB,
    "backups, GiB": lambda pages: pages * F["catalogue_kib"] * KIB / GIB * F["backups_kept"],
    "reading, core hours": lambda pages: core_seconds(pages) / 3600,
    "days of reading on 4 cores": lambda pages: core_seconds(pages) / 4 / DAY_S,
    "days of reading on 8 cores": lambda pages: core_seconds(pages) / 8 / DAY_S,
    "fixity, JPEG, MiB/s": lambda pages: store_bytes("jpeg", pages) / MIB / (F["fixity_days"] * DAY_S),
    "fixity, TIFF, MiB/s": lambda pages: store_bytes("tiff", pages) / MIB / (F["fixity_days"] * DAY_S),
}


def test_every_row_of_the_calculator_is_summed_here() -> None:
    assert [row[0] for row in table("For so many units")] == list(SUMS)


@pytest.mark.parametrize("row", table("For so many units"), ids=lambda row: row[0])
def test_the_calculator_follows_from_the_figures(row: list[str]) -> None:
    for cell, units in zip(row[1:4], (1000, 5000, 10000), strict=True):
        value = SUMS[row[0]](units * F["pages_a_unit"])
        assert says(cell, value), (row[0], units, value)
    assert set(re.findall(r"`(\w+)`", row[4])) <= set(F)


@pytest.mark.parametrize("row", table("Scanners"), ids=lambda row: row[0])
def test_scanners_cores_and_network_follow_from_the_figures(row: list[str]) -> None:
    a_minute = float(row[0])
    assert says(row[1], a_minute * F["cpu_s"] / 60)
    for cell, kind in zip(row[2:4], ("jpeg", "tiff"), strict=True):
        assert says(cell, master_bytes(kind, a_minute / 60) * 8 * F["passes"] / 1e6), kind
    assert says(row[4], a_minute * 60 * 6)


def test_figures_are_those_that_were_measured_or_are_set() -> None:
    measured = (CHECKOUT / "docs" / "benchmarks.md").read_text("utf-8")
    assert f"{F['jpeg_mib']} MiB a page" in measured
    assert f"| PDF, KiB a page | {F['pdf_kib']:g} |" in measured
    assert re.search(rf"CPU s a page, everything .*\| {F['cpu_s']} \|", measured)
    assert "1.2 million pages with their rows, catalogue 955 MiB" in measured
    assert says(str(F["catalogue_kib"]), 955 * KIB / 1.2e6)
    assert "4.1 kB a page" in measured
    assert says(str(F["index_kb"]), 4.1 * 4 / 3)
    assert says(str(F["tiff_mib"]), 2480 * 3508 * 3 / MIB)
    assert Settings.model_fields["fixity_days"].default == F["fixity_days"]
    operations = (CHECKOUT / "docs" / "operations.md").read_text("utf-8")
    assert f"--keep {F['backups_kept']:g}" in operations


def test_memory_is_what_the_compose_file_allows() -> None:
    services = yaml.safe_load((CHECKOUT / "docker-compose.yml").read_text("utf-8"))["services"]
    total = 0.0
    for row in table("Memory"):
        limit = str(services[row[0].strip("`")]["deploy"]["resources"]["limits"]["memory"])
        number, unit = re.findall(r"(\d+)([gm])", limit)[-1]
        assert float(row[1]) == float(number) / {"g": 1, "m": 1024}[unit], row[0]
        total += float(row[1])
    assert f"that is {total:g} GiB of limits" in TEXT


def test_the_short_answer_is_that_of_the_tables() -> None:
    pages = 5000 * F["pages_a_unit"]
    assert "2,5 zile de calculator" in TEXT
    assert says("2.5", SUMS["days of reading on 8 cores"](pages))
    assert "2 TiB" in TEXT, "of which 30 % stay free"
    assert "43 TiB" in TEXT
    assert SUMS["store with JPEG masters, GiB"](pages) / 0.7 <= 2 * KIB
    assert SUMS["store with TIFF masters, GiB"](pages) / 0.7 / KIB <= 43
