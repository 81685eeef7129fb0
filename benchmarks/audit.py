# SPDX-License-Identifier: EUPL-1.2
"""What the audit costs: CPU seconds of a record appended on its own, of sealing, and of verifying 100,000 records."""

import argparse
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from arhivar.audit.check import check_audit
from arhivar.audit.keys import load_key, new_key, publish_key, write_key
from arhivar.audit.trail import AuditTrail
from repository.filesystem_store import FilesystemStore
from repository.sql_catalogue import SqlCatalogue, sqlite_url
from schemas.audit import AuditAction, AuditEntry

_SINGLE = 500
_BATCH = 1000


def measure(records: int, folder: Path) -> dict[str, float]:
    """CPU seconds: `append` (one record, one transaction), `seal` (a batch of 1000) and `verify` (all records)."""
    store = FilesystemStore(folder / "store")
    store.initialise()
    write_key(folder / "key.pem", new_key())
    key = load_key(folder / "key.pem")
    publish_key(store, key)
    entry = AuditEntry(
        at=datetime.now(UTC),
        actor="ana@arhiva",
        action=AuditAction.UNIT_DEPOSITED,
        subject="LU/CP/1987/14",
        unit_id=UUID(int=1),
        details={"ingest": "0" * 32, "version": 1, "pages": 250},
    )
    with SqlCatalogue(sqlite_url(folder / "catalogue.sqlite")) as catalogue:
        catalogue.upgrade()
        trail = AuditTrail(catalogue, store, folder / "key.pem", records + 1)
        trail.append(entry)
        start = time.process_time()
        for _ in range(_SINGLE):
            trail.append(entry)
        append = (time.process_time() - start) / _SINGLE
        trail.seal()
        seals = 0.0
        batches = (records - _SINGLE - 1) // _BATCH
        for _ in range(batches):
            catalogue.append_audit(entry for _ in range(_BATCH))
            start = time.process_time()
            trail.seal()
            seals += time.process_time() - start
        start = time.process_time()
        verdict = check_audit(catalogue, store, key)
        verify = time.process_time() - start
    if verdict.findings:
        raise RuntimeError("the audit that was measured is not whole")
    return {"records": verdict.records, "append": append, "seal": seals / batches, "verify": verify}


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=100_000)
    with tempfile.TemporaryDirectory() as folder:
        found = measure(parser.parse_args().records, Path(folder))
    print(f"append {1000 * found['append']:.2f} ms a record, seal {1000 * found['seal']:.1f} ms a batch of {_BATCH}")
    print(f"verify {found['records']:.0f} records: {found['verify']:.2f} s")


if __name__ == "__main__":
    main()
