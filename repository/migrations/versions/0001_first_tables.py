# SPDX-License-Identifier: EUPL-1.2
"""The first tables: inventory, units, ingests, quarantine, pages, findings, ledgers, outbox, leases."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "inventory",
        sa.Column("reference_code", sa.String(length=500), nullable=False),
        sa.Column("barcode", sa.String(length=500), nullable=True),
        sa.Column("entry", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("reference_code", name=op.f("pk_inventory")),
        sa.UniqueConstraint("barcode", name=op.f("uq_inventory_barcode")),
    )
    op.create_table(
        "lease",
        sa.Column("name", sa.String(length=500), nullable=False),
        sa.Column("owner", sa.String(length=500), nullable=True),
        sa.Column("token", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_lease")),
    )
    op.create_table(
        "quarantine",
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("folder", sa.Text(), nullable=False),
        sa.Column("reference_code", sa.String(length=500), nullable=True),
        sa.Column("findings", sa.Text(), nullable=False),
        sa.Column("quarantined_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("place", name=op.f("pk_quarantine")),
    )
    op.create_index(op.f("ix_quarantine_quarantined_at"), "quarantine", ["quarantined_at"], unique=False)
    op.create_table(
        "unit",
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("reference_code", sa.String(length=500), nullable=False),
        sa.Column("title", sa.String(length=500), nullable=False),
        sa.Column("fonds", sa.String(length=500), nullable=True),
        sa.Column("series", sa.String(length=500), nullable=True),
        sa.Column("access_class", sa.String(length=20), nullable=False),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("ingest_id", sa.String(length=64), nullable=True),
        sa.Column("pages", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("unit_id", name=op.f("pk_unit")),
        sa.UniqueConstraint("reference_code", name=op.f("uq_unit_reference_code")),
    )
    op.create_table(
        "ingest",
        sa.Column("ingest_id", sa.String(length=64), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("intent", sa.String(length=20), nullable=False),
        sa.Column("folder", sa.Text(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("manifest", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.unit_id"], name=op.f("fk_ingest_unit_id_unit")),
        sa.PrimaryKeyConstraint("ingest_id", name=op.f("pk_ingest")),
    )
    op.create_index(op.f("ix_ingest_state"), "ingest", ["state"], unique=False)
    op.create_index(op.f("ix_ingest_unit_id"), "ingest", ["unit_id"], unique=False)
    op.create_table(
        "finding",
        sa.Column("ingest_id", sa.String(length=64), nullable=False),
        sa.Column("stage", sa.String(length=50), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("code", sa.String(length=50), nullable=False),
        sa.Column("page", sa.Integer(), nullable=True),
        sa.Column("finding", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["ingest_id"], ["ingest.ingest_id"], name=op.f("fk_finding_ingest_id_ingest")),
        sa.PrimaryKeyConstraint("ingest_id", "stage", "position", name=op.f("pk_finding")),
    )
    op.create_table(
        "ledger",
        sa.Column("ingest_id", sa.String(length=64), nullable=False),
        sa.Column("ledger", sa.Text(), nullable=False),
        sa.Column("measured_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["ingest_id"], ["ingest.ingest_id"], name=op.f("fk_ledger_ingest_id_ingest")),
        sa.PrimaryKeyConstraint("ingest_id", name=op.f("pk_ledger")),
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("ingest_id", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("enqueued_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["ingest_id"], ["ingest.ingest_id"], name=op.f("fk_outbox_ingest_id_ingest")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.unit_id"], name=op.f("fk_outbox_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("ingest_id", "version", name=op.f("uq_outbox_ingest_id_version")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "page",
        sa.Column("ingest_id", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("frame", sa.Integer(), nullable=False),
        sa.Column("frames", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=True),
        sa.Column("language", sa.String(length=20), nullable=True),
        sa.Column("words", sa.Integer(), nullable=True),
        sa.Column("confidence", sa.Double(), nullable=True),
        sa.Column("source_digest", sa.String(length=128), nullable=True),
        sa.ForeignKeyConstraint(["ingest_id"], ["ingest.ingest_id"], name=op.f("fk_page_ingest_id_ingest")),
        sa.PrimaryKeyConstraint("ingest_id", "number", name=op.f("pk_page")),
    )
