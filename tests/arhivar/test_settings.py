# SPDX-License-Identifier: EUPL-1.2
from pathlib import Path

import pytest

from arhivar.settings import SETTING_NAMES, Settings, load_settings
from schemas.errors import InvalidSetting, UnknownSetting


def test_defaults_need_nothing(tmp_path: Path) -> None:
    settings = load_settings({"ARHIVAR_HOME": str(tmp_path)})
    assert settings.home == tmp_path
    assert settings.languages == ("ron",)
    assert settings.workers >= 1


def test_the_environment_goes_before_the_file(tmp_path: Path) -> None:
    (tmp_path / "arhivar.toml").write_text('quiet_seconds = 5\nlanguages = ["hun"]\n', encoding="utf-8")
    settings = load_settings({"ARHIVAR_HOME": str(tmp_path), "ARHIVAR_LANGUAGES": "ron, deu"})
    assert settings.quiet_seconds == 5
    assert settings.languages == ("ron", "deu")


def test_the_command_line_names_the_archive_first(tmp_path: Path) -> None:
    assert load_settings({"ARHIVAR_HOME": "/nowhere"}, home=tmp_path).home == tmp_path


def test_a_mistyped_variable_is_an_error_with_the_nearest_name(tmp_path: Path) -> None:
    with pytest.raises(UnknownSetting) as caught:
        load_settings({"ARHIVAR_HOME": str(tmp_path), "ARHIVAR_QUIET_SECOND": "5"})
    assert caught.value.fields["nearest"] == "ARHIVAR_QUIET_SECONDS"


def test_a_mistyped_key_in_the_file_is_an_error_with_the_nearest_name(tmp_path: Path) -> None:
    (tmp_path / "arhivar.toml").write_text("worker = 2\n", encoding="utf-8")
    with pytest.raises(UnknownSetting) as caught:
        load_settings({"ARHIVAR_HOME": str(tmp_path)})
    assert caught.value.fields["nearest"] == "workers"


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("ARHIVAR_WORKERS", "0"),
        ("ARHIVAR_WORKERS", "two"),
        ("ARHIVAR_OCR_ENGINE", "magic"),
        ("ARHIVAR_LANGUAGES", "Romanian"),
        ("ARHIVAR_LANGUAGE", "de"),
    ],
)
def test_a_wrong_value_names_the_setting_and_where_it_came_from(tmp_path: Path, variable: str, value: str) -> None:
    with pytest.raises(InvalidSetting) as caught:
        load_settings({"ARHIVAR_HOME": str(tmp_path), variable: value})
    assert caught.value.fields["name"] == variable.removeprefix("ARHIVAR_").lower()
    assert caught.value.fields["source"] == "ARHIVAR_*"


def test_a_broken_file_is_an_error_that_names_it(tmp_path: Path) -> None:
    (tmp_path / "arhivar.toml").write_text("workers = [\n", encoding="utf-8")
    with pytest.raises(InvalidSetting, match=r"arhivar\.toml"):
        load_settings({"ARHIVAR_HOME": str(tmp_path)})


def test_the_file_cannot_move_the_archive(tmp_path: Path) -> None:
    (tmp_path / "arhivar.toml").write_text('home = "/elsewhere"\n', encoding="utf-8")
    with pytest.raises(InvalidSetting, match="ARHIVAR_HOME"):
        load_settings({"ARHIVAR_HOME": str(tmp_path)})


def test_every_setting_says_what_it_means() -> None:
    for name in SETTING_NAMES:
        assert Settings.model_fields[name].description, name
