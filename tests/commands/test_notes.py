"""The commands for notes: a preview of them, and the line of one pull request."""

from dataclasses import replace

from app.domain.decision import Accepted, Refused
from app.domain.facts import NotesFound
from app.domain.messages import NotAllowed
from app.domain.messages_notes import NotesPreview, NoteTooLong, NotPullRequest
from app.domain.notes.notes import PullNote
from app.domain.values import Role
from tests.commands.deciding import accepted, decided
from tests.given import MANAGER, NOW, REPO, facts, release

AT_A_PULL = replace(facts(issue=7), is_pull=True)


def test_notes_are_shown_as_they_were_gathered() -> None:
    at = replace(facts(release()), notes=NotesFound(base="v0.9.0", markdown="- sing", troubles=("line 1: no",)))

    answer = accepted("notes", at).answer

    assert answer == NotesPreview(
        version="1.0.0", base="v0.9.0", markdown="- sing", troubles=("line 1: no",), is_cut=False
    )


def test_whoever_cannot_write_gets_no_notes_gathered() -> None:
    refused = decided("notes", facts(release(), role=Role.READ))

    assert isinstance(refused, Refused)
    assert isinstance(refused.reason, NotAllowed)


def test_a_pull_request_gets_its_line_on_one_line() -> None:
    kept = PullNote(repo=REPO.id, pull=7, text="It sings, at last", by=MANAGER, said_at=NOW)

    assert decided("note It   sings, at last", AT_A_PULL) == Accepted(notes=(kept,))


def test_an_issue_has_no_line() -> None:
    assert decided("note It sings", facts(release())) == Refused(NotPullRequest())


def test_a_line_has_an_end() -> None:
    assert decided("note " + "x" * 301, AT_A_PULL) == Refused(NoteTooLong(limit=300))
