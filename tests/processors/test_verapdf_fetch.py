# SPDX-License-Identifier: EUPL-1.2
"""deploy/verapdf/fetch.sh, with a double in Maven's place."""

import hashlib
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.processors.compose_material import ROOT

JARS = {"greenfield-apps-1.jar": b"main", "core-1.jar": b"core"}
PROGRAMS = [
    "cat",
    "chmod",
    "dirname",
    "find",
    "grep",
    "head",
    "ls",
    "mkdir",
    "mktemp",
    "mv",
    "rm",
    "sh",
    "sha256sum",
    "sleep",
    "tail",
    "touch",
    "wc",
]


@dataclass
class Place:
    """A copy of the script with its own list of jars, and a PATH on which little is found."""

    script: Path
    path: Path
    target: Path

    def program(self, name: str, body: str) -> None:
        file = self.path / name
        file.unlink(missing_ok=True)  # it may be a link to the real program
        file.write_text(f"#!/bin/sh\n{body}\n")
        file.chmod(0o755)

    def maven_gives(self, jars: dict[str, bytes]) -> None:
        out = 'for word; do case $word in -DoutputDirectory=*) out=${word#*=};; esac; done; mkdir -p "$out"'
        files = "\n".join(f"printf %s '{data.decode()}' > \"$out/{name}\"" for name, data in jars.items())
        self.program("mvn", f"echo run >> '{self.path}/runs'\n{out}\n{files}")

    @property
    def maven_runs(self) -> int:
        runs = self.path / "runs"
        return runs.read_text().count("run") if runs.exists() else 0

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["/bin/sh", str(self.script), *(arguments or (str(self.target),))],
            env={"PATH": str(self.path), "HOME": str(self.path.parent)},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )


@pytest.fixture
def place(tmp_path: Path) -> Place:
    deploy, path = tmp_path / "deploy", tmp_path / "bin"
    deploy.mkdir()
    path.mkdir()
    for name in ("fetch.sh", "pom.xml"):
        shutil.copy(ROOT / "deploy" / "verapdf" / name, deploy)
    sums = [f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in JARS.items()]
    (deploy / "SHA256SUMS").write_text("".join(sums))
    for name in PROGRAMS:
        (path / name).symlink_to(str(shutil.which(name)))
    made = Place(deploy / "fetch.sh", path, tmp_path / "tools" / "verapdf")
    made.program("java", "exit 0")
    made.maven_gives(JARS)
    return made


def names_in(folder: Path) -> list[str]:
    return [entry.name for entry in folder.iterdir()]


def jars_in(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def test_jars_are_fetched_once_and_then_left_alone(place: Place) -> None:
    first = place.run()
    assert (first.returncode, jars_in(place.target)) == (0, JARS), first.stderr
    assert names_in(place.target.parent) == ["verapdf"]
    again = place.run()
    assert (again.returncode, again.stderr, place.maven_runs) == (0, "", 1)


@pytest.mark.parametrize("harm", ["missing", "altered", "stranger"])
def test_a_folder_that_is_not_complete_is_replaced_whole(place: Place, harm: str) -> None:
    place.run()
    jar = place.target / "core-1.jar"
    if harm == "missing":
        jar.unlink()
    elif harm == "altered":
        jar.write_bytes(b"cor_")
    else:
        (place.target / "stranger.jar").touch()
    assert place.run().returncode == 0
    assert jars_in(place.target) == JARS
    assert names_in(place.target.parent) == ["verapdf"]


def test_classes_are_kept_beside_the_jars_until_java_cannot_use_them(place: Place) -> None:
    java = """case $* in
*ArchiveClassesAtExit=*) for word; do case $word in -XX:*=*) out=${word#*=};; esac; done; echo $VERSION >$out;;
*Xshare:on*) for word; do case $word in -XX:S*=*) kept=${word#*=};; esac; done; grep -q $VERSION $kept;;
esac"""
    kept = place.target.with_name("verapdf.jsa")
    for version in ("one", "one", "two"):
        place.program("java", f"VERSION={version}\n{java}")
        before = kept.stat().st_mtime_ns if kept.exists() else 0
        ran = place.run()
        assert ran.returncode == 0, ran.stderr
        assert kept.read_text() == f"{version}\n"
        assert (kept.stat().st_mtime_ns == before) == (before > 0 and version == "one")
    assert sorted(names_in(place.target.parent)) == ["verapdf", "verapdf.jsa"]


@pytest.mark.parametrize("java", ["exit 1", "echo 'Unrecognized option'; exit 1", None])
def test_a_java_that_keeps_no_classes_is_no_failure(place: Place, java: str | None) -> None:
    place.run()
    if java is None:
        (place.path / "java").unlink()
    else:
        place.program("java", java)
    assert place.run().returncode == 0
    assert names_in(place.target.parent) == ["verapdf"]


def test_other_jars_than_the_listed_ones_are_refused_and_nothing_is_left(place: Place) -> None:
    place.maven_gives({**JARS, "core-1.jar": b"evil"})
    ran = place.run()
    assert ran.returncode == 4
    assert "core-1.jar" in ran.stderr + ran.stdout
    assert names_in(place.target.parent) == []


def test_maven_that_fails_is_tried_again_and_then_told(place: Place) -> None:
    place.program("sleep", "exit 0")
    place.program("mvn", f"echo run >> '{place.path}/runs'; echo 'Could not resolve host'; exit 1")
    ran = place.run()
    assert (ran.returncode, place.maven_runs) == (4, 3)
    assert "Could not resolve host" in ran.stderr
    assert names_in(place.target.parent) == []


@pytest.mark.parametrize("program", ["java", "mvn"])
def test_a_missing_program_is_named_with_the_package_that_has_it(place: Place, program: str) -> None:
    (place.path / program).unlink()
    ran = place.run()
    assert ran.returncode == 3
    assert f"{program} is missing" in ran.stderr
    assert "apt-get install" in ran.stderr


def test_a_folder_with_something_else_in_it_is_never_replaced(place: Place) -> None:
    place.target.mkdir(parents=True)
    (place.target / "thesis.txt").write_text("years of work")
    ran = place.run()
    assert ran.returncode == 2
    assert jars_in(place.target) == {"thesis.txt": b"years of work"}


@pytest.mark.parametrize("arguments", [("",), ("a", "b"), ("/",)])
def test_wrong_use_is_told(place: Place, arguments: tuple[str, ...]) -> None:
    assert place.run(*arguments).returncode == 2
    assert place.maven_runs == 0


def test_the_list_has_the_pinned_version_of_the_main_jar() -> None:
    folder = ROOT / "deploy" / "verapdf"
    assert "<version>1.28.2</version>" in (folder / "pom.xml").read_text()
    assert "  greenfield-apps-1.28.2.jar\n" in (folder / "SHA256SUMS").read_text()
