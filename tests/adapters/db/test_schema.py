"""The migrations lead to the schema that the statements are written for."""

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

from app.adapters.db.engine import open_engine
from app.adapters.db.migrate import MIGRATIONS, upgrade
from app.adapters.db.schema import HEAD, trouble_with
from app.adapters.db.tables import metadata


def indexes(connection: Connection) -> dict[str, str]:
    rows = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"))
    return {row.name: " ".join(row.sql.split()) for row in rows}


def test_the_migrated_schema_is_the_one_of_the_tables(url: str) -> None:
    upgrade(url)
    engine = open_engine(url)

    with engine.begin() as connection:
        differences = compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), metadata)

    assert differences == []
    engine.dispose()


def test_partial_indexes_say_the_same_in_both(url: str) -> None:
    """Alembic does not compare what an index leaves out."""
    upgrade(url)
    migrated, made = open_engine(url), open_engine(url + "2")
    metadata.create_all(made)

    with migrated.begin() as left, made.begin() as right:
        assert indexes(left) == indexes(right)
    migrated.dispose()
    made.dispose()


def test_the_head_that_is_asked_for_is_the_newest_migration() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))

    assert ScriptDirectory.from_config(config).get_current_head() == HEAD


def test_the_migrations_lead_back_to_an_empty_database(url: str) -> None:
    upgrade(url)
    engine = open_engine(url)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))

    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
        left = set(inspect(connection).get_table_names())

    assert left == {"alembic_version"}
    engine.dispose()


def test_an_upgrade_may_run_again_and_another_schema_is_told(url: str) -> None:
    upgrade(url)
    upgrade(url)
    engine = open_engine(url)
    with engine.begin() as connection:
        assert trouble_with(connection) is None
        connection.execute(text("DELETE FROM alembic_version"))
        connection.execute(text("INSERT INTO alembic_version VALUES ('0000')"))
        assert "gonogo db upgrade" in str(trouble_with(connection))
    engine.dispose()


def test_an_empty_database_is_told_what_it_wants(url: str) -> None:
    engine = open_engine(url)

    with engine.begin() as connection:
        assert "gonogo db upgrade" in str(trouble_with(connection))
    engine.dispose()


def test_the_guard_s_memory_comes_and_goes_with_its_migration(url: str) -> None:
    upgrade(url, "0003")
    engine = open_engine(url)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        connection.execute(text("INSERT INTO timers VALUES ('poll:r1', 1)"))
        command.upgrade(config, "0004")
        connection.execute(text("INSERT INTO guarded VALUES (7, 'v*')"))
        connection.execute(text("INSERT INTO tags VALUES (7, 'v1', 'a', 'accepted', 'a', 1)"))
        command.downgrade(config, "0003")
        left = set(inspect(connection).get_table_names())
        assert connection.execute(text('SELECT "key" FROM timers')).scalars().all() == ["poll:r1"]
    assert {"guarded", "tags"} & left == set()
    engine.dispose()
