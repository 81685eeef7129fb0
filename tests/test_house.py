# SPDX-License-Identifier: EUPL-1.2
"""The house itself: names that collide with nothing, headers, sizes, the README's picture, nothing of one machine."""

import ast
import importlib.util
import re
import subprocess
import sys
from collections import defaultdict
from functools import cache
from importlib.metadata import Distribution, distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
ROOMS = frozenset({"schemas", "processors", "repository", "search", "arhivar", "web", "dags"})
MAX_LINES = 500
HEADER = "# SPDX-License-Identifier: EUPL-1.2"

# What may stand in no tracked file: an address that packages come from, or a folder of one person's machine.
FOREIGN = re.compile(
    r"--(extra-)?index[-]url|--find[-]links|index[-]url\s*="
    r'|"resolved"\s*:\s*"http'
    r"|(?<![\w.~$}/])/(work|root|opt/wheels|Users/\w+|home/(?!arhivar\b)\w+)/"
)


@cache
def tracked_files() -> tuple[Path, ...]:
    """Files of the checkout that git tracks or would track; relative to the root."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    ).stdout.decode()
    return tuple(path for name in sorted(set(listed.split("\0")) - {""}) if (ROOT / (path := Path(name))).is_file())


def python_files() -> list[Path]:
    return [path for path in tracked_files() if path.suffix == ".py"]


def locked(lock: str) -> dict[str, Requirement]:
    """Requirements of a lock that hold on this Python and system, by canonical name."""
    lines = re.findall(r"^([A-Za-z0-9][^\\\n#]*==[^\\\n]*?)\s*\\?$", (ROOT / lock).read_text("utf-8"), re.MULTILINE)
    wanted = [Requirement(line) for line in lines]
    return {canonicalize_name(r.name): r for r in wanted if r.marker is None or r.marker.evaluate()}


def importable_names(distribution: Distribution) -> set[str]:
    """Top-level names that a distribution puts on the import path, read from its list of installed files."""
    names = set()
    for file in distribution.files or ():
        first = file.parts[0]
        if first in {"..", "__pycache__"} or first.endswith((".dist-info", ".data", ".libs", ".pth", ".egg-info")):
            continue
        names.add(first.split(".")[0])
    return names


def owners_of_names() -> dict[str, list[str]]:
    """Which locked distributions put a name on the import path."""
    installed: dict[str, Distribution] = {canonicalize_name(d.name): d for d in distributions()}
    owners: dict[str, list[str]] = defaultdict(list)
    for name in locked("requirements-dev.txt"):
        for importable in importable_names(installed[name]):
            owners[importable].append(name)
    return owners


def imported_names(path: Path) -> set[str]:
    """Top-level names that a module imports, anywhere in it."""
    names = set()
    for node in ast.walk(ast.parse((ROOT / path).read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names.add(node.module.split(".")[0])
    return names


def test_no_locked_package_takes_the_name_of_a_room() -> None:
    owners = owners_of_names()
    assert "numpy" in owners, "the lists of installed files say nothing"
    assert {room: owners[room] for room in ROOMS if room in owners} == {}


def test_the_environment_is_the_lock() -> None:
    installed: dict[str, str] = {canonicalize_name(d.name): d.version for d in distributions()}
    wrong = [str(r) for name, r in locked("requirements-dev.txt").items() if installed.get(name, "") not in r.specifier]
    assert wrong == []


@pytest.mark.parametrize("room", sorted({path.parts[0] for path in python_files() if len(path.parts) > 1}))
def test_a_folder_of_ours_is_what_its_name_imports(room: str) -> None:
    # pairtree, which ocfl-py needs, installs a package named `tests`: ours must be the one that is found.
    spec = importlib.util.find_spec(room)
    assert spec is not None
    assert {Path(place) for place in spec.submodule_search_locations or ()} == {ROOT / room}


def test_every_locked_requirement_carries_a_hash() -> None:
    for lock in sorted(ROOT.glob("requirements*.txt")):
        text = lock.read_text("utf-8")
        entries = re.split(r"^(?=[A-Za-z0-9])", text, flags=re.MULTILINE)[1:]
        assert entries, lock.name
        assert [entry.splitlines()[0] for entry in entries if "--hash=sha256:" not in entry] == [], lock.name


def test_no_lock_carries_an_address() -> None:
    assert [lock.name for lock in ROOT.glob("requirements*.txt") if "://" in lock.read_text("utf-8")] == []


def test_what_runs_is_pinned_as_what_was_tested() -> None:
    tested = locked("requirements-dev.txt")
    assert {name: str(r) for name, r in locked("requirements.txt").items() if str(tested.get(name)) != str(r)} == {}


def test_what_is_deployed_is_what_was_tested_without_the_tools_of_tests() -> None:
    everything = {lock: locked(f"requirements{lock}.txt") for lock in ("", "-dev", "-airflow", "-services")}
    written = {lock: {name: str(r) for name, r in content.items()} for lock, content in everything.items()}
    assert written["-services"] == written["-dev"] | written["-airflow"]
    assert written[""].items() <= written["-airflow"].items() <= written["-services"].items()
    assert {"pytest", "ruff", "mypy", "hypothesis", "import-linter", "ocrmypdf"} & written["-airflow"].keys() == set()


def test_the_api_s_image_has_what_was_tested_and_neither_airflow_nor_what_reads_pages() -> None:
    api = {name: str(r) for name, r in locked("requirements-api.txt").items()}
    assert api.items() <= {name: str(r) for name, r in locked("requirements.txt").items()}.items()
    assert "apache-airflow" not in api
    readers = {"tesserocr", "pytesseract", "onnxruntime", "rapidocr", "ocrmypdf", "lingua-language-detector"}
    assert readers & api.keys() == set()


def named_requirements(*names: str) -> set[str]:
    lines = [line for name in names for line in (ROOT / name).read_text("utf-8").splitlines()]
    stated = [one for line in lines if (one := line.partition("#")[0].strip())]
    return {canonicalize_name(Requirement(one).name) for one in stated if not one.startswith("-")}


def foreign_imports(folders: frozenset[str]) -> set[str]:
    """Names that modules of the folders import and that are neither ours nor Python's."""
    ours = {path.parts[0] for path in python_files()}
    imported = {name for path in python_files() if path.parts[0] in folders for name in imported_names(path)}
    return imported - ours - set(sys.stdlib_module_names)


