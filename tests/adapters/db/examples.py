"""A small release to keep in a database: its start, what is seen of it, what is to be done for it."""

from datetime import datetime

from app.domain.release.effects import React
from app.domain.release.events import ReleaseStarted, Seen
from app.domain.release.model import Progress, Sight, Sighting
from app.domain.values import Person, ReleaseId, Repo, Sha, Target
from app.ports import Change, Commit, Delivery, Planned
from tests.clock import NOON

REPO = Repo(id=7, owner="white-room", name="daw", installation=3, default_branch="main")
MANAGER = Person(id=1, login="release-manager")
SHA = Sha("a" * 40)
FIRST = ReleaseId("7-1.0.0")
SECOND = ReleaseId("7-1.1.0")


def delivery(name: str, *, key: str = "repo:7", payload: bytes = b"{}") -> Delivery:
    return Delivery(id=name, event="issue_comment", key=key, payload=payload, received_at=NOON)


def started(release: ReleaseId = FIRST, at: datetime = NOON, plan: str = "- [ ] Tag\n") -> ReleaseStarted:
    return ReleaseStarted(
        release=release,
        repo=REPO,
        issue=416,
        version=release.partition("-")[2],
        tag="v1.0.0",
        plan_path=".github/release-plan.md",
        plan_blob=Sha("b" * 40),
        plan_text=plan,
        target=Target(sha=SHA, branch="main"),
        by=MANAGER,
        at=at,
    )


def seen(number: int) -> Seen:
    sighting = Sighting(
        kind=Sight.JOB,
        key=f"job:{number}",
        name=f"job {number}",
        source="github-actions",
        sha=SHA,
        progress=Progress.SUCCESS,
        order=(number, 1, 1, 1_773_144_000),
        url=f"https://github.com/white-room/daw/actions/runs/1/job/{number}",
    )
    return Seen(sighting=sighting, at=NOON)


def opening(release: ReleaseId = FIRST, at: datetime = NOON) -> Commit:
    return Commit(changes=[Change(release=release, expected=0, events=[started(release, at)])])


def change(expected: int, *numbers: int, release: ReleaseId = FIRST) -> Change:
    return Change(release=release, expected=expected, events=[seen(number) for number in numbers])


def react(comment: int, *, key: str = "repo:7", release: ReleaseId | None = None) -> Planned:
    return Planned(key=key, release=release, effect=React(repo=REPO, comment=comment, content="eyes"))
