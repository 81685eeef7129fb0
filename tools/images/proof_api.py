# SPDX-License-Identifier: EUPL-1.2
"""What must be seen of the API's image: it serves, and neither Airflow nor what reads pages is in it."""

import json
from collections.abc import Sequence

from tools.images.confined import Composed
from tools.images.proof import Say, see

NEVER = {
    "airflow": "apache-airflow",
    "lingua": "lingua-language-detector",
    "ocrmypdf": "ocrmypdf",
    "onnxruntime": "onnxruntime",
    "pytesseract": "pytesseract",
    "rapidocr": "rapidocr",
    "tesserocr": "tesserocr",
}
"""What is not in the image, by the name that Python imports and the name that a lock has."""
NEVER_PROGRAMS = ("airflow", "java", "ocrmypdf", "tesseract")

_PYTHON = "/opt/arhivar/.venv/bin/python"
_LOOK = """
import json, shutil, sys
from importlib.metadata import distributions
from importlib.util import find_spec

names, programs = json.loads(sys.argv[1])
found = [name for name in names if find_spec(name)] + [name for name in programs if shutil.which(name)]
print(len(list(distributions())), "packages; of what must not be there:", found)
"""
_ASK = """
import json, subprocess, urllib.request

def ask(path, **headers):
    request = urllib.request.Request(f"http://127.0.0.1:8320{path}", headers=headers)
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)

token = subprocess.run(["arhivar", "token", "--role", "clerk"], capture_output=True, text=True, check=True).stdout
clerk = {"Authorization": f"Bearer {token.strip()}"}
assert ask("/ready")["ready"]
asked = ["/api/v1/units", "/api/v1/search?q=autorizatie", "/api/v1/suggest?q=aut", "/api/v1/facets?q=autorizatie"]
answers = [ask(path, **headers) for path in asked for headers in ({}, clerk)]
units = answers[1]["units"]
if units:
    page = f"http://127.0.0.1:8320/api/v1/units/{units[0]['unit_id']}/pages/1/image?size=!300,300"
    with urllib.request.urlopen(urllib.request.Request(page, headers=clerk), timeout=120) as answer:
        assert answer.read(2).hex() == "ffd8", "no JPEG"
print(len(answers), "answers,", len(units), "units for a clerk")
"""
_RESIDENT = "grep VmRSS /proc/1/status"


def prove_api(composed: Composed, say: Say) -> None:
    """The server on the embedded default, confined as its service is; with the binder of `prove_pipeline` where it ran.

    Raises ImagesError at the first thing that is not as it should be.
    """
    see(say, "arhivar", composed.run("api", ["--version"]), r"\d+\.\d+")
    looked = _python(composed, _LOOK, _json([sorted(NEVER), NEVER_PROGRAMS]))
    see(say, "what is in it", looked, r"not be there: \[\]")
    who = composed.run("api", ["-c", "id -u; touch /opt/arhivar/x 2>&1 || :"], program="sh")
    see(say, "user", who, "10001", "Read-only")
    environment = {"ARHIVAR_HOME": "/var/lib/arhivar"}
    composed.run("api", ["init"], environment=environment)
    with composed.started("api", ["serve"], environment=environment) as name:
        see(say, "health, by the compose file's check", "passed", "passed")
        see(say, "API", composed.engine.call("exec", name, _PYTHON, "-P", "-c", _ASK), r"8 answers")
        see(say, "memory", composed.engine.call("exec", name, "sh", "-c", _RESIDENT), r"\d+ kB")


def _python(composed: Composed, code: str, *words: str) -> str:
    return composed.run("api", ["-P", "-c", code, *words], environment={}, program=_PYTHON)


def _json(content: Sequence[Sequence[str]]) -> str:
    """Lists as one word of a command line."""
    return json.dumps([list(one) for one in content])
