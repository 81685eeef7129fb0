# SPDX-License-Identifier: EUPL-1.2
"""A stand-in for a base image that no registry here serves: the same Debian, laid out by debootstrap as the slim one.

It knows this machine's way to packages (apt's and pip's settings, certificates of the network's own authority), which
the real base does not. So what is built on it is for checks alone, under a name of its own.
"""

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from tools.images.engine import Engine, ImagesError

_RELEASES = {"12": "bookworm", "13": "trixie"}
_LEFT_OUT = ("doc", "info", "linda", "lintian/overrides", "locale", "man")
"""Folders of /usr/share that the slim image leaves out, and that no package may count on."""
_SETTINGS = ("pip.conf", "uv/uv.toml")
"""In /etc; what apt is told lies beside them."""
_OWN_SETTINGS = (".config/go/env", ".m2/settings.xml")
"""In the home of who builds, which in an image is root's."""
_CERTIFICATE = re.compile(r"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----\n", re.DOTALL)


def make_stand_in(engine: Engine, base: str, log: Path) -> str:
    """Make an image that can be built on in place of `base`, unless it is there; its name. Raises ImagesError."""
    name, tag = base.split(":")
    debian = _debian(engine, _release(name, tag), log)
    return debian if name == "debian" else _go(engine, debian, name, tag, log)


def _debian(engine: Engine, release: str, log: Path) -> str:
    image = f"localhost/arhivar-check/debian:{release}"
    if engine.has(image):
        return image
    if os.geteuid() != 0 or not shutil.which("debootstrap"):
        raise ImagesError(f"no registry serves Debian's {release} here; a stand-in needs root and debootstrap")
    with tempfile.TemporaryDirectory(prefix="arhivar-base-", dir="/var/tmp") as folder:
        root, archive = Path(folder, "root"), Path(folder, "root.tar")
        _lay_out(root, release, log)
        subprocess.run(["tar", "-cf", archive, "-C", root, "--one-file-system", "."], check=True)
        engine.call("import", str(archive), image)
    return image


def _go(engine: Engine, debian: str, name: str, tag: str, log: Path) -> str:
    image = f"localhost/arhivar-check/{name}:{tag}"
    if engine.has(image):
        return image
    go, version = shutil.which("go"), tag.split("-", maxsplit=1)[0]
    found, place = "no Go", ""
    if go:
        said = subprocess.run([go, "env", "GOVERSION", "GOROOT"], capture_output=True, text=True, check=True)
        found, place = said.stdout.split()
    if name != "golang" or found != f"go{version}":
        raise ImagesError(f"a stand-in for {name}:{tag} needs Go {version} on this machine; found: {found}")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "Containerfile")
        file.write_text(
            f"FROM {debian}\n"
            "RUN apt-get update && apt-get install --yes --no-install-recommends ca-certificates\n"
            "COPY . /usr/local/go\n"
            "ENV GOPATH=/go PATH=/go/bin:/usr/local/go/bin:/usr/sbin:/usr/bin:/sbin:/bin\n"
        )
        engine.build(file, Path(place), image, {}, log)
    return image


def _release(name: str, tag: str) -> str:
    known = {release: release for release in _RELEASES.values()} | (_RELEASES if name == "debian" else {})
    found = [known[word] for word in re.split(r"[.-]", tag) if word in known]
    if not found:
        raise ImagesError(f"{name}:{tag} is no Debian that debootstrap could lay out")
    return found[0]


def _lay_out(root: Path, release: str, log: Path) -> None:
    with log.open("a", encoding="utf-8") as file:
        done = subprocess.run(
            ["debootstrap", "--variant=minbase", release, root], stdout=file, stderr=subprocess.STDOUT, check=False
        )
    if done.returncode != 0:
        raise ImagesError(f"debootstrap of {release} ended with {done.returncode}; {log} has its words")
    archive = (root / "etc/apt/sources.list").read_text("utf-8").split()[1]
    (root / "etc/apt/sources.list").write_text(
        f"deb {archive} {release} main\ndeb {archive} {release}-updates main\n"
        f"deb {archive.removesuffix('/')}-security {release}-security main\n"
    )
    excluded = "".join(f"path-exclude /usr/share/{folder}/*\n" for folder in _LEFT_OUT)
    (root / "etc/dpkg/dpkg.cfg.d/docker").write_text(f"{excluded}path-include /usr/share/doc/*/copyright\n")
    for left_out in _LEFT_OUT:
        shutil.rmtree(root / "usr/share" / left_out, ignore_errors=True)
    for section in range(1, 10):  # what Java's packages link their pages into: the slim image has these, and empty
        (root / f"usr/share/man/man{section}").mkdir(parents=True)
    (root / "etc/resolv.conf").unlink(missing_ok=True)
    _bring_settings(root)


def _bring_settings(root: Path) -> None:
    brought = {Path("/etc", name): root / "etc" / name for name in _SETTINGS}
    brought |= {Path.home() / name: root / "root" / name for name in _OWN_SETTINGS}
    brought |= {file: root / file.relative_to("/") for file in Path("/etc/apt/apt.conf.d").glob("*")}
    for file, target in brought.items():
        if file.is_file() and not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, target)
    # Authorities that this machine trusts beyond Debian's own: where traffic is inspected, packages come through them.
    bundle, known = Path("/etc/ssl/certs/ca-certificates.crt"), set()
    for file in Path("/usr/share/ca-certificates").rglob("*.crt"):
        known |= set(_CERTIFICATE.findall(file.read_text("utf-8")))
    own = set(_CERTIFICATE.findall(bundle.read_text("utf-8"))) - known if bundle.exists() else set()
    folder = root / "usr/local/share/ca-certificates"
    folder.mkdir(parents=True, exist_ok=True)
    for number, certificate in enumerate(sorted(own)):
        (folder / f"network-{number}.crt").write_text(certificate)
