"""The tables of the shared turns: Procrastinate's own, in a schema of theirs, which may be made anew at any time."""

from hashlib import sha256
from typing import Final

from procrastinate.schema import SchemaManager
from sqlalchemy import Connection, text

SCHEMA: Final = "turns_of_gonogo"


def make_turns(connection: Connection) -> None:
    """Have the tables that the installed Procrastinate wants; where they are those of another version, they go.

    What stood in them is lost, and that is harmless: a job only says "look at this key", and a sweep finds the keys.
    """
    wanted = SchemaManager.get_schema()
    mark = sha256(wanted.encode()).hexdigest()
    if has_turns(connection, mark):
        return
    connection.execute(text(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE"))
    connection.execute(text(f"CREATE SCHEMA {SCHEMA}"))
    before: str = connection.execute(text("SHOW search_path")).scalar_one()
    connection.execute(text(f"SET LOCAL search_path TO {SCHEMA}"))
    driver = connection.connection.driver_connection
    if driver is None:
        raise RuntimeError("the connection is closed")
    driver.execute(wanted.encode())  # many statements at once: SQLAlchemy would take their % for placeholders
    connection.execute(text("SELECT set_config('search_path', :before, true)"), {"before": before})
    connection.execute(text(f"COMMENT ON SCHEMA {SCHEMA} IS '{mark}'"))


def has_turns(connection: Connection, mark: str | None = None) -> bool:
    """Whether the tables are there, and those of that mark: by default of the installed version."""
    mark = mark or sha256(SchemaManager.get_schema().encode()).hexdigest()
    found = text("SELECT obj_description(oid, 'pg_namespace') FROM pg_namespace WHERE nspname = :name")
    return connection.execute(found, {"name": SCHEMA}).scalar_one_or_none() == mark


# Procrastinate's own function for deferring fails where a queueing lock is taken, all of a batch with it, and cannot
# bring a later alarm forward. These two statements do both, in one round trip for as many keys as there are.

WAKE: Final = """
INSERT INTO procrastinate_jobs (queue_name, task_name, lock, queueing_lock, args)
SELECT queue, 'look', key, key, jsonb_build_object('key', key)
FROM unnest(%(queues)s::text[], %(keys)s::text[]) AS asked (queue, key)
ON CONFLICT (queueing_lock) WHERE status = 'todo' DO NOTHING
"""

# An alarm has no lock: one that is yet to ring would keep every later job of its key from running.
ALARM: Final = """
INSERT INTO procrastinate_jobs (queue_name, task_name, priority, queueing_lock, args, scheduled_at)
SELECT queue, 'ring', 1, 'at:' || key, jsonb_build_object('key', key), now() + make_interval(secs => seconds)
FROM unnest(%(queues)s::text[], %(keys)s::text[], %(seconds)s::float8[]) AS asked (queue, key, seconds)
ON CONFLICT (queueing_lock) WHERE status = 'todo'
DO UPDATE SET scheduled_at = excluded.scheduled_at WHERE excluded.scheduled_at < procrastinate_jobs.scheduled_at
"""

BEAT: Final = "UPDATE procrastinate_workers SET last_heartbeat = now() WHERE id = ANY(%(ids)s::bigint[]) RETURNING id"
