"""State labels on the tracking issue: a picture of the gate for lists of issues, put back when changed by hand."""

from dataclasses import replace
from typing import Final

from app.domain.release.gate import Verdict
from app.domain.release.model import Release
from app.ports import GitHub, Shown

PREFIX: Final = "gate:"
"""Labels of this beginning are ours: `gate:pending`, `gate:failure`, `gate:success`, `gate:held`."""


def is_state_label(label: str) -> bool:
    """Whether a label is one of those that show a release's state."""
    return label.casefold().startswith(PREFIX)


def wanted_labels(release: Release, verdict: Verdict) -> tuple[str, ...]:
    """Return the state labels that the tracking issue should carry: none once the release is over."""
    if release.closed is not None:
        return ()
    held = (f"{PREFIX}held",) if release.holds else ()
    return (f"{PREFIX}{verdict.state}", *held)


async def show_labels(github: GitHub, release: Release, verdict: Verdict, shown: Shown) -> Shown:
    """Make the tracking issue carry the state labels that it should, and no others of ours. Raises GitHubError."""
    wanted = wanted_labels(release, verdict)
    if shown.labels == wanted:
        return shown
    issue = await github.issue(release.repo, release.issue)
    there = {label.casefold(): label for label in issue.labels if is_state_label(label)}
    for label in wanted:
        if label not in there:
            await github.add_label(release.repo, release.issue, label)
    for folded, label in there.items():
        if folded not in wanted:
            await github.remove_label(release.repo, release.issue, label)
    return replace(shown, labels=wanted)
