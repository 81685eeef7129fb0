# SPDX-License-Identifier: EUPL-1.2
"""Inventory entries are found by their folder's name, and series have rules (the nomenclator)."""

import sqlalchemy as sa
from alembic import op

from schemas.naming import FOLDER_KEY_LENGTH, folder_key

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "series",
        sa.Column("series", sa.String(length=500), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("series", name=op.f("pk_series")),
    )
    op.add_column("inventory", sa.Column("folder_key", sa.String(length=FOLDER_KEY_LENGTH), nullable=True))
    _give_keys()
    op.create_index(op.f("ix_inventory_folder_key"), "inventory", ["folder_key"], unique=True)


def _give_keys() -> None:
    """Entries of before get their key; of two with the same one, the first, and the next import names the other."""
    inventory = sa.table("inventory", sa.column("reference_code", sa.String()), sa.column("folder_key", sa.String()))
    connection = op.get_bind()
    taken: set[str] = set()
    for (code,) in connection.execute(sa.select(inventory.c.reference_code).order_by(inventory.c.reference_code)).all():
        key = folder_key(code)
        if key and key not in taken:
            taken.add(key)
            connection.execute(sa.update(inventory).where(inventory.c.reference_code == code).values(folder_key=key))
