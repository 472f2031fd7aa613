"""`gonogo db upgrade`: bring the database to the schema that this program speaks."""

from pathlib import Path

from alembic import command
from alembic.config import Config

from app.adapters.db.engine import open_engine

MIGRATIONS = Path(__file__).parent / "migrations"


def upgrade(url: str, revision: str = "head") -> None:
    """Apply the migrations that are missing, all in one transaction. Safe to run again."""
    engine = open_engine(url)
    try:
        with engine.begin() as connection:
            config = Config()
            config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
            config.attributes["connection"] = connection
            command.upgrade(config, revision)
    finally:
        engine.dispose()
