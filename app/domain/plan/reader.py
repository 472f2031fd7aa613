"""Reads a release plan: Markdown in, phases, tasks and items out, with every trouble told by its line."""

from dataclasses import replace
from pathlib import PurePosixPath

from app.domain.plan.blocks import Boxed, read_blocks
from app.domain.plan.checks import break_roll_up_cycles, check_evidence, check_gate, check_needs, front_matter_evidence
from app.domain.plan.drafts import draft_tasks
from app.domain.plan.front_matter import FrontMatter, read_front_matter
from app.domain.plan.model import Plan, TaskKind
from app.domain.plan.placeholders import Filler, version_in
from app.domain.plan.read_freeze import read_freeze
from app.domain.plan.sections import Outline, build_outline
from app.domain.plan.settings import Settings, gate_rules, read_settings
from app.domain.plan.tree import TreeBuilder, gather_phases
from app.domain.plan.troubles import Troubles

MAX_BYTES = 1_048_576
MAX_LINES = 10_000
MAX_ITEMS = 5_000


def read_plan(text: str, *, path: str = "", version: str | None = None) -> Plan:
    """The plan that a file holds, for one version when one is given.

    Never raises, whatever the text; what is wrong stands in `problems`, with 1-based lines of the file.
    Time grows with the size of the text, which is bounded: beyond the bounds there is an error and no phase.

    Args:
        text: the whole file.
        path: where it stands in its repository; names a plan that does not name itself.
        version: what `{version}` and its like are filled in with, e.g. `1.4.0`.

    """
    troubles = Troubles()
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    size = len(text.encode("utf-8", "replace")) if len(text) <= MAX_BYTES else len(text)
    if size > MAX_BYTES or len(lines) > MAX_LINES:
        troubles.error(1, "plan-too-large", f"a plan is at most {MAX_BYTES:,} bytes and {MAX_LINES:,} lines long")
        lines = []
    return _read(lines, path, version, troubles)


def _read(lines: list[str], path: str, version: str | None, troubles: Troubles) -> Plan:
    front = read_front_matter(lines)
    troubles.take(front.problems)
    settings = read_settings(front)
    blocks = read_blocks(lines[front.body :], front.body + 1)
    troubles.take(blocks.problems)
    boxes = [block for block in blocks.found if isinstance(block, Boxed)]
    if len(boxes) > MAX_ITEMS:
        troubles.error(boxes[MAX_ITEMS].line, "too-many-items", f"a plan holds at most {MAX_ITEMS:,} items")
        beyond = {id(box) for box in boxes[MAX_ITEMS:]}
        blocks.found = [block for block in blocks.found if id(block) not in beyond]
    elif not boxes and not any(problem.code == "plan-too-large" for problem in troubles.all()):
        troubles.error(front.body + 1, "no-checkbox", "there is no checkbox in this plan: write items as `- [ ] text`")
    outline = build_outline(blocks.found)
    for section in outline.sections:
        for trouble in section.note.trouble:
            troubles.error(section.line, "bad-comment", f"in the gonogo comment, {trouble}")
    name = settings.name or outline.root.title or PurePosixPath(path).stem or "Release"
    plan = _plan(front, settings, outline, (name, blocks.definitions), troubles)
    own = version_in(outline.target_version or "")
    guard = replace(plan.guard, tags=Filler("*", own).fill(plan.guard.tags))
    return replace(Filler(version, own).plan(plan), guard=guard, problems=troubles.all())


def _plan(
    front: FrontMatter, settings: Settings, outline: Outline, known: tuple[str, dict[str, str]], troubles: Troubles
) -> Plan:
    name, definitions = known
    drafts = draft_tasks(outline, settings, name, troubles)
    builder = TreeBuilder(drafts, front_matter_evidence(front, settings, troubles), definitions, troubles)
    tasks = break_roll_up_cycles(builder.tasks(), troubles)
    plan = Plan(
        name=name,
        tag=settings.tag,
        branch=settings.branch,
        workflow=settings.workflow,
        environment=settings.environment,
        gate=gate_rules(settings, outline.thresholds),
        roles=settings.roles,
        phases=gather_phases(drafts, tasks, name),
        summary=tuple(task for task in tasks.values() if task.kind is TaskKind.SUMMARY),
        guard=settings.guard,
        publish=settings.publish,
        announcements=settings.announcements,
        freeze=read_freeze(front, troubles),
    )
    check_needs(tasks.values(), {draft.id: draft.settings.line for draft in drafts if draft.settings}, troubles)
    check_gate(plan, front, settings, troubles)
    check_evidence(front, settings, builder.matched, troubles)
    return plan
