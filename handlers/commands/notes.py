"""`/release notes`: the release notes as they would be written now."""

from app.domain.decision import Accepted, Decision, Refused
from app.domain.facts import Facts
from app.domain.messages import NoRelease
from app.domain.messages_notes import NotesPreview
from app.domain.slash import Args, Need, slash_command
from app.domain.values import Who


@slash_command("notes", usage="notes", who=Who.DOER, needs=frozenset({Need.RELEASE, Need.NOTES}), examples=("notes",))
def notes(facts: Facts, _args: Args) -> Decision:
    """Show the release notes as they would be written now.

    They tell the commits and pull requests since the last release on this line, by type and component.
    """
    if facts.release is None or facts.plan is None or facts.notes is None:
        return Refused(NoRelease(command="notes"))
    found = facts.notes
    preview = NotesPreview(
        version=facts.release.version,
        base=found.base,
        markdown=found.markdown,
        troubles=found.troubles,
        is_cut=found.is_cut,
    )
    return Accepted(answer=preview)
