# SPDX-License-Identifier: EUPL-1.2
"""The catalogue's tables, for SQLite and PostgreSQL alike. Whoever changes them adds a migration (a test says so)."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Text,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from schemas.naming import FOLDER_KEY_LENGTH

REVISION = "0009"
"""The migration that these tables agree with."""


class UtcTime(TypeDecorator[datetime]):
    """An aware time. SQLite keeps no zone: UTC goes in, and UTC comes out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time needs its zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


Serial = BigInteger().with_variant(Integer(), "sqlite")


class Base(DeclarativeBase):
    """Constraints have names made by rule, so that migrations can name them on any database."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class InventoryTable(Base):
    """What is to be scanned: the imported inventory."""

    __tablename__ = "inventory"

    reference_code: Mapped[str] = mapped_column(String(500), primary_key=True)
    barcode: Mapped[str | None] = mapped_column(String(500), unique=True)
    entry: Mapped[str] = mapped_column(Text)
    """`records.InventoryEntry` as JSON."""
    folder_key: Mapped[str | None] = mapped_column(String(FOLDER_KEY_LENGTH), index=True, unique=True)
    """`schemas.naming.folder_key` of the reference code; None where that is empty."""


class SeriesTable(Base):
    """The imported nomenclator."""

    __tablename__ = "series"

    series: Mapped[str] = mapped_column(String(500), primary_key=True)
    rule: Mapped[str] = mapped_column(Text)
    """`records.SeriesRule` as JSON."""


class UnitTable(Base):
    """Units, from their first ingest on."""

    __tablename__ = "unit"

    unit_id: Mapped[UUID] = mapped_column(primary_key=True)
    reference_code: Mapped[str] = mapped_column(String(500), unique=True)
    title: Mapped[str] = mapped_column(String(500))
    fonds: Mapped[str | None] = mapped_column(String(500))
    series: Mapped[str | None] = mapped_column(String(500))
    access_class: Mapped[str] = mapped_column(String(20))
    version: Mapped[int | None]
    ingest_id: Mapped[str | None] = mapped_column(String(64))
    pages: Mapped[int | None]
    access_version: Mapped[int | None]
    """The version that its rows of `page_access` speak of; null where nothing was decided about who may see it."""
    access_last: Mapped[int | None]
    """Number of the last decision that is in `access_class` and these rows."""


class IngestTable(Base):
    """Ingests: drops that became known units' work."""

    __tablename__ = "ingest"
    __table_args__ = (Index(None, "unit_id"), Index(None, "state"))

    ingest_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.unit_id"))
    attempt: Mapped[int]
    state: Mapped[str] = mapped_column(String(20))
    intent: Mapped[str] = mapped_column(String(20))
    folder: Mapped[str] = mapped_column(Text)
    pages: Mapped[int | None]
    version: Mapped[int | None]
    reason: Mapped[str | None] = mapped_column(Text)
    received_at: Mapped[datetime] = mapped_column(UtcTime)
    updated_at: Mapped[datetime] = mapped_column(UtcTime)
    manifest: Mapped[str] = mapped_column(Text)
    """`schemas.ingest.Manifest` as JSON."""


class QuarantineTable(Base):
    """Drops that never became an ingest."""

    __tablename__ = "quarantine"
    __table_args__ = (Index(None, "quarantined_at"),)

    place: Mapped[str] = mapped_column(Text, primary_key=True)
    folder: Mapped[str] = mapped_column(Text)
    reference_code: Mapped[str | None] = mapped_column(String(500))
    findings: Mapped[str] = mapped_column(Text)
    """A JSON array of `schemas.findings.Finding`."""
    quarantined_at: Mapped[datetime] = mapped_column(UtcTime)


