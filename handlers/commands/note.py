"""`/release note <text>`: a pull request's line in the release notes."""

from typing import Final

from app.domain.decision import Accepted, Decision, Refused
from app.domain.facts import Facts
from app.domain.messages_notes import NoteTooLong, NotPullRequest
from app.domain.notes.notes import PullNote
from app.domain.slash import Args, slash_command
from app.domain.values import Who

LIMIT: Final = 300


@slash_command("note", usage="note <text...>", who=Who.DOER, examples=("note Faster start on Windows", "note none"))
def note(facts: Facts, args: Args) -> Decision:
    """Give a pull request its line in the release notes; `none` leaves it out.

    It is kept for whichever release brings the pull request. The latest word counts.
    """
    if not facts.is_pull:
        return Refused(NotPullRequest())
    text = " ".join(args["text"].split())
    if len(text) > LIMIT:
        return Refused(NoteTooLong(limit=LIMIT))
    kept = PullNote(repo=facts.repo.id, pull=facts.issue, text=text, by=facts.actor.person, said_at=facts.said_at)
    return Accepted(notes=(kept,))
