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
from app.ports.inbox import Delivery, Inbox
from app.ports.ledger import Entry, Ledger
from app.ports.protection import AppDesk, FoundRepo, Guarding
from app.ports.releases import BodyEdit, BodyWrite, Change, Commit, Planned, Releases, Restore, Shown
from app.ports.signing import Signer
from app.ports.tags import TagMemory, TagNotes
from app.ports.turns import Clock, Scheduler, Work
from app.ports.words import Renderer

__all__ = [
    "UNKNOWN",
    "AlreadySettled",
    "Annotation",
    "AppDesk",
    "BodyEdit",
    "BodyWrite",
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
    "HostedAsset",
    "HostedRelease",
    "Inbox",
    "IssueText",
    "Ledger",
    "Missing",
    "NewDraft",
    "OwnCheck",
    "OwnCheckSeen",
    "Planned",
    "Posted",
    "Rejected",
    "ReleaseHost",
    "Releases",
    "Renderer",
    "Restore",
    "Scheduler",
    "Shown",
    "Signer",
    "StartedRun",
    "TagMemory",
    "TagNotes",
    "TagObject",
    "TagRef",
    "Throttled",
    "Unclear",
    "Work",
]
