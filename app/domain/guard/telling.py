"""What the guard saw and did, in one sentence each, for the timeline of a release."""

from typing import assert_never

from app.domain.release.events_guard import (
    GuardEvent,
    TagAccepted,
    TagIncident,
    TagLeft,
    TagReverted,
    TagRunsCancelled,
    TagRunsLeft,
)


def told(event: GuardEvent) -> tuple[str, str]:
    """Return a sentence, and the reason that goes with it; empty where there is none."""
    match event:
        case TagAccepted(tag=tag, commit=commit, flaws=flaws):
            return f"Tag {tag} was found at {commit[:7]}, where the gate was green", _listed(flaws)
        case TagIncident(tag=tag, commit=commit, wrong=wrong):
            return f"Tag {tag} was found amiss{f' at {commit[:7]}' if commit else ''}", _listed(wrong)
        case TagReverted(tag=tag):
            return f"Tag {tag} was deleted", ""
        case TagLeft(tag=tag, reason=reason):
            return f"Tag {tag} was not deleted", reason
        case TagRunsCancelled(tag=tag, runs=runs):
            return f"{len(runs)} of the runs that tag {tag} had started were cancelled", ""
        case TagRunsLeft(tag=tag, runs=runs, reason=reason):
            return f"{len(runs) or 'All'} of the runs that tag {tag} had started were not cancelled", reason
        case _:
            assert_never(event)


def _listed(words: tuple[str, ...]) -> str:
    return ", ".join(word.replace("-", " ") for word in words)
