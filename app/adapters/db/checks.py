"""What our own check runs say, in the database."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, select
from sqlalchemy.dialects import postgresql, sqlite

from app.adapters.db.engine import Database
from app.adapters.db.tables import checks, releases
from app.domain.values import Sha
from app.ports import CheckShown

_OF = select(checks).where(
    checks.c.repo == bindparam("repo"), checks.c.sha == bindparam("sha"), checks.c.name == bindparam("name")
)
_UNSETTLED = (
    select(checks.c.repo, checks.c.sha)
    .where(checks.c.name == bindparam("name"), checks.c.is_settled.is_(False))
    .order_by(checks.c.repo, checks.c.sha)
)
_IN = _UNSETTLED.where(checks.c.repo == bindparam("repo"))
_DESERTED = _UNSETTLED.where(
    ~select(releases.c.id).where(releases.c.repo == checks.c.repo, releases.c.sha == checks.c.sha).exists()
)


class SqlChecks:
    """The check runs of ours that stand on GitHub, by commit and name."""

    def __init__(self, database: Database) -> None:
        self._database = database
        put = (sqlite.insert if database.dialect == "sqlite" else postgresql.insert)(checks)
        written = {name: put.excluded[name] for name in ("check", "digest", "is_settled")}
        self._put = put.on_conflict_do_update(index_elements=["repo", "sha", "name"], set_=written)

    async def of(self, repo: int, sha: Sha, name: str) -> CheckShown | None:
        """Return what stands at a commit; None where nothing does yet."""

        def read(connection: Connection) -> CheckShown | None:
            row = connection.execute(_OF, {"repo": repo, "sha": sha, "name": name}).one_or_none()
            if row is None:
                return None
            return CheckShown(check=row.check, digest=row.digest, is_settled=row.is_settled)

        return await self._database.run(read)

    async def save(self, repo: int, sha: Sha, name: str, shown: CheckShown) -> None:
        """Remember what stands there now."""
        row: dict[str, Any] = {
            "repo": repo,
            "sha": sha,
            "name": name,
            "check": shown.check,
            "digest": shown.digest,
            "is_settled": shown.is_settled,
        }
        await self._database.run(lambda connection: connection.execute(self._put, row).rowcount)

    async def unsettled(self, repo: int, name: str) -> Sequence[Sha]:
        """Return the commits of a repository at which there is more to be said."""

        def read(connection: Connection) -> list[Sha]:
            return [Sha(row.sha) for row in connection.execute(_IN, {"repo": repo, "name": name})]

        return await self._database.run(read)

    async def deserted(self, name: str) -> Sequence[tuple[int, Sha]]:
        """Return the repositories and commits at which there is more to be said, and that no release is at."""

        def read(connection: Connection) -> list[tuple[int, Sha]]:
            return [(row.repo, Sha(row.sha)) for row in connection.execute(_DESERTED, {"name": name})]

        return await self._database.run(read)
