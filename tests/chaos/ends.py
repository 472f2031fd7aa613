"""How a story ended: everything that stands on GitHub and in the database, in a form in which two endings compare.

Left out or made alike is only what rightly differs between two tellings, and why is said beside each.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias, cast

from sqlalchemy import Connection, select

from app.adapters.db.codec import release_codec
from app.adapters.db.engine import Database
from app.adapters.db.releases import SqlReleases
from app.adapters.db.tables import deliveries, events, ledger, releases
from tests.chaos.story import Story

End: TypeAlias = dict[str, Any]

ALIKE = (
    # When something was done moves with every delay.
    (re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d)?(\.\d+)?( UTC|Z|\+00:00)?"), "<time>"),
    # That webhooks came late is true of the trial and not of the release.
    (re.compile(r"GitHub's webhooks come \d+ minutes late, or more\. "), ""),
    # GitHub numbers what is made in the order in which it is made, and that order is free.
    (re.compile(r"\b40000\d{6}\b"), "<check or job>"),
    (re.compile(r"\b(19|21)0000\d{3}\b"), "<release or asset>"),
    # Marks are made of what they stand for: the delivery of a command, the attempt at a publication.
    (re.compile(r"\bgng-[0-9a-f]{16}\b"), "<mark of a run>"),
    (re.compile(r"\breply:[0-9a-f]{24}\b"), "reply:<mark>"),
    # Deliveries are numbered by GitHub too.
    (re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b"), "<delivery>"),
    (re.compile(r"untagged-[0-9a-f]+"), "<draft>"),
    # What a checklist is of, which is made of the release's name: that it is the right one is compared beside.
    (re.compile(r"\bgonogo:of:[0-9a-f]{12}\b"), "gonogo:of:<release>"),
)

OBSERVED = frozenset({"seen", "issue_seen", "issues_read", "branch_moved", "plan_looked_at", "box_found"})
"""Events that tell what was seen of GitHub: how often, and how far things had come, depends on when one looked."""


def ending(story: Story) -> End:
    """Return how it ended on GitHub. To be called when things are quiet."""
    github, repo = story.github, story.repo
    comments = [one for one in repo.comments.values() if one.issue.number == story.issue]
    words = _Words(story)
    end: End = {
        "wrong at some moment": story.wrong,
        "issue": words.of(story.body).splitlines(),
        "issue state": github.issue(repo, story.issue).state,
        "labels": sorted(label.name for label in github.issue(repo, story.issue).labels),
        # In their order by words: two answers that wait for each other's limits may come either way round.
        "comments of the bot": sorted(words.of(one.body) for one in comments if one.user.type == "Bot"),
        # That a command was seen is said at once or not at all: once it is answered nobody is served by it.
        "reactions": [
            f"{one.body}: {sorted(set(story.bots(one)) - {'eyes'})}" for one in comments if one.user.type != "Bot"
        ],
        "issues": [f"{one.number} {one.title} {one.state}" for one in repo.issues.values()],
        "gates": [
            [one.status, one.conclusion, one.title, words.of(one.summary or "")]
            for one in repo.checks_at[github.head(repo)]
            if one.name == "release/gate"
        ],
        "other checks of ours": sorted(
            one.name for checks in repo.checks_at.values() for one in checks if one.suite.app is story.world.room.app
        ),
        "branches and tags": sorted(
            words.of(f"{name} at {repo.tags[sha].object if sha in repo.tags else sha}")
            for name, sha in repo.refs.items()
        ),
        "tag": [words.of(repo.tags[sha].message) for sha in repo.refs.values() if sha in repo.tags],
        "runs": sorted(
            words.of(json.dumps([one.workflow.path, one.inputs, one.attempt, one.status, one.conclusion]))
            for one in repo.runs.values()
        ),
        "releases": [
            {
                "tag": one.tag,
                "is draft": one.draft,
                "name": one.name,
                "body": words.of(one.body or ""),
                "files": sorted(f"{asset.name} {asset.digest}" for asset in one.assets.values()),
                "is latest": repo.latest_release == one.id,
            }
            for one in github.releases(repo)
        ],
    }
    return end


def release_names(story: Story) -> list[str]:
    """Return what the releases are called, by their status comments."""
    words = "\n".join(one.body for one in story.repo.comments.values() if one.user.type == "Bot")
    return re.findall(r"gonogo:status:([0-9a-f]{16})", words)


async def unfinished(database: Database) -> list[str]:
    """Return what is left to be done: deliveries, and rows of the ledger."""

    def read(connection: Connection) -> list[str]:
        waiting = connection.execute(select(deliveries.c.id).where(deliveries.c.handled_at.is_(None))).scalars()
        rows = connection.execute(select(ledger.c.ledger_key).where(ledger.c.done_at.is_(None))).scalars()
        return [*waiting, *rows]

    return await database.run(read)


async def ending_in_database(story: Story, database: Database) -> End:
    """Return how it ended in the database."""

    def read(connection: Connection) -> tuple[Sequence[Any], ...]:
        return (
            connection.execute(select(releases.c.id)).scalars().all(),
            connection.execute(select(events.c.release, events.c.kind, events.c.body)).all(),
            connection.execute(select(ledger.c.ledger_key, ledger.c.state)).all(),
            connection.execute(select(deliveries.c.id).where(deliveries.c.handled_at.is_(None))).scalars().all(),
        )

    ids, log, rows, unhandled = await database.run(read)
    words = _Words(story)
    folds: list[Any] = []
    for number in ids:
        found = await SqlReleases(database).get(number)
        assert found is not None
        is_in_the_issue = f"gonogo:of:{found.stamp} " in story.body
        folds.append(words.within(_fold(json.loads(release_codec().encode(found)))) | {"in the issue": is_in_the_issue})
    return {
        "releases in the database": folds,
        "log": sorted(words.of(_event(kind, body)) for _, kind, body in log if kind not in OBSERVED),
        # Publishing takes as many looks as it takes, each a row of its own.
        "ledger": sorted(words.of(f"{key}: {state}") for key, state in rows if not key.startswith("publish:")),
        "looks at the publication": sorted({state for key, state in rows if key.startswith("publish:")}),
        "deliveries that nobody handled": list(unhandled),
    }


def differences(one: End, other: End) -> list[str]:
    """Return in which parts two endings differ, and how."""
    found: list[str] = []
    for part in one.keys() | other.keys():
        if one.get(part) != other.get(part):
            was, now = (_lines(end.get(part)) for end in (one, other))
            gone, new = Counter(was) - Counter(now), Counter(now) - Counter(was)
            told = [f"  - {line}" for line in gone.elements()] + [f"  + {line}" for line in new.elements()]
            found.append("\n".join([f"{part}:", *(told or ["  in another order"])]))
    return sorted(found)


def _lines(value: object) -> list[str]:
    return json.dumps(value, indent=1, ensure_ascii=False, sort_keys=True, default=str).splitlines()


def _event(kind: str, body: str) -> str:
    told = cast("dict[str, Any]", json.loads(body))
    return f"{kind} {json.dumps(told, sort_keys=True, ensure_ascii=False)}"


def _fold(release: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out of a release how often something was noted, and what was seen that no item of the plan rests on.

    Of the rest, the numbers and moments that rank what was seen.
    """
    rested_on = {key: one for key, one in release["sightings"].items() if not key.startswith("workflow:")}
    rested_on = {key: one for key, one in rested_on.items() if one["kind"] != "job" or one["progress"] != "skipped"}
    seen = {key: f"{one['progress']} {one['sha']} {one['source']}" for key, one in rested_on.items()}
    # An issue that is closed blocks nothing: whether it is still remembered depends on who told of its end.
    still_open = {number: one for number, one in release["issues"].items() if one["is_open"]}
    kept = {key: value for key, value in release.items() if key != "revision"}
    return {**kept, "sightings": seen, "issues": still_open}


