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

EXTENSION: Final = "0003-hash-and-id-n-tuple-storage-layout"
TUPLE_SIZE: Final = 3
TUPLES: Final = 3
_NAME_MAX: Final = 100

ROOT_FILES: Final[dict[str, bytes]] = {
    "0=ocfl_1.1": b"ocfl_1.1\n",
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
