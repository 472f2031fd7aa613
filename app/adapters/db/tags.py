"""What the tag guard remembers of tags, in the database."""

from sqlalchemy import Connection, bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError

from app.adapters.db.engine import Database
from app.adapters.db.tables import guarded, tags
from app.domain.guard.memory import KnownTag, Memory, Standing
from app.domain.values import Sha
from app.ports import Conflict, TagNotes

_PATTERNS = select(guarded.c.pattern).where(guarded.c.repo == bindparam("repo"))
_KNOWN = select(tags).where(tags.c.repo == bindparam("repo"))
_BEGIN = insert(guarded)
_NEW = insert(tags)
_ONE = (tags.c.repo == bindparam("of"), tags.c.name == bindparam("named"))
_AGAIN = (
    update(tags)
    .where(*_ONE, tags.c.revision == bindparam("expected"))
    .values({name: bindparam(name) for name in ("object", "standing", "kept", "revision")})
)
_GONE = (
    update(tags)
    .where(*_ONE, tags.c.object == bindparam("at"), tags.c.standing == Standing.INCIDENT)
    .values(standing=Standing.GONE, revision=tags.c.revision + 1)
)


class SqlTags:
    """The port `app.ports.TagMemory`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, repo: int) -> Memory:
        """Return what is remembered of a repository; nothing where the guard has never looked at it."""

        def read(connection: Connection) -> Memory:
            known = [
                KnownTag(
                    name=row.name,
                    object=Sha(row.object),
                    standing=Standing(row.standing),
                    kept=None if row.kept is None else Sha(row.kept),
                    revision=row.revision,
                )
                for row in connection.execute(_KNOWN, {"repo": repo})
            ]
            patterns = connection.execute(_PATTERNS, {"repo": repo}).scalars()
            return Memory(patterns=frozenset(patterns), tags={tag.name: tag for tag in known})

        return await self._database.ask(read)

    async def gone(self, repo: int, name: str, at: Sha) -> None:
        """Note that an incident was put an end to: the tag that pointed there was deleted. Repeating it is harmless."""
        values = {"of": repo, "named": name, "at": at}
        await self._database.run(lambda connection: connection.execute(_GONE, values).rowcount)


def write_tags(connection: Connection, notes: TagNotes) -> None:
    """Write down what the guard saw, within a transaction. Raises Conflict where another look was quicker."""
    try:
        if notes.patterns:
            connection.execute(_BEGIN, [{"repo": notes.repo, "pattern": pattern} for pattern in notes.patterns])
        new = [tag for tag in notes.tags if tag.revision == 1]
        if new:
            connection.execute(_NEW, [{"repo": notes.repo, "name": tag.name, **_row(tag)} for tag in new])
    except IntegrityError as error:
        raise Conflict(f"somebody else has looked at the tags of repository {notes.repo}") from error
    for tag in notes.tags:
        if tag.revision > 1:
            values = {"of": notes.repo, "named": tag.name, "expected": tag.revision - 1, **_row(tag)}
            if connection.execute(_AGAIN, values).rowcount != 1:
                raise Conflict(f"somebody else has looked at tag {tag.name} of repository {notes.repo}")


def _row(tag: KnownTag) -> dict[str, object]:
    return {"object": tag.object, "standing": tag.standing.value, "kept": tag.kept, "revision": tag.revision}