class QuarantineEndTable(Base):
    """How drops came out of quarantine. Rows are added, never changed."""

    __tablename__ = "quarantine_end"
    __table_args__ = (Index(None, "folder"), Index(None, "place"))

    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    place: Mapped[str] = mapped_column(Text)
    folder: Mapped[str] = mapped_column(Text)
    reference_code: Mapped[str | None] = mapped_column(String(500))
    findings: Mapped[str] = mapped_column(Text)
    """A JSON array of `schemas.findings.Finding`."""
    quarantined_at: Mapped[datetime] = mapped_column(UtcTime)
    decision: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(Text)
    decided_by: Mapped[str] = mapped_column(String(500))
    decided_at: Mapped[datetime] = mapped_column(UtcTime)
    digest: Mapped[str | None] = mapped_column(String(128))
    """Of the content that was accepted."""


class PageTable(Base):
    """Pages of an ingest: planned first, then with what processing gave (`kind` is null until then)."""

    __tablename__ = "page"

    ingest_id: Mapped[str] = mapped_column(ForeignKey("ingest.ingest_id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    file: Mapped[str] = mapped_column(Text)
    frame: Mapped[int]
    frames: Mapped[int]
    kind: Mapped[str | None] = mapped_column(String(20))
    language: Mapped[str | None] = mapped_column(String(20))
    words: Mapped[int | None]
    confidence: Mapped[float | None]
    source_digest: Mapped[str | None] = mapped_column(String(128))


class FindingTable(Base):
    """Findings about an ingest, by the stage that made them."""

    __tablename__ = "finding"
    __table_args__ = (Index(None, "code", "ingest_id"),)

    ingest_id: Mapped[str] = mapped_column(ForeignKey("ingest.ingest_id"), primary_key=True)
    stage: Mapped[str] = mapped_column(String(50), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    code: Mapped[str] = mapped_column(String(50))
    page: Mapped[int | None]
    finding: Mapped[str] = mapped_column(Text)
    """`schemas.findings.Finding` as JSON."""


class LedgerTable(Base):
    """The ledger of an ingest as last measured."""

    __tablename__ = "ledger"

    ingest_id: Mapped[str] = mapped_column(ForeignKey("ingest.ingest_id"), primary_key=True)
    ledger: Mapped[str] = mapped_column(Text)
    """`schemas.ledger.Ledger` as JSON."""
    measured_at: Mapped[datetime] = mapped_column(UtcTime)


class OutboxTable(Base):
    """Versions that the index does not show yet. Ids are never used twice (AUTOINCREMENT; a sequence elsewhere)."""

    __tablename__ = "outbox"
    __table_args__: Any = (UniqueConstraint("ingest_id", "version"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.unit_id"))
    ingest_id: Mapped[str] = mapped_column(ForeignKey("ingest.ingest_id"))
    version: Mapped[int]
    enqueued_at: Mapped[datetime] = mapped_column(UtcTime)


class LeaseTable(Base):
    """Leases. A row stays when its lease is given back (owner null), so that its token goes on growing."""

    __tablename__ = "lease"

    name: Mapped[str] = mapped_column(String(500), primary_key=True)
    owner: Mapped[str | None] = mapped_column(String(500))
    token: Mapped[int] = mapped_column(BigInteger)
    expires_at: Mapped[datetime] = mapped_column(UtcTime)


class FixityTable(Base):
    """When every byte of an object was last read and agreed with its inventory."""

    __tablename__ = "fixity"

    object_id: Mapped[str] = mapped_column(String(500), primary_key=True)
    verified_at: Mapped[datetime] = mapped_column(UtcTime)


class AuditTable(Base):
    """The audit's records. Rows are never changed and never removed."""

    __tablename__ = "audit"
    __table_args__ = (Index(None, "unit_id"), Index(None, "at"))

    sequence: Mapped[int] = mapped_column(Serial, primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(UtcTime)
    unit_id: Mapped[UUID | None]
    record: Mapped[str] = mapped_column(Text)
    """`schemas.audit.AuditRecord` as canonical JSON; time and unit are beside it so that they can be looked for."""
    hash: Mapped[str] = mapped_column(String(64))


class AuditEndTable(Base):
    """One row: where the audit's chain ends, and how far it is sealed (`schemas.audit.AuditEnd`)."""

    __tablename__ = "audit_end"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sequence: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[str] = mapped_column(String(64))
    batch: Mapped[int] = mapped_column(BigInteger)
    sealed: Mapped[int] = mapped_column(BigInteger)
    head: Mapped[str] = mapped_column(String(64))


class AccessDecisionTable(Base):
    """Decisions about who may see a unit or pages of it. Rows are added; they count once the journal has them."""

    __tablename__ = "access_decision"

    unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.unit_id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    counts: Mapped[bool]
    decision: Mapped[str] = mapped_column(Text)
    """`schemas.access.AccessDecision` as JSON."""


class PageAccessTable(Base):
    """Pages that another class may see than their unit: what its decisions come to for `unit.access_version`."""

    __tablename__ = "page_access"

    unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.unit_id"), primary_key=True)
    page: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    access_class: Mapped[str] = mapped_column(String(20))


class FiguresTable(Base):
    """What the report counts of an ingest, beside its large manifest. Null is unknown."""

    __tablename__ = "figures"

    ingest_id: Mapped[str] = mapped_column(ForeignKey("ingest.ingest_id"), primary_key=True)
    captured_pages: Mapped[int | None]
    master_bytes: Mapped[int | None] = mapped_column(BigInteger)
    access_bytes: Mapped[int | None] = mapped_column(BigInteger)
    deposited_hour: Mapped[int | None] = mapped_column(BigInteger)
    """Whole hours since 1970, UTC: a number, so that every database groups by it alike."""
    stopped_code: Mapped[str | None] = mapped_column(String(50))
    """Of the error that last stopped it; with what it said and when."""
    stopped_ro: Mapped[str | None] = mapped_column(Text)
    stopped_en: Mapped[str | None] = mapped_column(Text)
    stopped_at: Mapped[datetime | None] = mapped_column(UtcTime)


class ReadingTable(Base):
    """How many pages of an ingest got their first result in each hour."""

    __tablename__ = "reading"

    ingest_id: Mapped[str] = mapped_column(ForeignKey("ingest.ingest_id"), primary_key=True)
    hour: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    """Whole hours since 1970, UTC."""
    pages: Mapped[int]
    first_at: Mapped[datetime] = mapped_column(UtcTime)
    last_at: Mapped[datetime] = mapped_column(UtcTime)


class StageRunTable(Base):
    """How long stages of ingests took. Old rows are folded: one for each stage and outcome, without ingest and host."""

    __tablename__ = "stage_run"

    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    stage: Mapped[str] = mapped_column(String(20))
    outcome: Mapped[str] = mapped_column(String(20))
    ingest_id: Mapped[str | None] = mapped_column(String(64))
    """No foreign key: its check would wait for whoever has the ingest's row."""
    ended_at: Mapped[datetime] = mapped_column(UtcTime)
    host: Mapped[str | None] = mapped_column(String(255))
    runs: Mapped[int] = mapped_column(BigInteger)
    pages: Mapped[int] = mapped_column(BigInteger)
    wall_ms: Mapped[int] = mapped_column(BigInteger)
    cpu_ms: Mapped[int] = mapped_column(BigInteger)


class InboxLookTable(Base):
    """What an intake last saw in an inbox."""

    __tablename__ = "inbox_look"

    inbox: Mapped[str] = mapped_column(String(500), primary_key=True)
    looked_at: Mapped[datetime] = mapped_column(UtcTime)
    waiting: Mapped[int]
    waiting_since: Mapped[datetime | None] = mapped_column(UtcTime)
    quarantined: Mapped[int]
    quarantined_since: Mapped[datetime | None] = mapped_column(UtcTime)
