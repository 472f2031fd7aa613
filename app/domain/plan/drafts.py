"""Tasks in the making: each section with items gets its id, its names, what it does, and its settings."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import assert_never

from app.domain.plan.blocks import Boxed
from app.domain.plan.model import Action, CreateTag, Dispatch, Publish, Task, TaskKind
from app.domain.plan.resolve import SeveralTasks, TaskLookup
from app.domain.plan.sections import Outline, Section
from app.domain.plan.settings import Settings, TaskSettings
from app.domain.plan.shell import (
    PublishStep,
    ScriptStep,
    Step,
    TagStep,
    WorkflowStep,
    is_shell,
    main_step,
    read_shell,
)
from app.domain.plan.text import Names, slugify, split_number, unique
from app.domain.plan.troubles import Troubles
from app.domain.values import TaskId

MAX_SHELL = 200_000  # characters of shell read in one plan
MAX_SEARCHES = 50  # words of front matter that are no exact name: each is compared with every task
MAX_HINTS = 3


@dataclass(slots=True, kw_only=True)
class Draft:
    """A task before its items know their priority and evidence."""

    section: Section
    id: TaskId
    number: str | None
    title: str
    kind: TaskKind
    names: tuple[str, ...]
    step: Step | None
    items: list[Boxed]
    settings: TaskSettings | None = None
    action: Action | None = None
    needs: tuple[TaskId, ...] = ()
    extra: dict[str, str] = field(default_factory=dict[str, str])

    def as_task(self) -> Task:
        """What others need to find it by its names; it holds no items yet."""
        return Task(
            id=self.id,
            slug=self.names[0],
            names=self.names,
            title=self.title,
            line=self.section.line,
            kind=self.kind,
            priority="P0",
            items=(),
            needs=self.needs,
        )


def draft_tasks(outline: Outline, settings: Settings, name: str, troubles: Troubles) -> list[Draft]:
    """One draft for each section with items, in the file's order, with the front matter's settings in place."""
    ids, explicit = Names(), dict[str, int]()
    budget = MAX_SHELL
    drafts: list[Draft] = []
    for section in outline.tasks():
        shell = "\n".join(fence.content for fence in section.fences if is_shell(fence.language, fence.content))
        budget -= len(shell)
        steps = read_shell(shell) if budget >= 0 else ()
        if budget < 0 and shell:
            troubles.error(section.line, "too-much-shell", "the plan holds too much shell to read: keep it in scripts")
        drafts.append(_draft(section, name, ids, explicit, steps, troubles))
    _apply_settings(drafts, settings, troubles)
    _part_slugs(drafts)
    for draft in drafts:
        draft.action = _action(draft, settings.workflow, troubles)
    return drafts


def _draft(
    section: Section, name: str, ids: Names, explicit: dict[str, int], steps: tuple[Step, ...], troubles: Troubles
) -> Draft:
    number, title = split_number(section.title or name)
    slug = slugify(title) or "task"
    wanted = section.note.id or number or (f"step-{slug}" if slug[0].isdigit() else slug)
    if section.note.id:
        if section.note.id in explicit:
            troubles.error(
                section.line, "repeated-id", f"the id {wanted} is taken by the task on line {explicit[wanted]}"
            )
        explicit.setdefault(section.note.id, section.line)
    elif number and number in ids:
        troubles.warning(section.line, "repeated-number", f"another task has the number {number}: use its name")
        wanted = slug
    step = main_step(steps)
    own = [each for each in steps if isinstance(each, TagStep | PublishStep)]
    if len({type(each) for each in own}) > 1 or (own and any(isinstance(each, ScriptStep) for each in steps)):
        troubles.warning(
            section.line, "several-steps", f"of the several things in its shell, `{title}` only does the {_word(step)}"
        )
    script = step.name if isinstance(step, ScriptStep) else None
    names = unique((script, slug, section.note.id and slugify(section.note.id)))
    return Draft(
        section=section,
        id=TaskId(ids.take(wanted)),
        number=number,
        title=title,
        kind=section.kind,
        names=names,
        step=step,
        items=section.items,
    )


def _word(step: Step | None) -> str:
    return "publish step" if isinstance(step, PublishStep) else "tag step"


def _apply_settings(drafts: list[Draft], settings: Settings, troubles: Troubles) -> None:
    known = _Words(drafts, troubles)
    by_id = {draft.id: draft for draft in drafts}
    for key, said in settings.tasks.items():
        task = known.task(key, said.line)
        if task is None:
            continue
        draft = by_id[task.id]
        if draft.settings is not None:
            troubles.error(said.line, "repeated-task", f"`tasks: {key[:60]}` is `{task.label}`, which was said before")
            continue
        draft.settings = said
        if slugify(key) and not key.replace(".", "").isdigit():
            draft.names = unique((slugify(key), *draft.names))
    for draft in drafts:
        if draft.settings is not None:
            found = [known.task(word, draft.settings.line) for word in draft.settings.needs]
            draft.needs = tuple(dict.fromkeys(task.id for task in found if task is not None))


def _part_slugs(drafts: Iterable[Draft]) -> None:
    """Two tasks with the same script: the second goes by its title, so that `task=` always names one task."""
    taken = Names()
    for draft in drafts:
        free = next((name for name in draft.names if name not in taken), None)
        slug = taken.take(free or draft.names[0])
        draft.names = unique((slug, *draft.names))


class _Words:
    """The front matter's words for tasks, resolved at a cost that is bounded."""

    def __init__(self, drafts: Iterable[Draft], troubles: Troubles) -> None:
        self._lookup = TaskLookup(draft.as_task() for draft in drafts)
        self._troubles = troubles
        self._searches = self._unknown = 0

    def task(self, word: str, line: int) -> Task | None:
        """The one task that answers to the word; none or several are told."""
        found = self._lookup.exact(word)
        if found is None and self._searches < MAX_SEARCHES:
            self._searches += 1
            found = self._lookup.part(word)
        if found is None:
            self._unknown += 1
            nearest = self._lookup.nearest(word) if self._unknown <= MAX_HINTS else ()
            hint = f": did you mean {_listed(nearest)}?" if nearest else ""
            self._troubles.error(line, "unknown-task", f"no task answers to `{word[:60]}`{hint}")
            return None
        if isinstance(found, SeveralTasks):
            fits = _listed(found.tasks[:5])
            self._troubles.error(line, "ambiguous-task", f"`{word[:60]}` fits {fits}: use the number")
            return None
        return found


def _listed(tasks: Iterable[Task]) -> str:
    return ", ".join(f"`{task.label[:60]}`" for task in tasks)


def _action(draft: Draft, workflow: str, troubles: Troubles) -> Action | None:
    inputs: Mapping[str, str] = draft.settings.inputs if draft.settings else {}
    match draft.step:
        case TagStep() | PublishStep():
            if inputs:
                line = draft.settings.line if draft.settings else draft.section.line
                troubles.warning(line, "unused-inputs", f"`{draft.title}` is the bot's own step and takes no inputs")
            return CreateTag() if isinstance(draft.step, TagStep) else Publish(assets=draft.step.assets)
        case WorkflowStep(workflow=file, inputs=written):
            return Dispatch(workflow=file, inputs={**dict(written), **inputs})
        case ScriptStep():
            return Dispatch(workflow=workflow, inputs={"task": draft.names[0], **inputs})
        case None:
            return Dispatch(workflow=workflow, inputs={"task": draft.names[0], **inputs}) if inputs else None
        case _:
            assert_never(draft.step)
