# SPDX-License-Identifier: EUPL-1.2
"""Two depositors of one unit at the same moment, each a process of its own, under the catalogue's lease, on S3."""

import multiprocessing
import os
import random
import signal
import time
from hashlib import sha512
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from arhivar.composition import Archive, init_archive, object_id, open_archive
from arhivar.intake.stage import staged_key
from arhivar.package import read_package
from arhivar.settings import load_settings
from arhivar.steps.compose import Composed
from arhivar.steps.deposit import ARHIVAR, deposit_unit
from schemas.audit import AuditAction
from schemas.errors import LeaseLost
from schemas.ingest import Manifest, ingest_id
from tests.contract.test_catalogue import manifest
from tests.referees import judge_ocfl_root
from tests.stores import export

pytestmark = pytest.mark.services
ROUNDS = 32
_ROUNDS_A_UNIT = 8
_KILLED_EVERY = 8
_SEED = 5


def composed(planned: Manifest) -> Composed:
    """What compose hands on: a text at the path that every ingest's page has."""
    alto = {"text/00001.xml": f"<alto>{planned.ingest_id}</alto>".encode()}
    return Composed(pages=(), pdfs=(), pdf_files={}, alto=alto, engines=(ARHIVAR,))


def staged(archive: Archive, number: int, who: str) -> Manifest:
    """An ingest of the round's unit that is ready to be deposited."""
    page = f"page of {who}, round {number}".encode()
    digest = sha512(page).hexdigest()
    base = manifest(f"R/{number // _ROUNDS_A_UNIT}")
    (file,) = base.files
    planned = base.model_copy(
        update={
            "ingest_id": ingest_id(base.unit_id, base.intent, [digest]),
            "files": (file.model_copy(update={"sha512": digest, "size_bytes": len(page)}),),
        }
    )
    archive.store.put(staged_key(planned.ingest_id, file.path), page)
    archive.catalogue.register_ingest(planned)
    return planned


def _depositor(variables: dict[str, str], orders: Connection) -> None:
    with open_archive(load_settings(variables)) as archive:
        orders.send(0)
        while True:
            order, starts_at = orders.recv()
            planned = Manifest.from_json(order)
            while time.time() < starts_at:
                pass
            try:
                orders.send(deposit_unit(archive, planned, composed(planned), ()))
            except LeaseLost:
                orders.send(None)


class Depositor:
    """One machine that deposits when it is told to."""

    def __init__(self, variables: dict[str, str]) -> None:
        context = multiprocessing.get_context("spawn")
        self.orders, theirs = context.Pipe()
        self.process = context.Process(target=_depositor, args=(variables, theirs))
        self.process.start()
        theirs.close()
        self.answer()

    def answer(self) -> int | None:
        assert self.orders.poll(180)
        made: int | None = self.orders.recv()
        return made

    def kill(self) -> None:
        assert self.process.pid is not None
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.join(60)
        self.orders.close()


def test_two_machines_that_deposit_one_unit_at_once_make_a_version_each_or_one_is_refused(
    variables: dict[str, str], tmp_path: Path
) -> None:
    """Every eighth round one of them is killed in the middle of it; its ingest is deposited by another afterwards."""
    settings = load_settings(variables)
    init_archive(settings)
    chance = random.Random(_SEED)
    both = [Depositor(variables), Depositor(variables)]
    refused = deposits = 0
    try:
        with open_archive(settings) as archive:
            for number in range(ROUNDS):
                planned = [staged(archive, number, who) for who in ("ana", "ion")]
                identifier = object_id(planned[0].unit_id)
                head = archive.packages.head(identifier) or 0
                starts_at = time.time() + 0.05
                for one, order in zip(both, planned, strict=True):
                    one.orders.send((order.to_json(), starts_at))
                made: dict[str, int | None] = {}
                victim = chance.randrange(2) if number % _KILLED_EVERY == _KILLED_EVERY - 1 else None
                if victim is not None:
                    time.sleep(0.05 + chance.random() * 0.3)
                    both[victim].kill()
                    both[victim] = Depositor(variables)
                for index in (index for index in range(2) if index != victim):
                    made[planned[index].ingest_id] = both[index].answer()
                if victim is None:
                    assert any(made.values())
                refused += sum(version is None for version in made.values())
                for order in planned:  # as the next run does for who was refused, or killed
                    if made.get(order.ingest_id) is None:
                        made[order.ingest_id] = deposit_unit(archive, order, composed(order), ())
                deposits += 2
                assert sorted(made.values(), key=str) == sorted((head + 1, head + 2), key=str)
                _require_versions(archive, identifier, made)
            actions = [str(row.record) for row in archive.catalogue.audit_rows()]
            assert sum(AuditAction.UNIT_DEPOSITED in record for record in actions) == deposits
            assert judge_ocfl_root(export(archive.store, "ocfl/", tmp_path / "export")) == []
    finally:
        for one in both:
            one.kill()
    assert refused > ROUNDS // 4


def _require_versions(archive: Archive, identifier: str, made: dict[str, int | None]) -> None:
    """Each ingest is the version that it was told, and the catalogue knows the newest."""
    for ingest, version in made.items():
        assert version is not None
        files = archive.packages.files(identifier, version)
        assert archive.store.read(files["text/00001.xml"].content_key) == f"<alto>{ingest}</alto>".encode()
        row = archive.catalogue.ingest(ingest)
        assert row is not None
        assert row.version == version
    assert archive.packages.verify(identifier) == []
    newest = archive.packages.head(identifier)
    assert read_package(archive, identifier).ingest_id == next(
        one for one, version in made.items() if version == newest
    )
    row = archive.catalogue.ingest(next(iter(made)))
    assert row is not None
    unit = archive.catalogue.unit(row.unit_id)
    assert unit is not None
    assert unit.version == newest
