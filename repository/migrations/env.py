# SPDX-License-Identifier: EUPL-1.2
"""Alembic runs this to apply migrations; the connection, within a transaction, comes from `run.upgrade`."""

from alembic import context

from repository.tables import Base

context.configure(
    connection=context.config.attributes["connection"], target_metadata=Base.metadata, transactional_ddl=True
)
with context.begin_transaction():
    context.run_migrations()
