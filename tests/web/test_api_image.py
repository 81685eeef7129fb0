# SPDX-License-Identifier: EUPL-1.2
"""The API's image can serve: `arhivar serve` works with the packages of requirements-api.txt and no others."""

import json
import signal
import subprocess
import sys
from importlib.metadata import distribution, distributions
from pathlib import Path

import httpx
from packaging.utils import canonicalize_name

from arhivar.composition import init_archive
from arhivar.settings import CHECKOUT, load_settings
from tests.environment import bare_environment
from tests.test_house import importable_names, locked
from tools.images.proof_api import NEVER

_HIDING = """
import json, os, runpy, sys

class Hidden:
    @staticmethod
    def find_spec(name, path=None, target=None):
        if name.partition(".")[0] in HIDDEN:
            raise ModuleNotFoundError(f"{name} is not in the image", name=name)

HIDDEN = frozenset(json.loads(sys.argv.pop(1)))
sys.meta_path.insert(0, Hidden)
sys.argv[0] = "arhivar"
runpy.run_module("arhivar", run_name="__main__", alter_sys=True)
"""
"""Python that has no more than the image: names of other packages cannot be imported."""


def hidden_names() -> set[str]:
    """What is installed here and not in the image."""
    inside = set(locked("requirements-api.txt"))
    kept = {name for one in inside for name in importable_names(distribution(one))}
    outside = {canonicalize_name(one.name) for one in distributions()} - inside
    return {name for one in outside for name in importable_names(distribution(one))} - kept


def test_what_reads_pages_is_hidden_from_the_server() -> None:
    installed = {name for one in distributions() for name in importable_names(one)}
    assert NEVER.keys() & installed <= hidden_names()
    assert {"tesserocr", "ocrmypdf", "onnxruntime"} <= hidden_names()
    assert hidden_names() & {"fastapi", "numpy", "cv2", "tantivy", "elasticsearch"} == set()


def test_neither_airflow_nor_what_reads_pages_is_pinned_for_the_image() -> None:
    inside = set(locked("requirements-api.txt"))
    assert inside >= {"fastapi", "uvicorn", "tantivy"}
    assert not inside & set(NEVER.values())
    assert not [name for name in inside if name.startswith(("apache-airflow", "rapidocr", "tesser", "ocrmypdf"))]
    assert {"tesserocr", "onnxruntime", "lingua-language-detector"} <= set(locked("requirements.txt"))


def start(home: Path, *words: str) -> "subprocess.Popen[str]":
    names = json.dumps(sorted(hidden_names()))
    return subprocess.Popen(
        [sys.executable, "-c", _HIDING, names, *words],
        cwd=CHECKOUT,
        env={**bare_environment(), "ARHIVAR_HOME": str(home), "PYTHONPATH": str(CHECKOUT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_the_server_works_with_the_packages_of_its_image_alone(tmp_path: Path) -> None:
    home = tmp_path / "home"
    init_archive(load_settings({"ARHIVAR_HOME": str(home)}))
    process = start(home, "serve", "--port", "0", "--json")
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line, process.communicate(timeout=60)
        serving = json.loads(line)
        address = f"http://{serving['host']}:{serving['port']}"
        with httpx.Client(base_url=address, trust_env=False, timeout=60) as client:
            for path in ("/ready", "/api/v1/search?q=autorizatie", "/api/v1/units", "/api/v1/suggest?q=aut"):
                answer = client.get(path)
                assert answer.status_code == 200, (path, answer.text)
    finally:
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=60)
    assert process.returncode == 0, said


def test_all_that_a_server_may_need_can_be_imported_in_the_image(tmp_path: Path) -> None:
    modules = ["arhivar.serving.server", "processors.shown_page", "processors.picture_file", "processors.pyramid"]
    modules += ["processors.pdf_pages", "processors.pdf_font", "fontTools.fontBuilder", "fontTools.pens.ttGlyphPen"]
    modules += ["repository.s3_store", "repository.migrations.run", "psycopg", "search.elastic_index"]
    code = _HIDING.partition("sys.argv[0]")[0] + (
        "import importlib\n"
        f"for module in {modules!r}:\n    importlib.import_module(module)\n"
        f"print(sorted(set(sys.modules) & {set(NEVER)!r}))\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code, json.dumps(sorted(hidden_names()))],
        cwd=CHECKOUT,
        env={**bare_environment(), "ARHIVAR_HOME": str(tmp_path), "PYTHONPATH": str(CHECKOUT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert (ended.returncode, ended.stdout.strip()) == (0, "[]"), ended.stderr
