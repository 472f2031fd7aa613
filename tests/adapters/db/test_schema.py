"""The migrations lead to the schema that the statements are written for."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
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


def indexes(connection: Connection, schema: str) -> dict[str, str]:
    if connection.dialect.name == "sqlite":
        rows = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"))
        return {row.name: " ".join(row.sql.split()) for row in rows}
    found = text("SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = :schema")
    return {
        row.indexname: row.indexdef.replace(f" {schema}.", " ")
        for row in connection.execute(found, {"schema": schema})
        if row.indexname != "alembic_version_pkc"
    }


def alembic(connection: Connection) -> Config:
    config = alembic_files()
    config.attributes["connection"] = connection
    return config


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
    is_file = url.startswith("sqlite")
    migrated = open_engine(url)
    made = open_engine(url + "2") if is_file else open_engine(url, "-c search_path=made")
    with made.begin() as right:
        if not is_file:
            right.execute(text("CREATE SCHEMA made"))
        metadata.create_all(right)

    with migrated.begin() as left, made.begin() as right:
        assert indexes(left, "public") == indexes(right, "made") != {}
    migrated.dispose()
    made.dispose()


def test_the_head_that_is_asked_for_is_the_newest_migration() -> None:
    assert ScriptDirectory.from_config(alembic_files()).get_current_head() == HEAD


def test_the_migrations_lead_back_to_an_empty_database(url: str) -> None:
    upgrade(url)
    engine = open_engine(url)

    with engine.begin() as connection:
        command.downgrade(alembic(connection), "base")
        left = set(inspect(connection).get_table_names())

    assert left == {"alembic_version"}
    engine.dispose()


SEED = (
    "INSERT INTO deliveries (id, event, key, payload, received_at, attempts) VALUES ('d1', 'push', 'repo:7', '{}', 1, 0)",
    (
        "INSERT INTO releases (id, repo, issue, version, revision, plan_blob, opened_at, shown)"
        " VALUES ('7-1.0.0', 7, 416, '1.0.0', 2, 'b', 1, '{}')"
    ),
    "INSERT INTO events VALUES ('7-1.0.0', 1, 'release_started', :started, 1, '', 'h1')",
    "INSERT INTO events VALUES ('7-1.0.0', 2, 'retargeted', :retargeted, 2, 'h1', 'h2')",
    (
        "INSERT INTO ledger (key, ledger_key, release, effect, state, attempts, not_before, created_at)"
        " VALUES ('repo:7', 'k1', '7-1.0.0', '{}', 'todo', 0, 1, 1)"
    ),
)
COUNTED = ("deliveries", "releases", "events", "ledger")
LATER = {
    "0003": "INSERT INTO checks VALUES (7, 'c3', 'release/gate', 5, NULL, FALSE)",
    "0004": "INSERT INTO tags VALUES (7, 'v1', 'a', 'accepted', 'a', 1)",
    "0005": "INSERT INTO pull_notes VALUES (7, 12, 'Faster', 1, 'ada', 1)",
    "0006": "INSERT INTO lost VALUES ('g', 9, 'push', 1, 1, NULL)",
    "0007": "UPDATE ledger SET intent = '{}'",
    "0008": "INSERT INTO moments VALUES ('rest:inbox:repo:7', 1)",
}


def test_each_migration_takes_what_is_kept_along_up_and_down(url: str) -> None:
    upgrade(url, "0001")
    engine = open_engine(url)
    steps = [script.revision for script in ScriptDirectory.from_config(alembic_files()).walk_revisions()][::-1]
    values = {
        "started": json.dumps({"target": {"sha": "a1"}}),
        "retargeted": json.dumps({"target": {"sha": "c3"}}),
    }

    def counted(connection: Connection) -> list[int]:
        return [connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() for table in COUNTED]  # noqa: S608

    with engine.begin() as connection:
        for statement in SEED:
            connection.execute(text(statement), values)
    kept = [1, 1, 2, 1]
    for step in steps[1:]:
        with engine.begin() as connection:
            command.upgrade(alembic(connection), step)
            assert counted(connection) == kept
            connection.execute(text(LATER.get(step, "SELECT 1")))
    with engine.begin() as connection:
        assert connection.execute(text("SELECT sha FROM releases")).scalar_one() == "c3"
        assert trouble_with(connection) is None
    for step in steps[-2::-1]:
        with engine.begin() as connection:
            command.downgrade(alembic(connection), step)
            assert counted(connection) == kept
    upgrade(url)
    with engine.begin() as connection:
        assert counted(connection) == kept
        assert connection.execute(text("SELECT sha FROM releases")).scalar_one() == "c3"
    engine.dispose()


def alembic_files() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config


@pytest.mark.parametrize(("found", "todo"), [("0001", "run `gonogo db upgrade`"), ("9999", "run a newer one")])
def test_another_schema_is_told_with_what_to_do_about_it(url: str, found: str, todo: str) -> None:
    upgrade(url)
    engine = open_engine(url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :found"), {"found": found})
        trouble = trouble_with(connection)
    engine.dispose()
    assert trouble is not None
    assert (found in trouble, trouble.endswith(todo)) == (True, True)


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_processes_that_start_together_migrate_once(url: str) -> None:
    with ThreadPoolExecutor(3) as processes:
        list(processes.map(upgrade, [url] * 3))
    engine = open_engine(url)
    with engine.begin() as connection:
        assert trouble_with(connection) is None
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
    with engine.begin() as connection:
        config = alembic(connection)
        connection.execute(text("INSERT INTO timers VALUES ('poll:r1', 1)"))
        command.upgrade(config, "0004")
        connection.execute(text("INSERT INTO guarded VALUES (7, 'v*')"))
        connection.execute(text("INSERT INTO tags VALUES (7, 'v1', 'a', 'accepted', 'a', 1)"))
        command.downgrade(config, "0003")
        left = set(inspect(connection).get_table_names())
        assert connection.execute(text('SELECT "key" FROM timers')).scalars().all() == ["poll:r1"]
    assert {"guarded", "tags"} & left == set()
    engine.dispose()
