# SPDX-License-Identifier: EUPL-1.2
"""Fills a new, empty store from a replica that is a folder: ``python -m deploy.bootstrap.store_fill FOLDER``.

Before anything else is written to the store: then packages, and the audit's heads and keys beside them, are what they
were. It may be interrupted and run again; an object that is there with other bytes stops it.
"""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from arhivar.back_ends import object_store
from arhivar.settings import load_settings
from deploy.bootstrap import store_user
from repository.filesystem_store import FilesystemStore
from repository.ocfl import OcflRepository
from repository.s3_store import S3Store


def fill(folder: Path, variables: Mapping[str, str]) -> int:
    """Make user and bucket as the settings say, and copy what lies in the folder; how many objects there are.

    Raises ObjectExists where the store holds something else already, StoreUnavailable for a folder that is no replica.
    """
    replica = FilesystemStore(folder)
    OcflRepository(replica).require_root()
    store_user.main(variables)
    store = object_store(load_settings(variables))
    if isinstance(store, S3Store):
        store.initialise()
    count = 0
    for found in replica.list(""):
        with replica.open(found.key) as source:
            store.put(found.key, source, sha512=found.sha512)
        count += 1
    return count


if __name__ == "__main__":
    print(f"store: {fill(Path(sys.argv[1]), os.environ)} objects of the replica are in it")  # noqa: T201 - its report
