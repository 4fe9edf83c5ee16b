"""How a database of an earlier version becomes one of this version; `upgrade` needs alembic, nothing else does."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config

from notifier.store.engine import Database

FOLDER: Final = Path(__file__).parent


def config(database: Database) -> Config:
    """Make alembic's configuration for a database; there is no ini file."""
    made = Config()
    made.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    made.attributes["database"] = database
    return made


def upgrade(database: Database, revision: str = "head") -> None:
    """Bring a database to a revision; an empty one gets all tables."""
    command.upgrade(config(database), revision)


def downgrade(database: Database, revision: str) -> None:
    """Take a database back to a revision."""
    command.downgrade(config(database), revision)
