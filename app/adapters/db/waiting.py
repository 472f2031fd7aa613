"""How long the oldest delivery waits that nobody has handled."""

from datetime import datetime

from sqlalchemy import Connection, func, select

from app.adapters.db.tables import WAITING, deliveries

_OLDEST = select(func.min(deliveries.c.received_at)).where(WAITING)


def oldest_waiting(connection: Connection) -> datetime | None:
    """Return when the oldest delivery arrived that is neither handled nor parked; None where none waits."""
    return connection.execute(_OLDEST).scalar_one_or_none()
