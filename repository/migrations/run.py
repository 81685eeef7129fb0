# SPDX-License-Identifier: EUPL-1.2
"""Apply the migrations that a database lacks, in the transaction of the connection that is given."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection


def _config() -> Config:
    config = Config()
    # A percent sign in a folder's name would be read as an option's.
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def upgrade(connection: Connection, version: str = "head") -> None:
    """Bring the database to that version, else the newest; at it already, nothing is done."""
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, version)


def newest() -> str | None:
    """The newest migration that there is."""
    return ScriptDirectory.from_config(_config()).get_current_head()
