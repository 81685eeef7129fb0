# SPDX-License-Identifier: EUPL-1.2
"""`ingest --profile` says where the processor time went, and the parts are the whole."""

import json

import pytest

from arhivar.cli.output import Output
from arhivar.cli.profiling import print_profile, profile_document
from arhivar.step_profile import PROCESSES, REST, Profile
from processors.step_times import Step, StepTimes
from schemas.errors import EXIT_DONE
from schemas.messages import Language
from schemas.page import PageKind
from schemas.stages import Stage
from tests.arhivar.conftest import Town
from tests.arhivar.test_cli import run
from tests.binders import make_binder, text_pages


@pytest.fixture
def town_with_a_blank_page(town: Town, monkeypatch: pytest.MonkeyPatch) -> Town:
    make_binder(town.inbox, "a", [*text_pages(1), []], description={"reference_code": "T/1"})
    monkeypatch.setenv("ARHIVAR_HOME", str(town.settings.home))
    monkeypatch.setenv("ARHIVAR_WORKERS", "1")
    return town


def test_an_ingest_says_what_each_step_took_and_the_steps_are_all_that_was_spent(
    town_with_a_blank_page: Town, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = run(capsys, "ingest", "--profile", "--json", str(town_with_a_blank_page.inbox))
    assert code == EXIT_DONE
    profile = json.loads(out)["profile"]
    assert profile["pages"] == 2
    assert profile["steps"]["read"] > 0
    assert profile["steps"]["veraPDF"] > 0.3  # Java was started
    assert set(profile["steps"]) >= {"stage", "decode", "analysis", "straighten", "quality", "compose", "index"}
    # Nothing is counted twice: the rest is what is left, and would be cut off at nothing.
    assert sum(profile["steps"].values()) == pytest.approx(profile["cpu_seconds"], abs=0.1)
    assert profile["kinds"]["blank"]["pages"] == 1
    assert profile["kinds"]["blank"]["cpu_seconds"] < profile["kinds"]["page"]["cpu_seconds"]


def test_without_the_option_nothing_is_said_of_it(
    town_with_a_blank_page: Town, capsys: pytest.CaptureFixture[str]
) -> None:
    _, out, _ = run(capsys, "ingest", "--json", str(town_with_a_blank_page.inbox))
    assert "profile" not in json.loads(out)


def _profile() -> Profile:
    profile = Profile(StepTimes())
    profile.add_page(PageKind.PAGE, {Step.DECODE: 0.5, Step.READ: 1.0})
    profile.add_page(PageKind.BLANK, {Step.DECODE: 0.25})
    return profile


def test_a_profile_counts_pages_and_their_steps_by_kind() -> None:
    document = profile_document(_profile().report())
    assert document["pages"] == 2
    assert document["kinds"] == {
        "blank": {"pages": 1, "cpu_seconds": 0.25},
        "page": {"pages": 1, "cpu_seconds": 1.5},
    }


@pytest.mark.parametrize("language", list(Language))
def test_people_get_a_row_a_step_in_their_language(language: Language, capsys: pytest.CaptureFixture[str]) -> None:
    print_profile(Output(language), _profile().report())
    out = capsys.readouterr().out
    assert {"citire" if language is Language.RO else "read", "veraPDF"} <= set(out.split())
    assert "0.375" in out  # of decoding, a page
    assert "0.250" in out  # the blank page


def test_every_step_that_a_profile_can_name_has_words(capsys: pytest.CaptureFixture[str]) -> None:
    profile = Profile(StepTimes())
    profile.add_page(PageKind.PAGE, dict.fromkeys(Step, 1.0))
    report = profile.report()
    assert set(report.steps) == {*(step.value for step in Step), PROCESSES, REST} | {
        stage.value for stage in Stage if stage is not Stage.PAGES
    }
    print_profile(Output(Language.EN), report)
    assert len(capsys.readouterr().out.splitlines()) >= len(report.steps)
