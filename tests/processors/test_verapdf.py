# SPDX-License-Identifier: EUPL-1.2
"""veraPDF's adapter: against the real one, and against doubles that crash, hang and talk nonsense."""

import json
import os
import time
from collections.abc import Mapping
from pathlib import Path

import pikepdf
import pytest

from processors.compose import ComposeSettings, compose_pdf
from processors.verapdf import RunLimits, VeraPdf, Verdict
from schemas.errors import ToolFailed, ToolMissing, ToolTimeout
from tests.processors.compose_material import DESCRIPTION, g4_page, real_verapdf


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A folder that looks like veraPDF's."""
    folder = tmp_path / "verapdf"
    folder.mkdir()
    (folder / "greenfield-apps-9.8.7.jar").touch()
    return folder


def fake_java(tmp_path: Path, body: str) -> str:
    """A program in Java's place: a shell script, with the files to check in "$@"."""
    program = tmp_path / "java"
    program.write_text(f"#!/bin/sh\n{body}\n")
    program.chmod(0o755)
    return str(program)


def report_of(*jobs: Mapping[str, object]) -> str:
    return json.dumps({"report": {"jobs": jobs}})


def passed(path: Path) -> dict[str, object]:
    result = {"compliant": True, "details": {"failedRules": 0, "ruleSummaries": []}}
    return {"itemDetails": {"name": str(path)}, "validationResult": [result]}


def test_the_agent_is_named_by_the_main_jar(home: Path) -> None:
    assert VeraPdf(home).agent.model_dump() == {"name": "veraPDF", "version": "9.8.7"}


def test_missing_jars_are_a_missing_tool(tmp_path: Path) -> None:
    with pytest.raises(ToolMissing, match="no greenfield-apps jar"):
        VeraPdf(tmp_path / "nowhere").validate([tmp_path / "a.pdf"])
    with pytest.raises(ToolMissing):
        _ = VeraPdf(tmp_path / "nowhere").agent


def test_missing_java_is_a_missing_tool(home: Path, tmp_path: Path) -> None:
    with pytest.raises(ToolMissing, match="java"):
        VeraPdf(home, java=str(tmp_path / "no-java")).validate([tmp_path / "a.pdf"])


def test_a_crash_is_told_with_its_status_and_last_words(home: Path, tmp_path: Path) -> None:
    java = fake_java(tmp_path, "echo 'Error: could not open jvm.cfg' >&2; exit 3")
    with pytest.raises(ToolFailed, match=r"jvm\.cfg") as caught:
        VeraPdf(home, java).validate([tmp_path / "a.pdf"])
    assert caught.value.fields["status"] == 3


@pytest.mark.parametrize("said", ["", "not json", "[]", '{"report": {}}', '{"report": {"jobs": [{}]}}', "\\377\\376"])
def test_a_report_that_is_none_is_a_failure(home: Path, tmp_path: Path, said: str) -> None:
    java = fake_java(tmp_path, f"printf '%b' '{said}'")
    with pytest.raises(ToolFailed):
        VeraPdf(home, java).validate([tmp_path / "a.pdf"])


def test_a_report_without_one_of_the_files_is_a_failure(home: Path, tmp_path: Path) -> None:
    here, missing = tmp_path / "here.pdf", tmp_path / "missing.pdf"
    java = fake_java(tmp_path, f"cat <<'.'\n{report_of(passed(here))}\n.")
    with pytest.raises(ToolFailed, match=r"missing\.pdf"):
        VeraPdf(home, java).validate([here, missing])


def test_running_out_of_memory_is_no_verdict(home: Path, tmp_path: Path) -> None:
    path = tmp_path / "large.pdf"
    job = {
        "itemDetails": {"name": str(path)},
        "taskException": {"type": "VALIDATE", "exceptionMessage": "OutOfMemory caught when validating item"},
    }
    java = fake_java(tmp_path, f"cat <<'.'\n{report_of(job)}\n.\nexit 3")
    with pytest.raises(ToolFailed):
        VeraPdf(home, java).validate([path])


