"""`gonogo db upgrade`: bring the database to the schema that this program speaks."""

from pathlib import Path

from sqlalchemy import Connection, Engine, func, select

from app.adapters.db.engine import open_engine
from app.adapters.db.schema import trouble_with

_TURN = 0x60_60_60  # the lock's number in the database: ours for as long as nobody else takes the same
MIGRATIONS = Path(__file__).parent / "migrations"


class CannotMigrate(Exception):
    """The database is at a schema that this version does not know."""


def upgrade(url: str, revision: str = "head") -> None:
    """Apply the migrations that are missing, all in one transaction. Safe to run again. Raises CannotMigrate.

    Alembic is loaded only where there is something to do: it would hold a tenth of the service's memory.
    """
    engine = open_engine(url)
    try:
        with engine.begin() as connection:
            is_there = revision == "head" and trouble_with(connection) is None
        if is_there and engine.dialect.name == "sqlite":
            return
        if is_there:
            _upgrade_turns(engine)
            return
        from alembic import command  # noqa: PLC0415 - see above
        from alembic.config import Config  # noqa: PLC0415 - see above
        from alembic.util import CommandError  # noqa: PLC0415 - see above

        with engine.begin() as connection:
            _wait_for_turn(connection)
            config = Config()
            config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
            config.attributes["connection"] = connection
            try:
                command.upgrade(config, revision)
            except CommandError as error:
                raise CannotMigrate(str(error)) from error
        if engine.dialect.name != "sqlite":
            _upgrade_turns(engine)
    finally:
        engine.dispose()


def _upgrade_turns(engine: Engine) -> None:
    from app.adapters.scheduler.turns import make_turns  # noqa: PLC0415 - only PostgreSQL has them

    with engine.begin() as connection:
        _wait_for_turn(connection)
        make_turns(connection)


def _wait_for_turn(connection: Connection) -> None:
    """Let one of several processes that start together migrate; SQLite's write lock does that by itself."""
    if connection.dialect.name != "sqlite":
        connection.execute(select(func.pg_advisory_xact_lock(_TURN)))
