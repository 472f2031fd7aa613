"""`gonogo deliveries`, put together: the database of the settings in, what could not be handled out."""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from sqlalchemy.exc import DatabaseError

from app.adapters.clock import SystemClock
from app.adapters.db.inbox import SqlInbox
from app.cli import Unusable
from app.examining import opened
from app.log import set_up_logging
from app.ports import Replayed, Troubled
from app.settings import SettingsError, load_database_url

T = TypeVar("T")


def troubled_from_settings() -> Sequence[Troubled]:
    """Return what could not be handled. Raises Unusable where there is no database to look at."""
    return troubled_in(_database())


def replay_from_settings(delivery: str) -> Replayed:
    """Put a parked delivery back. Raises Unusable where there is no database."""
    return replay_in(_database(), delivery)


def troubled_in(url: str) -> Sequence[Troubled]:
    """Return what could not be handled in that database. Raises Unusable."""
    return _with_inbox(url, lambda inbox: inbox.troubled())


def replay_in(url: str, delivery: str) -> Replayed:
    """Put a parked delivery of that database back. Raises Unusable."""
    return _with_inbox(url, lambda inbox: inbox.replay(delivery))


def _database() -> str:
    set_up_logging(is_json=not sys.stderr.isatty())
    try:
        return load_database_url()
    except SettingsError as error:
        raise Unusable(str(error)) from error


def _with_inbox(url: str, do: Callable[[SqlInbox], Awaitable[T]]) -> T:
    async def run() -> T:
        async with opened(url) as store:
            if store.database is None:
                raise Unusable(f"{store.trouble}."[:1].upper() + f"{store.trouble}."[1:])
            return await do(SqlInbox(store.database, SystemClock()))

    try:
        return asyncio.run(run())
    except DatabaseError as error:
        raise Unusable(f"The database cannot be used: {error.orig}") from error
