# SPDX-License-Identifier: EUPL-1.2
"""Both engines as benchmarks use them: an index of their own, what it holds on disk, and whose CPU time it takes."""

import json
import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from time import process_time
from typing import Protocol

from search.elastic_client import connect
from search.elastic_index import ElasticAddress, ElasticIndex
from search.index import SearchIndex
from search.tantivy_index import TantivyIndex

SERVICES = "ARHIVAR_TEST_SERVICES"


class Engine(Protocol):
    """An index on one engine."""

    name: str
    index: SearchIndex

    def is_filled(self) -> bool:
        """Whether an earlier run has left its pages."""

    def server_seconds(self) -> float:
        """User and system time so far of the server; 0 where there is none."""

    def cpu_seconds(self) -> float:
        """That and this process's own."""

    def disk_bytes(self) -> int:
        """What the index holds on disk."""

    def drop(self) -> None:
        """Close it and delete what it holds."""


class TantivyEngine:
    """tantivy in this process, in a folder."""

    def __init__(self, folder: Path, *, keep: bool = False) -> None:
        self.name = "tantivy"
        if folder.exists() and not keep:
            shutil.rmtree(folder)
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self.index: SearchIndex = TantivyIndex(folder)

    def is_filled(self) -> bool:
        """See `Engine.is_filled`."""
        return any(self._folder.glob("*/meta.json"))

    def server_seconds(self) -> float:
        """See `Engine.server_seconds`."""
        return 0.0

    def cpu_seconds(self) -> float:
        """See `Engine.cpu_seconds`."""
        return process_time()

    def disk_bytes(self) -> int:
        """See `Engine.disk_bytes`."""
        return sum(path.stat().st_size for path in self._folder.rglob("*") if path.is_file())

    def drop(self) -> None:
        """See `Engine.drop`."""
        self.index.close()
        shutil.rmtree(self._folder)


class ElasticEngine:
    """A server on this machine, as the file that `ARHIVAR_TEST_SERVICES` names says; indices under `prefix`."""

    def __init__(self, server: dict[str, str], prefix: str, *, keep: bool = False) -> None:
        self.name = "elasticsearch"
        certificate = Path(server["ca_certificate"])
        self._client = connect(server["url"], server["api_key"], certificate)
        self._pattern = f"{prefix}-*"
        if not keep:
            self._delete()
        self.index: SearchIndex = ElasticIndex(ElasticAddress(server["url"], server["api_key"], certificate, prefix))
        nodes = self._client.nodes.info(metric="process").body["nodes"]
        self._pids = [int(node["process"]["id"]) for node in nodes.values()]

    def is_filled(self) -> bool:
        """See `Engine.is_filled`."""
        return bool(self._names())

    def server_seconds(self) -> float:
        """See `Engine.server_seconds`."""
        return sum(cpu_of(pid) for pid in self._pids)

    def cpu_seconds(self) -> float:
        """See `Engine.cpu_seconds`."""
        return process_time() + self.server_seconds()

    def disk_bytes(self) -> int:
        """See `Engine.disk_bytes`."""
        stats = self._client.indices.stats(index=self._pattern, metric="store").body
        return int(stats["_all"]["total"]["store"]["size_in_bytes"])

    def drop(self) -> None:
        """See `Engine.drop`."""
        self.index.close()
        self._delete()
        self._client.close()

    def _names(self) -> list[str]:
        return list(self._client.indices.get(index=self._pattern, allow_no_indices=True).body)

    def _delete(self) -> None:
        for name in self._names():
            self._client.indices.delete(index=name)


def cpu_of(pid: int) -> float:
    """User and system time of a process and its threads, in seconds: fields 14 and 15 of `/proc/PID/stat` (proc(5))."""
    after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(after_name[11]) + int(after_name[12])) / os.sysconf("SC_CLK_TCK")


def elastic_server() -> dict[str, str] | None:
    """How Elasticsearch is reached; None where no services are given."""
    file = os.environ.get(SERVICES, "").strip()
    if not file:
        return None
    known: dict[str, dict[str, str]] = json.loads(Path(file).read_text())
    return known.get("elasticsearch")


def open_engines(names: Sequence[str], folder: Path, label: str, *, keep: bool = False) -> list[Engine]:
    """The engines by these names. Raises SystemExit where Elasticsearch is asked for and no server is given."""
    engines: list[Engine] = []
    if "tantivy" in names:
        engines.append(TantivyEngine(folder / f"{label}-tantivy", keep=keep))
    if "elasticsearch" in names:
        server = elastic_server()
        if server is None:
            raise SystemExit(f"{SERVICES} names no Elasticsearch: make services-up")
        engines.append(ElasticEngine(server, f"arhivar-bench-{label}", keep=keep))
    return engines
