"""What the inside asks of the outside: Protocols, the values that cross them, and the errors they raise."""

from app.ports.checks import UNKNOWN, CheckShown, ChecksShown
from app.ports.deployments import DeploymentHost
from app.ports.errors import AlreadySettled, Conflict, GitHubError, Missing, Rejected, Throttled, Unclear
from app.ports.github import (
    Annotation,
    FileText,
    GitHub,
    IssueText,
    OwnCheck,
    OwnCheckSeen,
    Posted,
    StartedRun,
    TagObject,
    TagRef,
)
from app.ports.hosting import HostedAsset, HostedRelease, NewDraft, ReleaseHost
from app.ports.inbox import Delivery, Inbox, Replayed, Troubled
from app.ports.ledger import Entry, Ledger
from app.ports.protection import AppDesk, FoundRepo, Guarding
from app.ports.releases import BodyEdit, BodyWrite, Change, Commit, Planned, Releases, Restore, Shown
from app.ports.signing import Signer
from app.ports.standing import AGES, Backlog, Standing
from app.ports.tags import TagMemory, TagNotes
from app.ports.telemetry import (
    UNMETERED,
    UNTRACED,
    UNWATCHED,
    Call,
    CallAnswer,
    Handling,
    Meter,
    Noted,
    Span,
    Tracer,
    Unmetered,
    Untraced,
    Watch,
)
from app.ports.turns import TURN, Clock, Scheduler, Turn, Work
from app.ports.words import Renderer

__all__ = [
    "AGES",
    "TURN",
    "UNKNOWN",
    "UNMETERED",
    "UNTRACED",
    "UNWATCHED",
    "AlreadySettled",
    "Annotation",
    "AppDesk",
    "Backlog",
    "BodyEdit",
    "BodyWrite",
    "Call",
    "CallAnswer",
    "Change",
    "CheckShown",
    "ChecksShown",
    "Clock",
    "Commit",
    "Conflict",
    "Delivery",
    "DeploymentHost",
    "Entry",
    "FileText",
    "FoundRepo",
    "GitHub",
    "GitHubError",
    "Guarding",
    "Handling",
    "HostedAsset",
    "HostedRelease",
    "Inbox",
    "IssueText",
    "Ledger",
    "Meter",
    "Missing",
    "NewDraft",
    "Noted",
    "OwnCheck",
    "OwnCheckSeen",
    "Planned",
    "Posted",
    "Rejected",
    "ReleaseHost",
    "Releases",
    "Renderer",
    "Replayed",
    "Restore",
    "Scheduler",
    "Shown",
    "Signer",
    "Span",
    "Standing",
    "StartedRun",
    "TagMemory",
    "TagNotes",
    "TagObject",
    "TagRef",
    "Throttled",
    "Tracer",
    "Troubled",
    "Turn",
    "Unclear",
    "Unmetered",
    "Untraced",
    "Watch",
    "Work",
]
