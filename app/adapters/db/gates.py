"""The gates that stand on GitHub, by commit."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, select
from sqlalchemy.dialects import postgresql, sqlite

from app.adapters.db.engine import Database
from app.adapters.db.tables import gates, releases
from app.domain.values import Sha
from app.ports import GateShown

_OF = select(gates).where(gates.c.repo == bindparam("repo"), gates.c.sha == bindparam("sha"))
_DESERTED = select(gates.c.repo, gates.c.sha).where(
    gates.c.is_left.is_(False),
    ~select(releases.c.id).where(releases.c.repo == gates.c.repo, releases.c.sha == gates.c.sha).exists(),
)


class SqlGates:
    """What was last shown as the gate of each commit, in the database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        put = (sqlite.insert if database.dialect == "sqlite" else postgresql.insert)(gates)
        written = {name: put.excluded[name] for name in ("check", "digest", "is_left")}
        self._put = put.on_conflict_do_update(index_elements=["repo", "sha"], set_=written)

    async def of(self, repo: int, sha: Sha) -> GateShown | None:
        """Return what stands at a commit; None where nothing does yet."""

        def read(connection: Connection) -> GateShown | None:
            row = connection.execute(_OF, {"repo": repo, "sha": sha}).one_or_none()
            return None if row is None else GateShown(check=row.check, digest=row.digest, is_left=row.is_left)

        return await self._database.run(read)

    async def save(self, repo: int, sha: Sha, shown: GateShown) -> None:
        """Remember what stands there now."""
        row: dict[str, Any] = {
            "repo": repo,
            "sha": sha,
            "check": shown.check,
            "digest": shown.digest,
            "is_left": shown.is_left,
        }
        await self._database.run(lambda connection: connection.execute(self._put, row).rowcount)

    async def deserted(self) -> Sequence[tuple[int, Sha]]:
        """Return the commits whose gate is still that of a release, and that no release is at any more."""

        def read(connection: Connection) -> list[tuple[int, Sha]]:
            return [(row.repo, Sha(row.sha)) for row in connection.execute(_DESERTED)]

        return await self._database.run(read)
