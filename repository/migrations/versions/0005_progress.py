# SPDX-License-Identifier: EUPL-1.2
"""What the report counts: sizes, hours of reading and of deposit, what stopped an ingest; findings by code."""

import json

import sqlalchemy as sa
from alembic import op

from repository.sql.hours import hour_of

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "figures",
        sa.Column("ingest_id", sa.String(length=64), nullable=False),
        sa.Column("captured_pages", sa.Integer(), nullable=True),
        sa.Column("master_bytes", sa.BigInteger(), nullable=True),
        sa.Column("access_bytes", sa.BigInteger(), nullable=True),
        sa.Column("deposited_hour", sa.BigInteger(), nullable=True),
        sa.Column("stopped_code", sa.String(length=50), nullable=True),
        sa.Column("stopped_ro", sa.Text(), nullable=True),
        sa.Column("stopped_en", sa.Text(), nullable=True),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["ingest_id"], ["ingest.ingest_id"], name=op.f("fk_figures_ingest_id_ingest")),
        sa.PrimaryKeyConstraint("ingest_id", name=op.f("pk_figures")),
    )
    op.create_table(
        "reading",
        sa.Column("ingest_id", sa.String(length=64), nullable=False),
        sa.Column("hour", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["ingest_id"], ["ingest.ingest_id"], name=op.f("fk_reading_ingest_id_ingest")),
        sa.PrimaryKeyConstraint("ingest_id", "hour", name=op.f("pk_reading")),
    )
    op.create_index(op.f("ix_finding_code_ingest_id"), "finding", ["code", "ingest_id"], unique=False)
    _give_figures()


def _give_figures() -> None:
    """Ingests of before: what their manifests say, and for those that were deposited the hour of their last change."""
    ingest = sa.table(
        "ingest",
        sa.column("ingest_id", sa.String()),
        sa.column("version", sa.Integer()),
        sa.column("updated_at", sa.DateTime(timezone=True)),
        sa.column("manifest", sa.Text()),
    )
    figures = sa.table(
        "figures",
        sa.column("ingest_id", sa.String()),
        sa.column("captured_pages", sa.Integer()),
        sa.column("master_bytes", sa.BigInteger()),
        sa.column("deposited_hour", sa.BigInteger()),
    )
    connection = op.get_bind()
    known = connection.execute(sa.select(ingest.c.ingest_id)).scalars().all()
    for ingest_id in known:
        row = connection.execute(sa.select(ingest).where(ingest.c.ingest_id == ingest_id)).one()
        manifest = json.loads(row.manifest)
        values = {
            "ingest_id": ingest_id,
            "captured_pages": len(manifest["pages"]),
            "master_bytes": sum(file["size_bytes"] for file in manifest["files"] if file["role"] == "pages"),
            "deposited_hour": None if row.version is None else hour_of(row.updated_at),
        }
        connection.execute(sa.insert(figures).values(values))