def test_a_run_that_hangs_is_stopped_with_its_children(home: Path, tmp_path: Path) -> None:
    java = fake_java(tmp_path, f"sleep 60 & echo $! > '{tmp_path}/child'; wait")
    start = time.monotonic()
    with pytest.raises(ToolTimeout, match=r"0\.5 s"):
        VeraPdf(home, java, RunLimits(seconds=0.5)).validate([tmp_path / "a.pdf"])
    assert time.monotonic() - start < 20
    child = Path("/proc") / (tmp_path / "child").read_text().strip() / "stat"
    for _ in range(100):
        # A killed process may wait for its parent to collect it: state Z.
        if not child.exists() or child.read_text().rpartition(")")[2].split()[0] == "Z":
            return
        time.sleep(0.05)
    pytest.fail("the child outlived its limit")


def test_many_files_go_in_batches_and_come_back_in_order(home: Path, tmp_path: Path) -> None:
    paths = [tmp_path / f"{number}.pdf" for number in (3, 1, 2, 1, 5)]
    script = f"""echo run >> '{tmp_path}/runs'
printf '{{"report":{{"jobs":['
before=
for name; do case $name in
*.pdf) printf '%s{{"itemDetails":{{"name":"%s"}},"validationResult":[{{"compliant":true,"details":{{}}}}]}}' \
"$before" "$name"; before=,;;
esac; done
printf ']}}}}'"""
    judge = VeraPdf(home, fake_java(tmp_path, script), RunLimits(files=3))
    assert judge.validate(paths) == [Verdict(path, valid=True) for path in paths]
    assert (tmp_path / "runs").read_text().count("run") == 2


def test_a_long_list_of_names_is_split_before_the_systems_limit(home: Path, tmp_path: Path) -> None:
    paths = [tmp_path / f"{number}{'x' * 200}.pdf" for number in range(8)]
    script = f"echo $# >> '{tmp_path}/counts'; exit 9"
    with pytest.raises(ToolFailed):
        VeraPdf(home, fake_java(tmp_path, script), RunLimits(arguments_bytes=1000)).validate(paths)
    assert int((tmp_path / "counts").read_text()) < 20


def test_kept_classes_are_used_where_there_are_any(home: Path, tmp_path: Path) -> None:
    here = tmp_path / "a.pdf"
    java = fake_java(tmp_path, f"echo \"$@\" >> '{tmp_path}/asked'; cat <<'.'\n{report_of(passed(here))}\n.")
    VeraPdf(home, java).validate([here])
    kept = home.with_name(home.name + ".jsa")
    kept.touch()
    VeraPdf(home, java).validate([here])
    without, given = (tmp_path / "asked").read_text().splitlines()
    assert "SharedArchiveFile" not in without
    assert f"-XX:SharedArchiveFile={kept} " in given


def test_no_files_start_no_java(home: Path, tmp_path: Path) -> None:
    assert VeraPdf(home, java=str(tmp_path / "no-java")).validate([]) == []


def test_relative_paths_keep_the_form_they_were_given_in(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    java = fake_java(tmp_path, f"cat <<'.'\n{report_of(passed(tmp_path / 'a.pdf'))}\n.")
    (verdict,) = VeraPdf(home, java).validate([Path("a.pdf")])
    assert verdict == Verdict(Path("a.pdf"), valid=True)


def test_the_real_one_tells_good_bad_and_unreadable_files_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    judge = real_verapdf()
    monkeypatch.setenv("LC_ALL", "C")  # a service's locale: names must still be found
    good, bad, torn, none = (tmp_path / name for name in ("Ședință.pdf", "bad.pdf", "torn.bin", "none.pdf"))
    compose_pdf(good, DESCRIPTION, [g4_page(1)], ComposeSettings())
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.save(bad)
    torn.write_bytes(good.read_bytes()[: good.stat().st_size // 3])
    none.write_bytes(b"no PDF at all" + os.linesep.encode())
    verdicts = judge.validate([torn, good, none, bad])
    assert [verdict.path for verdict in verdicts] == [torn, good, none, bad]
    assert [verdict.valid for verdict in verdicts] == [False, True, False, False]
    assert verdicts[1].failures == ()
    assert all(verdict.failures for verdict in verdicts if not verdict.valid)
    assert any(failure.startswith("6.6.2.1-1: ") for failure in verdicts[3].failures)


def test_the_real_ones_version_is_the_pinned_one() -> None:
    assert real_verapdf().agent.version == "1.28.2"