def test_what_is_imported_is_asked_for_by_name() -> None:
    # A package that is there only because another needs it may be gone with the next lock.
    owners = owners_of_names()
    runtime = named_requirements("requirements.in")
    unnamed = {name: owners[name] for name in foreign_imports(ROOMS - {"dags"}) if not runtime & set(owners[name])}
    assert unnamed == {}
    assert foreign_imports(frozenset({"dags"})) <= {"airflow"}  # in the lock of services alone
    assert "apache-airflow" in named_requirements("requirements-airflow.in")
    everything = frozenset(path.parts[0] for path in python_files()) - {"dags"}
    development = runtime | named_requirements("requirements-dev.in")
    unnamed = {name: owners[name] for name in foreign_imports(everything) if not development & set(owners[name])}
    assert unnamed == {}


def test_what_runs_asks_for_nothing_that_it_does_not_import() -> None:
    owners = owners_of_names()
    used = {owner for name in foreign_imports(ROOMS) for owner in owners[name]}
    by_url = {"psycopg"}  # SQLAlchemy loads it for postgresql+psycopg://
    for_its_models = {"rapidocr"}
    assert named_requirements("requirements.in") - used == by_url | for_its_models


def test_every_module_names_its_licence() -> None:
    bare = []
    for path in python_files():
        lines = (ROOT / path).read_text("utf-8").splitlines()
        first = lines[1:2] if lines and lines[0].startswith("#!") else lines[:1]
        if first != [HEADER]:
            bare.append(str(path))
    assert bare == []


def test_every_module_is_one_idea_long() -> None:
    lengths = {str(path): len((ROOT / path).read_text("utf-8").splitlines()) for path in python_files()}
    assert {path: lines for path, lines in lengths.items() if lines > MAX_LINES} == {}


def test_no_file_carries_a_registry_or_a_folder_of_one_machine() -> None:
    found = []
    for path in tracked_files():
        try:
            text = (ROOT / path).read_text("utf-8")
        except UnicodeDecodeError:
            continue  # images and other binary files
        found += [
            f"{path}:{number}: {line.strip()}"
            for number, line in enumerate(text.splitlines(), 1)
            if FOREIGN.search(line)
        ]
    assert found == []


def test_the_readme_shows_the_folders_that_there_are() -> None:
    """The first fenced block of README.md with lines `name/ ...` is the picture of the house."""
    blocks = re.findall(r"^```\w*\n(.*?)^```", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE | re.DOTALL)
    pictures = [set(re.findall(r"^([a-z_]+)/(?=\s|$)", block, re.MULTILINE)) for block in blocks]
    picture = next(names for names in pictures if len(names) > 2)
    there = {path.parts[0] for path in tracked_files() if len(path.parts) > 1 and not path.parts[0].startswith(".")}
    assert picture == there


def test_contributing_points_at_files_that_exist() -> None:
    named = re.findall(r"`((?:[\w.-]+/)+[\w.-]*|[\w.-]+\.(?:md|in))`", (ROOT / "CONTRIBUTING.md").read_text("utf-8"))
    assert "processors/skew.py" in named
    assert [name for name in named if not (ROOT / name).exists()] == []
