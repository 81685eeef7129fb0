# SPDX-License-Identifier: EUPL-1.2
"""How carefully a unit is read and how much of its look is kept: what goes before what."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from arhivar.reading_choice import ReadingChoice, choose_reading, match_series, reading_settings
from arhivar.settings import Settings, load_settings
from schemas.drop import Intent
from schemas.errors import InvalidSetting
from schemas.ingest import Manifest, Reread, unit_id
from schemas.reading import Fidelity, ReadingLevel
from schemas.unit import UnitDescription

FAST, STANDARD, CAREFUL = ReadingLevel


def settings(home: Path, **variables: str) -> Settings:
    return load_settings({"ARHIVAR_HOME": str(home), **{f"ARHIVAR_{name}": value for name, value in variables.items()}})


def manifest(code: str = "PMB/1987/12", series: str | None = "II.3", **more: object) -> Manifest:
    description = UnitDescription(reference_code=code, title="Autorizații", series=series)
    made = Manifest(
        ingest_id="0" * 32,
        unit_id=unit_id(code),
        intent=Intent.NEW,
        folder="a",
        received_at=datetime(2026, 11, 23, tzinfo=UTC),
        description=description,
        files=(),
        pages=(),
    )
    return made.model_copy(update=more)


def test_the_archive_s_settings_hold_where_nothing_else_is_said(tmp_path: Path) -> None:
    assert choose_reading(settings(tmp_path), manifest()) == ReadingChoice(STANDARD, Fidelity.ACCESS)
    asked = settings(tmp_path, READING_LEVEL="fast", ACCESS_FIDELITY="high")
    assert choose_reading(asked, manifest()) == ReadingChoice(FAST, Fidelity.HIGH)


@pytest.mark.parametrize(
    ("code", "series", "level"),
    [
        ("PMB/1987/12", "II.3", CAREFUL),  # the series
        ("PMB/1987/12", None, STANDARD),
        ("PMB/1931/4", None, CAREFUL),  # the beginning of the code
        ("PMB/1931", None, CAREFUL),  # all of it
        ("PMB/19311/4", None, STANDARD),  # another number
        ("DJC/7", "V", FAST),
        ("DJC/7/a", "V", CAREFUL),  # a longer name than the series'
    ],
)
def test_a_series_is_named_as_its_units_do_or_by_the_beginning_of_their_codes(
    tmp_path: Path, code: str, series: str | None, level: ReadingLevel
) -> None:
    lists = settings(tmp_path, CAREFUL_SERIES="II.3, PMB/1931, DJC/7/a", FAST_SERIES="V,DJC")
    assert choose_reading(lists, manifest(code, series)).level is level


def test_a_series_whose_look_matters_is_kept_in_one_picture(tmp_path: Path) -> None:
    lists = settings(tmp_path, HIGH_FIDELITY_SERIES="II.3, V")
    assert lists.high_fidelity_series == ("II.3", "V")
    fidelity = {one: choose_reading(lists, manifest(series=one)).fidelity for one in ("V", "VI", None)}
    assert fidelity == {"V": "high", "VI": "access", None: "access"}


def test_what_a_drop_asks_goes_before_the_settings(tmp_path: Path) -> None:
    lists = settings(tmp_path, CAREFUL_SERIES="II.3", HIGH_FIDELITY_SERIES="II.3")
    assert choose_reading(lists, manifest(reading=FAST, fidelity=Fidelity.ACCESS)) == ReadingChoice(
        FAST, Fidelity.ACCESS
    )


def test_what_a_reread_asks_goes_before_what_the_drop_asked(tmp_path: Path) -> None:
    asked = manifest(reading=FAST, fidelity=Fidelity.HIGH, reread=Reread(version=1, level=CAREFUL))
    assert choose_reading(settings(tmp_path), asked) == ReadingChoice(CAREFUL, Fidelity.HIGH)


def test_pages_are_read_and_kept_as_was_decided(tmp_path: Path) -> None:
    decided = reading_settings(settings(tmp_path), manifest(reading=CAREFUL, fidelity=Fidelity.HIGH))
    assert (decided.level, decided.access.fidelity.value, decided.languages) == (CAREFUL, "high", ("ron",))


def test_a_series_at_two_levels_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InvalidSetting, match="PMB"):
        settings(tmp_path, CAREFUL_SERIES="PMB,V", FAST_SERIES="PMB")


def test_an_entry_that_ends_in_a_separator_names_what_follows_it() -> None:
    unit = manifest("PMB/1987/12").description
    assert match_series(unit, ("PMB/",)) == 4
    assert match_series(unit, ("PMB",)) == 3
    assert match_series(unit, ("MB", "1987")) == 0