class _Words:
    """Makes words of two tellings alike."""

    def __init__(self, story: Story) -> None:
        repo = story.repo
        self._known: dict[str, str] = {}
        for run in repo.runs.values():
            self._known[str(run.id)] = f"<run of {run.inputs.get('task')}>"
        for number, one in enumerate(c for c in repo.comments.values() if c.user.type != "Bot"):
            self._known[str(one.id)] = f"<comment {number}>"
        for one in repo.comments.values():
            if one.user.type == "Bot":
                self._known[str(one.id)] = "<comment of ours>"
        for sha in repo.tags:
            self._known[sha] = "<tag object>"  # its bytes tell when it was made
        for one in repo.checks.values():
            self._known[str(one.id)] = "<check or job>"
        # A release is named after the delivery that began it: of two that tell of the same comment, either may.
        self._known |= dict.fromkeys(release_names(story), "<release>")
        self._pattern = re.compile("|".join(sorted(map(re.escape, self._known), key=len, reverse=True)) or "$^")

    def of(self, text: str) -> str:
        text = self._pattern.sub(lambda found: self._known[found[0]], text)
        for pattern, word in ALIKE:
            text = pattern.sub(word, text)
        return text

    def within(self, value: Any) -> Any:  # noqa: ANN401  JSON
        match value:
            case str():
                return self.of(value)
            case int() if not isinstance(value, bool):
                return self._known.get(str(value), value)
            case list():
                return [self.within(one) for one in cast("Iterable[Any]", value)]
            case dict():
                return {self.of(key): self.within(held) for key, held in cast("dict[str, Any]", value).items()}
            case _:
                return value
