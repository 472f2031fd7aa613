"""What our own check runs say, in the database."""

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from app.adapters.db.engine import Database
from app.adapters.db.tables import OPEN, checks, releases
from app.domain.values import Sha
from app.ports import CheckShown

_OF = select(checks).where(
    checks.c.repo == bindparam("repo"), checks.c.sha == bindparam("sha"), checks.c.name == bindparam("name")
)
_CHANGED = (
    update(checks)
    .where(
        checks.c.repo == bindparam("in_repo"),
        checks.c.sha == bindparam("at_sha"),
        checks.c.name == bindparam("of_name"),
        checks.c.check == bindparam("known"),
        func.coalesce(checks.c.digest, "") == bindparam("said"),
    )
    .values(check=bindparam("check"), digest=bindparam("digest"), is_settled=bindparam("is_settled"))
)
_UNSETTLED = (
    select(checks.c.repo, checks.c.sha)
    .where(checks.c.name == bindparam("name"), checks.c.is_settled.is_(False))
    .order_by(checks.c.repo, checks.c.sha)
)
_IN = _UNSETTLED.where(checks.c.repo == bindparam("repo"))
_DESERTED = _UNSETTLED.where(
    ~select(releases.c.id).where(OPEN, releases.c.repo == checks.c.repo, releases.c.sha == checks.c.sha).exists()
)


class SqlChecks:
    """The check runs of ours that stand on GitHub, by commit and name."""

    def __init__(self, database: Database) -> None:
        self._database = database
        put = (sqlite.insert if database.dialect == "sqlite" else postgresql.insert)(checks)
        # What it returns tells whether it was the first: the number of rows PostgreSQL's driver does not tell here.
        self._first = put.on_conflict_do_nothing(index_elements=["repo", "sha", "name"]).returning(checks.c.repo)

    async def of(self, repo: int, sha: Sha, name: str) -> CheckShown | None:
        """Return what stands at a commit; None where nothing does yet."""

        def read(connection: Connection) -> CheckShown | None:
            row = connection.execute(_OF, {"repo": repo, "sha": sha, "name": name}).one_or_none()
            if row is None:
                return None
            return CheckShown(check=row.check, digest=row.digest, is_settled=row.is_settled)

        return await self._database.ask(read)

    async def save(self, repo: int, sha: Sha, name: str, shown: CheckShown, before: CheckShown | None) -> bool:
        """Remember what stands there now; False where by now something else than `before` is remembered."""
        new = {"check": shown.check, "digest": shown.digest, "is_settled": shown.is_settled}

        def write(connection: Connection) -> bool:
            if before is None:
                row = {"repo": repo, "sha": sha, "name": name, **new}
                # Not `first`, which leaves the statement before its end: SQLite commits there, and tells if it could.
                return connection.execute(self._first, row).one_or_none() is not None
            known = {"known": before.check, "said": before.digest or ""}
            row = {"in_repo": repo, "at_sha": sha, "of_name": name, **known, **new}
            return connection.execute(_CHANGED, row).rowcount == 1

        return await self._database.ask(write)

    async def unsettled(self, repo: int, name: str) -> Sequence[Sha]:
        """Return the commits of a repository at which there is more to be said."""

        def read(connection: Connection) -> list[Sha]:
            return [Sha(row.sha) for row in connection.execute(_IN, {"repo": repo, "name": name})]

        return await self._database.ask(read)

    async def deserted(self, name: str) -> Sequence[tuple[int, Sha]]:
        """Return the repositories and commits at which there is more to be said, and that no open release is at."""

        def read(connection: Connection) -> list[tuple[int, Sha]]:
            return [(row.repo, Sha(row.sha)) for row in connection.execute(_DESERTED, {"name": name})]

        return await self._database.ask(read)
