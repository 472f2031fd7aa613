"""Deciding a command as a person typed it, and what is said of it in the end."""

from app.adapters.render import TemplateRenderer
from app.domain.answering import Understood, decide, understand
from app.domain.decision import Accepted, Decision, Refused
from app.domain.facts import Facts
from app.domain.messages import Message
from app.domain.release.events import Event
from app.domain.release.fold import evolve
from app.domain.release.model import Release
from app.domain.slash import Invocation
from handlers.commands import load_commands

COMMANDS = load_commands()
WORDS = TemplateRenderer()


def decided(text: str, at: Facts) -> Decision:
    """What comes of `/release <text>`, whoever may or may not."""
    found = understand(COMMANDS, Invocation(text, 1))
    assert isinstance(found, Understood), found
    return decide(found, at, COMMANDS)


def accepted(text: str, at: Facts) -> Accepted:
    decision = decided(text, at)
    assert isinstance(decision, Accepted), decision
    return decision


def events(text: str, at: Facts) -> tuple[Event, ...]:
    """What happened, by a command that was accepted."""
    return accepted(text, at).events


def after(text: str, at: Facts) -> Release:
    """The release after a command that was accepted."""
    release = at.release
    for event in events(text, at):
        release = evolve(release, event)
    assert release is not None
    return release


def refused(text: str, at: Facts) -> Message:
    """Why not."""
    decision = decided(text, at)
    assert isinstance(decision, Refused), decision
    return decision.reason


def said(message: Message | None) -> str:
    """The answer as people read it."""
    assert message is not None
    return WORDS.message(message)
