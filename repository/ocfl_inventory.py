# SPDX-License-Identifier: EUPL-1.2
"""The inventory of an OCFL 1.1 object: which content file each logical path of each version stands for.

Source: https://ocfl.io/1.1/spec/#inventory. Written with sorted keys, so that the same inventory has the same bytes.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha512
from typing import Any

from schemas.errors import KeyInvalid, PackageInvalid

INVENTORY = "inventory.json"
SIDECAR = "inventory.json.sha512"
DECLARATION = "0=ocfl_object_1.1"
DECLARATION_BYTES = b"ocfl_object_1.1\n"
SPEC_TYPE = "https://ocfl.io/1.1/spec/#inventory"

_DIGEST = re.compile(r"[0-9a-f]{128}")
_VERSION = re.compile(r"v[1-9]\d*")

State = Mapping[str, str]
"""Logical path to SHA-512 (lower-case hex)."""


@dataclass(frozen=True, slots=True)
class Version:
    """One version: who made it, when, why, and which files it consists of."""

    created: str
    """RFC 3339, with zone."""
    message: str
    user_name: str
    user_address: str | None
    state: State


@dataclass(frozen=True, slots=True)
class Inventory:
    """All versions of an object, and where the content of each digest lies (paths from the object's root)."""

    object_id: str
    versions: tuple[Version, ...]
    manifest: Mapping[str, tuple[str, ...]]

    @property
    def head(self) -> int:
        return len(self.versions)

    def version(self, number: int) -> Version:
        """Raises `PackageInvalid` for a version that there is not."""
        if not 1 <= number <= self.head:
            detail = f"it has no version {number}; its versions are 1–{self.head}"
            raise PackageInvalid(unit=self.object_id, detail=detail)
        return self.versions[number - 1]

    def uses(self, digest: str) -> tuple[tuple[int, str], ...]:
        """Where content is used: version and logical path, newest version first."""
        return tuple(
            (number, path)
            for number in range(self.head, 0, -1)
            for path, used in sorted(self.versions[number - 1].state.items())
            if used == digest
        )

    def add(self, version: Version, new_content: Mapping[str, str]) -> "Inventory":
        """The next inventory. `new_content`: digest to content path, for digests that the object does not hold yet."""
        manifest = {**self.manifest, **{digest: (path,) for digest, path in new_content.items()}}
        return Inventory(self.object_id, (*self.versions, version), manifest)

    def to_json(self) -> bytes:
        """The inventory file."""
        return (json.dumps(self._document(), indent=2, sort_keys=True, ensure_ascii=False) + "\n").encode()

    def _document(self) -> dict[str, object]:
        return {
            "id": self.object_id,
            "type": SPEC_TYPE,
            "digestAlgorithm": "sha512",
            "head": f"v{self.head}",
            "contentDirectory": "content",
            "manifest": {digest: list(paths) for digest, paths in self.manifest.items()},
            "versions": {f"v{number}": _version_document(one) for number, one in enumerate(self.versions, start=1)},
        }


def is_earlier(earlier: Inventory, later: Inventory) -> bool:
    """Whether the later inventory goes on from the earlier one: the same versions, and their content in its place."""
    return (
        earlier.object_id == later.object_id
        and earlier.versions == later.versions[: earlier.head]
        and all(set(paths) <= set(later.manifest.get(digest, ())) for digest, paths in earlier.manifest.items())
    )


def sidecar(inventory: bytes) -> bytes:
    """The sidecar file of an inventory file."""
    return f"{sha512(inventory).hexdigest()} {INVENTORY}\n".encode()


def created_time(created: datetime) -> str:
    """RFC 3339 to the second, with zone. Raises ValueError for a time without zone."""
    if created.tzinfo is None:
        raise ValueError("a time needs its zone")
    text = created.isoformat(timespec="seconds")
    return text.removesuffix("+00:00") + "Z" if text.endswith("+00:00") else text


def check_logical_paths(paths: Mapping[str, object]) -> None:
    """Raises `KeyInvalid` for paths that OCFL forbids (E052, E053, E095)."""
    for path, problem in _path_problems(paths):
        raise KeyInvalid(key=path, detail=problem)


def parse_inventory(data: bytes, object_id: str) -> Inventory:
    """Read an inventory file. Raises `PackageInvalid`, naming what is wrong."""
    try:
        document = json.loads(data)
        _expect(document["id"] == object_id, f"it is the inventory of {document['id']}")
        _expect(document["type"] == SPEC_TYPE, f"its type is {document['type']}")
        _expect(document["digestAlgorithm"] == "sha512", f"its digest algorithm is {document['digestAlgorithm']}")
        _expect(document.get("contentDirectory", "content") == "content", "its content directory is not 'content'")
        manifest = {_digest(digest): _paths(paths) for digest, paths in document["manifest"].items()}
        versions = _versions(document["versions"])
        _expect(document["head"] == f"v{len(versions)}", f"its head is {document['head']} of {len(versions)} versions")
        for version in versions:
            for path, digest in version.state.items():
                _expect(digest in manifest, f"the content of {path} is not in the manifest")
    except (KeyError, TypeError, AttributeError, ValueError, RecursionError) as error:
        raise PackageInvalid(unit=object_id, detail=f"its inventory cannot be read ({error!s})") from error
    return Inventory(object_id, versions, manifest)


def _version_document(version: Version) -> dict[str, object]:
    user = {"name": version.user_name}
    if version.user_address is not None:
        user["address"] = version.user_address
    state: dict[str, list[str]] = {}
    for path in sorted(version.state):
        state.setdefault(version.state[path], []).append(path)
    return {"created": version.created, "message": version.message, "user": user, "state": state}


def _path_problems(paths: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    for path in paths:
        parts = path.split("/")
        if any(part in {"", ".", ".."} for part in parts):
            yield path, "a logical path has no empty, '.' or '..' part"
        for end in range(1, len(parts)):
            if "/".join(parts[:end]) in paths:
                yield path, f"'{'/'.join(parts[:end])}' is a file of the same version"


def _versions(documents: dict[str, Any]) -> tuple[Version, ...]:
    names = [f"v{number}" for number in range(1, len(documents) + 1)]
    _expect(bool(names) and set(names) == set(documents), "its versions are not v1, v2, …")
    return tuple(_version(documents[name]) for name in names)


def _version(document: dict[str, Any]) -> Version:
    user = document.get("user") or {}
    state = {path: _digest(digest) for digest, paths in document["state"].items() for path in paths}
    for path, problem in _path_problems(state):
        raise ValueError(f"{path}: {problem}")
    return Version(document["created"], document.get("message", ""), user.get("name", ""), user.get("address"), state)


def _digest(value: str) -> str:
    _expect(_DIGEST.fullmatch(value) is not None, f"'{value[:20]}' is not a SHA-512")
    return value


def _paths(values: list[str]) -> tuple[str, ...]:
    """Content paths: none may leave the object's folder."""
    for path in values:
        parts = path.split("/")
        _expect(
            len(parts) > 2 and _VERSION.fullmatch(parts[0]) is not None and parts[1] == "content",
            f"'{path}' is not a content path",
        )
        _expect(not any(part in {"", ".", ".."} for part in parts), f"'{path}' is not a content path")
    _expect(bool(values), "a digest without content path")
    return tuple(values)


def _expect(condition: bool, complaint: str) -> None:
    if not condition:
        raise ValueError(complaint)
