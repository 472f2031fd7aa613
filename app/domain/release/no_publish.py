"""Why a release was not published: the kinds of trouble there are, and each in one sentence."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from app.domain.release.views import ReasonView


class Unpublished(StrEnum):
    """What kept a release from being published."""

    OVER = "over"  # it has ended, or moved to another commit
    OVER_PUBLIC = "over-public"  # the same, and an earlier try has made it public all the same
    NO_TAG = "no-tag"  # its tag is not there any more
    TAG_MOVED = "tag-moved"  # its tag points at something else than it did
    FOREIGN_RELEASE = "foreign-release"  # somebody else has published that tag
    FOREIGN_DRAFT = "foreign-draft"  # somebody else has made a draft for that tag
    SEVERAL_DRAFTS = "several-drafts"  # and there are several to choose from
    MISSING = "missing"  # files did not come in time
    SEVERAL_LISTS = "several-lists"  # several files of checksums
    BAD_LIST = "bad-list"  # the file of checksums cannot be relied on
    WRONG = "wrong"  # files have other bytes than their checksums say
    EXTRA = "extra"  # files that no checksum is given for
    TOO_LARGE = "too-large"  # a file whose bytes nobody can check
    RED = "red"  # the gate, read again, is not green
    UNSEEN = "unseen"  # it is green, and GitHub does not show it
    CHANGED = "changed"  # something was changed in the moment of publishing
    REJECTED = "rejected"  # GitHub said no
    SILENT = "silent"  # GitHub did not answer, and nobody knows


@dataclass(frozen=True, slots=True, kw_only=True)
class NotPublished:
    """A release that was not published. `names` are of files or drafts, `detail` is what was found otherwise."""

    problem: Unpublished
    detail: str = ""
    names: tuple[str, ...] = ()
    url: str = ""  # of the draft or release that it is about
    reasons: tuple[ReasonView, ...] = ()

    @property
    def reason(self) -> str:
        """Why, in one sentence for the log, the issue and the report."""
        found = self.detail or ", ".join(self.names[:_NAMED])
        return f"{_WORDS[self.problem]}: {found}" if found else _WORDS[self.problem]


@dataclass(frozen=True, slots=True, kw_only=True)
class FilesAwaited:
    """The draft is there, and files are not: it is looked at again."""

    missing: tuple[str, ...]
    draft_url: str


_NAMED: Final = 5
_WORDS: Final[Mapping[Unpublished, str]] = {
    Unpublished.OVER: "the release had ended or moved on",
    Unpublished.OVER_PUBLIC: "the release had ended or moved on, and it was made public just before",
    Unpublished.NO_TAG: "its tag is not there any more",
    Unpublished.TAG_MOVED: "its tag does not stand where it was made",
    Unpublished.FOREIGN_RELEASE: "a release of that tag is public that is not the bot's",
    Unpublished.FOREIGN_DRAFT: "there is a draft for that tag that is not the bot's",
    Unpublished.SEVERAL_DRAFTS: "there are several drafts for that tag",
    Unpublished.MISSING: "files did not come in time",
    Unpublished.SEVERAL_LISTS: "there are several files of checksums",
    Unpublished.BAD_LIST: "the file of checksums cannot be relied on",
    Unpublished.WRONG: "files have other bytes than their checksums say",
    Unpublished.EXTRA: "no checksum is given for files",
    Unpublished.TOO_LARGE: "a file is too large to be checked",
    Unpublished.RED: "the gate was not green when it was read again",
    Unpublished.UNSEEN: "GitHub did not show the gate as green",
    Unpublished.CHANGED: "something was changed while it was being published",
    Unpublished.REJECTED: "GitHub refused it",
    Unpublished.SILENT: "GitHub did not answer",
}
