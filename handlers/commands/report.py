"""`/release report`: what was decided about the release so far, by whom and when."""

from app.domain.decision import Accepted, Decision, Refused
from app.domain.facts import Facts
from app.domain.messages import NoRelease, Report
from app.domain.release.report import report_of
from app.domain.slash import Args, Need, slash_command
from app.domain.values import Who


@slash_command(
    "report", usage="report", who=Who.EVERYBODY, needs=frozenset({Need.RELEASE, Need.LOG}), examples=("report",)
)
def report(facts: Facts, _args: Args) -> Decision:
    """Tell how the release stands, what was decided about it by whom, and which items are open.

    It tells the latest decisions. The whole log, with the evidence for each item, is what `gonogo export` writes.
    """
    if facts.release is None or facts.plan is None:
        return Refused(NoRelease(command="report"))
    return Accepted(answer=Report(view=report_of(facts.plan, facts.release, facts.log, is_brief=True)))
