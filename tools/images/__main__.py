# SPDX-License-Identifier: EUPL-1.2
"""The command line: ``python -m tools.images build|check|clean [pipeline|api|minio ...]``.

`build` builds the Containerfiles of `deploy/` with Docker or Podman; `check` builds them and shows that they do what
they are there for; `clean` removes what both made. The images have names of their own: no deployment uses them.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tools.images.confined import composed, shared_folders
from tools.images.engine import Engine, ImagesError, find_engine
from tools.images.files import ROOT, bases, containerfile, read_compose
from tools.images.proof import prove_minio, prove_pipeline, variables
from tools.images.proof_api import prove_api
from tools.images.stand_in import make_stand_in

_CONTEXTS = {"pipeline": ROOT, "api": ROOT, "minio": ROOT / "deploy" / "minio"}
IMAGES = {name: f"localhost/arhivar-check/{name}:latest" for name in _CONTEXTS}
SERVICES = {"pipeline": "init", "api": "api", "minio": "minio"}
"""Of each image, a service of the compose file that runs it."""
_LOGS = ROOT / ".tools" / "images"


def build(engine: Engine, name: str) -> None:
    """Build one image, on stand-ins for bases that no registry serves here. Raises ImagesError."""
    path, log = _path(name), _LOGS / f"{name}.log"
    _LOGS.mkdir(parents=True, exist_ok=True)
    log.write_text("")
    stand_ins = {base: make_stand_in(engine, base, log) for base in bases(path) if not engine.pull(base)}
    for base, image in stand_ins.items():
        _say(name, f"{base} cannot be had here: {image} stands in for it")
    engine.build(ROOT / path, _CONTEXTS[name], IMAGES[name], stand_ins, log)
    _say(name, f"{engine.size_bytes(IMAGES[name]) / 1e6:.0f} MB")


def prove(engine: Engine, names: Sequence[str]) -> None:
    """Show what the images do, confined as the compose file says. Raises ImagesError."""
    with shared_folders() as folders:
        services = read_compose(_new_env() | variables(folders))["services"]
        built = {services[service]["image"]: IMAGES[name] for name, service in SERVICES.items()}
        with composed(engine, services, built) as running:
            if "pipeline" in names:
                prove_pipeline(running, folders["INBOX_FOLDER"], lambda said: _say("pipeline", said))
            if "api" in names:
                prove_api(running, lambda said: _say("api", said))
            if "minio" in names:
                (version,) = (rest.split("=")[1] for word, rest in containerfile(_path("minio")) if word == "ARG")
                prove_minio(running, version, lambda said: _say("minio", said))


def _new_env() -> dict[str, str]:
    """What `make env` writes, with secrets of its own."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "env")
        environment = {**os.environ, "ENV_FILE": str(file)}
        subprocess.run([ROOT / "tools/env.sh"], env=environment, stdout=subprocess.DEVNULL, check=True)
        lines = [line for line in file.read_text("utf-8").splitlines() if line[:1] not in {"", "#"}]
    return dict(line.split("=", 1) for line in lines)


def clean(engine: Engine) -> None:
    """Remove the images and stand-ins that checks made."""
    # By name: what somebody else calls the same image stays.
    listed = engine.call("images", "--format={{.Repository}}:{{.Tag}}").split()
    made = [name for name in listed if name.startswith("localhost/arhivar-check/")]
    if made:
        engine.call("rmi", *made)
    _say("clean", f"{len(made)} images removed")


def _path(name: str) -> str:
    return f"deploy/{name}/Containerfile"


def _say(name: str, words: str) -> None:
    print(f"images: {name}: {words}", flush=True)


def main(argv: Sequence[str] | None = None) -> int:
    """The command line. Answers the exit code: 1 where an image cannot be built or does not do what it should."""
    parser = argparse.ArgumentParser(prog="python -m tools.images", description=__doc__)
    parser.add_argument("action", choices=("build", "check", "clean"))
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"{', '.join(IMAGES)}; all unless named")
    arguments = parser.parse_args(argv)
    names = [name for name in IMAGES if name in arguments.names or not arguments.names]
    if unknown := set(arguments.names) - set(IMAGES):
        parser.error(f"there is no {', '.join(sorted(unknown))}")
    started = time.monotonic()
    try:
        engine = find_engine()
        if arguments.action == "clean":
            clean(engine)
            return 0
        for name in names:
            build(engine, name)
        if arguments.action == "check":
            prove(engine, names)
    except ImagesError as error:
        print(f"images: {error}", file=sys.stderr)
        return 1
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    _say("done", f"{time.monotonic() - started:.0f} s, {used.ru_utime + used.ru_stime:.0f} CPU s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
