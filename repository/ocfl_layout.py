# SPDX-License-Identifier: EUPL-1.2
"""Where an OCFL object lies in its storage root: extension 0003, hashed tuples with an encapsulating folder.

The last folder's name is the object's id, percent-encoded, so that a person who finds nothing but the disk can tell
the objects apart. Sources: https://ocfl.io/1.1/spec/#root-structure and
https://ocfl.github.io/extensions/0003-hash-and-id-n-tuple-storage-layout.html.
"""

import json
import re
from hashlib import sha256
from typing import Final
from urllib.parse import unquote

EXTENSION: Final = "0003-hash-and-id-n-tuple-storage-layout"
TUPLE_SIZE: Final = 3
TUPLES: Final = 3
_NAME_MAX: Final = 100
STORAGE_ROOT: Final = "0=ocfl_1.1"
"""Declares the storage root: what is there as long as the store is."""

ROOT_FILES: Final[dict[str, bytes]] = {
    STORAGE_ROOT: b"ocfl_1.1\n",
    "ocfl_layout.json": json.dumps(
        {
            "extension": EXTENSION,
            "description": "Hashed truncated n-tuple trees with object id encapsulating directory",
        },
        indent=2,
    ).encode()
    + b"\n",
    f"extensions/{EXTENSION}/config.json": json.dumps(
        {"extensionName": EXTENSION, "digestAlgorithm": "sha256", "tupleSize": TUPLE_SIZE, "numberOfTuples": TUPLES},
        indent=2,
    ).encode()
    + b"\n",
}
"""What a storage root holds beside its objects, by path."""


def object_path(object_id: str) -> str:
    """The object's folder in the storage root: ``3c0/ff4/240/urn%3auuid%3a…``."""
    digest = sha256(object_id.encode()).hexdigest()
    tuples = [digest[start : start + TUPLE_SIZE] for start in range(0, TUPLE_SIZE * TUPLES, TUPLE_SIZE)]
    name = re.sub(r"[^A-Za-z0-9_-]", lambda match: "".join(f"%{byte:02x}" for byte in match[0].encode()), object_id)
    if len(name) > _NAME_MAX:
        name = f"{name[:_NAME_MAX]}-{digest}"
    return "/".join([*tuples, name])


def split_object_path(path: str) -> tuple[str, str]:
    """An object's folder and the rest, of a path in the storage root; two empty strings for what is in no object."""
    parts = path.split("/", TUPLES + 1)
    if len(parts) <= TUPLES + 1 or any(len(part) != TUPLE_SIZE for part in parts[:TUPLES]):
        return "", ""
    return "/".join(parts[: TUPLES + 1]), parts[TUPLES + 1]


def object_id_of(folder: str) -> str | None:
    """The id that an object's folder is named after; None for a name that was shortened, or is none of ours."""
    stated = unquote(folder.rpartition("/")[2], errors="replace")
    return stated if object_path(stated) == folder else None
