# SPDX-License-Identifier: EUPL-1.2
from pathlib import Path

import pytest

from processors.read.tessdata import available_languages, find_tessdata, require_models
from schemas.errors import EngineUnavailable, LanguageMissing


def models(folder: Path, *languages: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for language in languages:
        (folder / f"{language}.traineddata").touch()
    return folder


def test_the_setting_goes_before_the_environment_and_that_before_the_usual_places(tmp_path: Path) -> None:
    setting, prefix, usual = (models(tmp_path / name, "ron") for name in ("setting", "prefix", "usual"))
    environment = {"TESSDATA_PREFIX": str(prefix)}
    assert find_tessdata(setting, environment, [usual]) == setting
    assert find_tessdata(None, environment, [usual]) == prefix
    assert find_tessdata(None, {}, [usual]) == usual


def test_a_prefix_may_name_the_folder_above_as_of_old(tmp_path: Path) -> None:
    folder = models(tmp_path / "share" / "tessdata", "ron")
    assert find_tessdata(None, {"TESSDATA_PREFIX": str(tmp_path / "share")}, []) == folder


def test_the_first_usual_place_that_holds_models_is_taken(tmp_path: Path) -> None:
    empty, full = models(tmp_path / "empty"), models(tmp_path / "full", "ron")
    assert find_tessdata(None, {}, [tmp_path / "missing", empty, full]) == full


def test_a_named_place_without_models_is_an_error_even_where_others_have_them(tmp_path: Path) -> None:
    empty, usual = models(tmp_path / "empty"), models(tmp_path / "usual", "ron")
    with pytest.raises(EngineUnavailable, match="empty"):
        find_tessdata(empty, {}, [usual])
    with pytest.raises(EngineUnavailable, match="empty"):
        find_tessdata(None, {"TESSDATA_PREFIX": str(empty)}, [usual])


def test_languages_become_tesseracts_argument_in_order_each_once(tmp_path: Path) -> None:
    folder = models(tmp_path, "ron", "hun", "srp_latn")
    assert require_models(folder, ["hun", "ron", "hun", "srp_latn"]) == "hun+ron+srp_latn"
    assert available_languages(folder) == ("hun", "ron", "srp_latn")


def test_a_missing_language_is_named_with_the_folder(tmp_path: Path) -> None:
    models(tmp_path, "ron")
    with pytest.raises(LanguageMissing) as caught:
        require_models(tmp_path, ["ron", "hun"])
    assert "hun" in str(caught.value)
    assert str(tmp_path) in str(caught.value)


def test_fraktur_is_found_under_its_old_and_its_new_name(tmp_path: Path) -> None:
    old, new = models(tmp_path / "old", "frk"), models(tmp_path / "new", "deu_latf")
    assert require_models(old, ["deu_latf", "frk"]) == "frk"
    assert require_models(new, ["frk"]) == "deu_latf"


def test_a_name_that_leads_out_of_the_folder_is_no_language(tmp_path: Path) -> None:
    models(tmp_path, "ron")
    inside = models(tmp_path / "inside", "hun")
    with pytest.raises(LanguageMissing):
        require_models(inside, ["../ron"])
