# SPDX-License-Identifier: EUPL-1.2
"""How the catalogue's tables came about, step by step (Alembic). `run.upgrade` applies what is missing."""
