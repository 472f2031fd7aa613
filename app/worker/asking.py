"""Something that a person asks for, whichever way: commands in a comment, or a label put on the tracking issue."""

from dataclasses import dataclass
from datetime import datetime

from app.domain.inputs import Commented, Labelled
from app.domain.release.effects import Effect, React, Unlabel
from app.domain.slash import Invocation, find_invocations
from app.domain.values import Person, Repo

LABEL_PREFIX = "release:"
"""A label of this beginning is the command that follows: `release:notarize`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """Who asks for what, where, and how they are shown that it was heard."""

    repo: Repo
    issue: int
    is_pull: bool
    by: Person
    at: datetime  # by GitHub's clock
    key: str  # the same for the same comment or label, however often and under whichever delivery it comes
    comment: int | None
    label: str | None
    invocations: tuple[Invocation, ...]

    def heard(self, *, is_accepted: bool, key: str) -> tuple[Effect, ...]:
        """Return what shows the outcome: a reaction to the comment, or the label taken off."""
        if self.comment is not None:
            content = "rocket" if is_accepted else "-1"
            return (React(repo=self.repo, comment=self.comment, content=content, turn=key),)
        return (Unlabel(repo=self.repo, issue=self.issue, label=self.label or "", key=key),)


def asked_in_comment(comment: Commented) -> Asking | None:
    """Return the commands of a comment, or None where it holds none."""
    invocations = find_invocations(comment.text)
    if not invocations:
        return None
    return Asking(
        repo=comment.repo,
        issue=comment.issue,
        is_pull=comment.is_pull,
        by=comment.by,
        at=comment.at,
        key=f"comment:{comment.comment}",
        comment=comment.comment,
        label=None,
        invocations=invocations,
    )


def asked_by_label(labelled: Labelled) -> Asking | None:
    """Return the task that a person's label asks for, or None for any other label."""
    word = labelled.label[len(LABEL_PREFIX) :].strip()
    if not labelled.label.casefold().startswith(LABEL_PREFIX) or not word or not labelled.is_on:
        return None
    moment = int(labelled.at.timestamp())
    return Asking(
        repo=labelled.repo,
        issue=labelled.issue,
        is_pull=labelled.is_pull,
        by=labelled.by,
        at=labelled.at,
        key=f"label:{labelled.repo.id}:{labelled.issue}:{moment}:{word}",
        comment=None,
        label=labelled.label,
        invocations=(Invocation(text=f"run {word}", line=1),),
    )
