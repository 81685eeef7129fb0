# SPDX-License-Identifier: EUPL-1.2
"""Decisions about who may see a unit or pages of it, and what they come to."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("unit", sa.Column("access_version", sa.Integer(), nullable=True))
    op.add_column("unit", sa.Column("access_last", sa.Integer(), nullable=True))
    op.create_table(
        "access_decision",
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("counts", sa.Boolean(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.unit_id"], name=op.f("fk_access_decision_unit_id_unit")),
        sa.PrimaryKeyConstraint("unit_id", "number", name=op.f("pk_access_decision")),
    )
    op.create_table(
        "page_access",
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("page", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("access_class", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.unit_id"], name=op.f("fk_page_access_unit_id_unit")),
        sa.PrimaryKeyConstraint("unit_id", "page", name=op.f("pk_page_access")),
    )
