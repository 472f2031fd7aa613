"""The log of a release to which everything has happened: an event of every kind there is, and its archive."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from app.adapters.db.codec import event_codec
from app.domain.release.archive import make_archive
from app.domain.release.chain import GENESIS, Link, link
from app.domain.release.events import (
    CancelRequested,
    Event,
    RepositoryMoved,
    RerunRequested,
    RunRefused,
    RunUnclear,
)
from app.domain.release.events_course import (
    BlockRepaired,
    BranchSeen,
    IssueSeen,
    IssuesRead,
    PlanAdopted,
    PlanSeen,
    ReleaseAbandoned,
    ReleaseFinished,
    Retargeted,
    TrackingIssueLost,
)
from app.domain.release.events_deploy import Answer, DeploymentAnswered, DeploymentAsked
from app.domain.release.events_foreign import ForeignGateSeen
from app.domain.release.events_guard import (
    TagAccepted,
    TagIncident,
    TagLeft,
    TagReverted,
    TagRunsCancelled,
    TagRunsLeft,
)
from app.domain.release.events_publish import (
    PublishRefused,
    PublishRequested,
    PublishWaiting,
    ReleasePublished,
)
from app.domain.release.events_said import (
    BoxFound,
    CommandAnswered,
    GoSaid,
    HoldLifted,
    HoldPlaced,
    ItemTicked,
    ItemUnticked,
    ItemWaived,
    NoGoSaid,
    OrderWaived,
    SignedOff,
    TickRefused,
    Vetoed,
    WaiverLifted,
    WaiverSeconded,
    Withdrawn,
)
from app.domain.release.events_tag import TagMade, TagRefused, TagRequested
from app.domain.release.model import LabelledIssue, Sight
from app.domain.release.published import Served
from app.domain.values import ItemId, Person, Repo, Sha, Target, TaskId
from app.exporting import derive
from tests.given import MANAGER, NOW, OTHER_SHA, PLAN_TEXT, SHA, STARTED, requested, run_seen, seen, sighting, started

OCTOCAT: Final = Person(id=5, login="octocat")
MOVED: Final = Repo(id=7, owner="octo-org", name="application", installation=70, default_branch="main")
NEW_PLAN: Final = PLAN_TEXT.replace("Installers archived", "Installers archived, and their hashes noted")
FORGED: Final = sighting(Sight.STATUS, "release/gate", source="mallory")
BLOCKER: Final = LabelledIssue(
    number=3,
    title="It crashes",
    labels=("blocker",),
    url="https://github.com/octo-org/app/issues/3",
    is_pull=False,
    is_open=True,
    updated_at=NOW,
)
TAG_OBJECT: Final = Sha("e5" * 20)
ARCHIVED, LICENCES = ItemId("1.1.2"), ItemId("1.2.2")
BODY: Final = "Ours to ship.\n\n- [x] Installer built ✅\n"


def at(minute: int) -> datetime:
    """So many minutes after the start."""
    return NOW + timedelta(minutes=minute)


def answered(refusal: str | None, minute: int) -> CommandAnswered:
    return CommandAnswered(
        key=f"comment:9:{minute}",
        delivery=f"delivery-{minute}",
        command="go",
        text="go",
        by=OCTOCAT,
        sha=SHA,
        refusal=refusal,
        at=at(minute),
    )


def ticked(item: ItemId, minute: int, note: str = "") -> ItemTicked:
    return ItemTicked(item=item, by=OCTOCAT, sha=SHA, note=note, delivery="d", edited_at=at(minute), at=at(minute))


def refused(item: ItemId, minute: int) -> TickRefused:
    return TickRefused(
        item=item, is_ticked=True, by=OCTOCAT, why="not-allowed", delivery="d", edited_at=at(minute), at=at(minute)
    )


def adopted(text: str, minute: int) -> PlanAdopted:
    return PlanAdopted(
        plan_path=STARTED.plan_path,
        plan_blob=Sha("d4" * 20),
        plan_text=text,
        tag="v1.0.0",
        people={"octocat": 5},
        items={item: item for item in (ARCHIVED, LICENCES)},
        tasks={TaskId("1.1"): TaskId("1.1")},
        by=MANAGER,
        at=at(minute),
    )


EVERYTHING: Final[tuple[Event, ...]] = (
    STARTED,
    requested(),
    RunUnclear(task=TaskId("1.1"), attempt=1, reason="GitHub gave no answer", at=at(1)),
    started(),
    seen(run_seen()),
    RerunRequested(task=TaskId("1.1"), run_id=500, failed_only=True, by=MANAGER, at=at(2)),
    CancelRequested(task=TaskId("1.1"), run_id=500, by=OCTOCAT, at=at(3)),
    RunRefused(task=TaskId("1.1"), attempt=1, reason="its run is not on GitHub any more", at=at(4)),
    ticked(ARCHIVED, 5, "read by two of us"),
    ItemUnticked(item=ARCHIVED, by=OCTOCAT, delivery="d", edited_at=at(6), at=at(6)),
    refused(LICENCES, 7),
    BoxFound(item=ARCHIVED, is_ticked=True, at=at(8)),
    ItemWaived(item=LICENCES, by=OCTOCAT, reason="cleared last year", needs_second=True, at=at(9)),
    WaiverSeconded(item=LICENCES, by=MANAGER, reason="so they were", at=at(10)),
    WaiverLifted(item=LICENCES, by=MANAGER, at=at(11)),
    SignedOff(role="Tech Lead", by=OCTOCAT, sha=SHA, at=at(12)),
    Vetoed(by=OCTOCAT, reason="it crashes", sha=SHA, at=at(13)),
    Withdrawn(by=OCTOCAT, at=at(14)),
    NoGoSaid(by=MANAGER, reason="not today", sha=SHA, at=at(15)),
    GoSaid(by=MANAGER, sha=SHA, at=at(16)),
    answered("NotAllowed", 17),
    answered(None, 18),
    HoldPlaced(by=OCTOCAT, reason="the network is down", until=at(60), at=at(19)),
    HoldLifted(holder=5, by=None, at=at(60)),
    HoldPlaced(by=OCTOCAT, reason="it is still down", until=None, at=at(61)),
    HoldLifted(holder=5, by=MANAGER, at=at(62)),
    OrderWaived(task=TaskId("2.1"), over=("1.1 Build installers",), by=MANAGER, reason="a dry run", at=at(63)),
    RepositoryMoved(repo=MOVED, at=at(64)),
    PlanSeen(blob=Sha("d4" * 20), changes=("an item has other words",), at=at(65)),
    adopted(NEW_PLAN, 66),
    BranchSeen(sha=OTHER_SHA, at=at(67)),
    Retargeted(target=Target(sha=OTHER_SHA, branch="main"), by=MANAGER, kept="only words changed", at=at(68)),
    IssueSeen(issue=BLOCKER, at=at(69)),
    IssuesRead(found=(BLOCKER,), at=at(70)),
    BlockRepaired(what=("a box was gone",), by=OCTOCAT, at=at(71)),
    TrackingIssueLost(how="it was deleted", at=at(72)),
    DeploymentAsked(key="q", environment="production", run_id=500, sha=SHA, at=at(72)),
    DeploymentAsked(key="r", environment="production", run_id=501, sha=SHA, at=at(72)),
    DeploymentAnswered(
        key="q", environment="production", run_id=500, answer=Answer.LET_IN, reason="the gate is green", at=at(72)
    ),
    ItemWaived(item=ARCHIVED, by=MANAGER, reason="they are kept elsewhere", needs_second=False, at=at(73)),
    TagRequested(tag="v1.0.0", sha=OTHER_SHA, by=MANAGER, at=at(73)),
    TagRefused(tag="v1.0.0", reason="GitHub did not answer", at=at(73)),
    TagMade(
        tag="v1.0.0",
        object=Sha("e5" * 20),
        commit=OTHER_SHA,
        is_signed=True,
        url="https://github.com/octo-org/app/releases/tag/v1.0.0",
        at=at(73),
    ),
    PublishRequested(
        tag="v1.0.0",
        sha=OTHER_SHA,
        by=MANAGER,
        asked="d:0",
        comment=7,
        issue=12,
        is_adopting=True,
        at=at(73),
    ),
    PublishWaiting(missing=("*.dmg",), draft_url="https://github.com/octo-org/app/releases/tag/untagged-1", at=at(73)),
    PublishRefused(reason="files did not come in time: *.dmg", at=at(73)),
    ReleasePublished(
        tag="v1.0.0",
        commit=OTHER_SHA,
        number=8,
        url="https://github.com/octo-org/app/releases/tag/v1.0.0",
        assets=(Served(name="app.dmg", size=3, digest="ab" * 32),),
        is_prerelease=False,
        is_latest=True,
        is_immutable=True,
        at=at(73),
    ),
    ReleaseFinished(by=MANAGER, reason="shipped all the same", at=at(74)),
    TagAccepted(tag="v1.0.0", object=TAG_OBJECT, commit=OTHER_SHA, flaws=("unsigned",), at=at(74)),
    TagIncident(tag="v1.0.0", object=SHA, commit=SHA, wrong=("moved", "red-gate"), at=at(74)),
    TagReverted(tag="v1.0.0", object=SHA, at=at(74)),
    TagLeft(tag="v1.0.0", object=SHA, reason="GitHub did not answer", at=at(74)),
    TagRunsCancelled(tag="v1.0.0", commit=SHA, runs=(500, 501), at=at(74)),
    TagRunsLeft(tag="v1.0.0", commit=SHA, runs=(502,), reason="GitHub answered 403: No", at=at(74)),
    ForeignGateSeen(sighting=FORGED, contradicts=True, at=at(74)),
    ReleaseAbandoned(by=MANAGER, reason="1.0.1 takes its place", at=at(75)),
)


def chained(events: Sequence[Event]) -> list[Link]:
    """The events as a database keeps them."""
    log: list[Link] = []
    for event in events:
        body, previous = event_codec().encode_canonically(event), log[-1].hash if log else GENESIS
        log.append(Link(body=body, previous=previous, hash=link(previous, body)))
    return log


def archive_of(log: Sequence[Link], body: str | None = BODY) -> bytes:
    """The archive of a log, as it is exported."""
    derived = derive([kept.body for kept in log])
    return make_archive(log, derived, body, exported_at=NOW, by="gonogo 0.1.0")


LOG: Final = chained(EVERYTHING)
ARCHIVE: Final = archive_of(LOG)
