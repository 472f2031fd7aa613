"""SQLite files with the tables of today, for tests that want to begin with one: migrated once, then copied."""

import tempfile
from functools import cache
from pathlib import Path

from app.adapters.db.migrate import upgrade


def new_database(folder: Path) -> str:
    """Put a migrated database without any row into the folder, and return its address."""
    path = folder / "gonogo.db"
    path.write_bytes(_migrated())
    return f"sqlite:///{path}"


@cache
def _migrated() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "gonogo.db"
        upgrade(f"sqlite:///{path}")
        return path.read_bytes()
