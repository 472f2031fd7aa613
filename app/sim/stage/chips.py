"""Commands to suggest: what the tracking issue offers to the chosen person, questions for everybody, a typo to try."""

import re
from collections.abc import Iterator
from typing import Final

from app.domain.plan.find_item import item_of
from app.domain.plan.model import Manual, Plan, Task
from app.domain.plan.resolve import resolve_task
from app.domain.policy import doers, managers, may
from app.domain.release.readiness import counted_items
from app.domain.values import Role
from app.sim.stage.cast import Member
from app.sim.stage.markdown import Box, boxes_in

TYPO: Final = "notarise"
_MOST: Final = 4  # of one person's own
_EVERYBODY: Final = ("why", "help")
_NEXT: Final = re.compile(r"^\*\*Next\*\*\n\n((?:[ ]*- .*\n)+)", re.MULTILINE)
_COMMAND: Final = re.compile(r"`/release ([^`<>]+)`")
_FILES: Final = (".yml", ".yaml")
"""A workflow that items wait for and that no task brings about: anybody who may write runs it by its file's name."""
_UNSIGNED: Final = re.compile(r"^- .*Sign-off of (.*)`/release approve`", re.MULTILINE)


def chips(plan: Plan, who: Member, body: str) -> tuple[str, ...]:
    """Return the commands to suggest to somebody, without `/release`, as the issue stands."""
    body = body.replace("\r\n", "\n")
    own = (*_runs(plan, who, body), *_words(plan, who, body))
    return (*tuple(dict.fromkeys(own))[:_MOST], *_EVERYBODY, TYPO)


def _runs(plan: Plan, who: Member, body: str) -> Iterator[str]:
    """Yield what stands under Next for them to do: to run a task, and what is a release manager's."""
    found = _NEXT.search(body)
    offered = _COMMAND.findall(found[1]) if found else []
    for command in offered:
        verb, _, rest = command.partition(" ")
        if verb == "check":
            continue  # the first of all is offered there; theirs may be another
        if command.endswith(_FILES):
            if who.repo_role >= Role.WRITE:
                yield command
            continue
        task = resolve_task(plan, rest if verb == "retry" else command)
        if may(who.actor, doers(plan, task) if isinstance(task, Task) else managers(plan)):
            yield command


def _words(plan: Plan, who: Member, body: str) -> Iterator[str]:
    """Yield what they can say: a sign-off that is missing, a box of theirs, a hold."""
    unsigned = _UNSIGNED.search(body)
    if unsigned and any(role in unsigned[1] for role in plan.gate.signoffs if role in who.roles):
        yield "approve"
    box = next((box for box in boxes_in(body) if not box.is_ticked and _is_theirs(plan, who, box)), None)
    if box is not None:
        yield f"check {box.name.removeprefix('i:')}"
    if unsigned and may(who.actor, managers(plan)):
        yield "hold waiting for legal"


def _is_theirs(plan: Plan, who: Member, box: Box) -> bool:
    """Whether a box waits for the word of a role that they have, in a phase that the gate looks at."""
    of = item_of(plan, box.name.removeprefix("i:"))
    if of is None or not isinstance(of.item.wanted, Manual) or of.item not in counted_items(plan):
        return False
    return not who.actor.roles.isdisjoint(doers(plan, of.task).roles)
