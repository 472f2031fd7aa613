"""From drafts to the plan's tree: items with ids, priorities and evidence, tasks with needs, phases in order."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from app.domain.plan.checks import read_evidence
from app.domain.plan.drafts import Draft
from app.domain.plan.evidence import default_evidence
from app.domain.plan.links import inline_references, linked_workflow
from app.domain.plan.model import ByTask, ByWorkflow, Item, Phase, Task, TaskKind, Wanted
from app.domain.plan.notes import Note, priority_field, priority_mark, read_note
from app.domain.plan.sections import Section
from app.domain.plan.text import Names, one_spaced, phase_number, slugify, split_number
from app.domain.plan.troubles import Troubles
from app.domain.values import ItemId, PhaseId, TaskId

FIRST_PRIORITY = "P0"
OTHER_PRIORITY = "P1"  # of what a plan that marks some leaves unmarked
MAX_TEXT = 2_000


@dataclass(slots=True, kw_only=True)
class _Seed:
    """An item before it knows its priority: what it says itself, and what its task and phase say."""

    id: ItemId
    note: Note
    line: int
    depth: int
    mark: str | None
    wanted: Wanted


class TreeBuilder:
    """Builds the tasks of one plan. Ids are given once in the whole plan."""

    def __init__(
        self,
        drafts: Sequence[Draft],
        evidence: Mapping[str, Wanted | None],
        definitions: Mapping[str, str],
        troubles: Troubles,
    ) -> None:
        self._drafts = drafts
        self._evidence = evidence
        self._definitions = definitions
        self._troubles = troubles
        self._ids = Names()
        self._said_ids: dict[str, int] = {}
        self._by_label = {
            one_spaced(f"{draft.number} {draft.title}").casefold(): draft.id
            for draft in reversed(drafts)
            if draft.number and draft.kind is TaskKind.WORK
        }
        self._section_evidence: dict[TaskId, Wanted | None] = {}
        self.matched: set[str] = set()  # keys of `evidence` that fit an item

    def tasks(self) -> dict[TaskId, Task]:
        """The tasks in order, by id."""
        seeds = {draft.id: list(self._seeds(draft)) for draft in self._drafts}
        marks = {draft.id: self._mark(draft) for draft in self._drafts}
        marked = any(marks.values()) or any(seed.mark for group in seeds.values() for seed in group)
        rest = OTHER_PRIORITY if marked else FIRST_PRIORITY
        tasks = (self._task(draft, seeds[draft.id], marks[draft.id] or rest) for draft in self._drafts)
        return {task.id: task for task in tasks}

    def _task(self, draft: Draft, seeds: Sequence[_Seed], priority: str) -> Task:
        owner, duration = draft.section.fields.get("owner"), draft.section.fields.get("duration")
        rolls_up = all(isinstance(seed.wanted, ByTask) for seed in seeds)
        return Task(
            id=draft.id,
            slug=draft.names[0],
            names=draft.names,
            title=draft.title,
            line=draft.section.line,
            kind=TaskKind.SUMMARY if rolls_up else draft.kind,
            priority=priority,
            items=tuple(_items(seeds, priority)),
            owner=owner[0] if owner else None,
            duration=duration[0] if duration else None,
            action=draft.action,
            needs=draft.needs,
            success_criteria=tuple(read_note(line, strip_mark=False).text for line in draft.section.criteria),
        )

    def _mark(self, draft: Draft) -> str | None:
        """The priority that front matter, title or `Priority` line give the task, or a section above it."""
        if draft.settings is not None and draft.settings.priority:
            return draft.settings.priority
        marks = (self._section_mark(section) for section in (draft.section, *draft.section.ancestors()))
        return next((mark for mark in marks if mark), None)

    def _section_mark(self, section: Section) -> str | None:
        if section.note.priority:
            return section.note.priority
        said = section.fields.get("priority")
        if said is None:
            return None
        mark = priority_field(said[0])
        if mark is None:
            self._troubles.warning(said[1], "unknown-priority", f"`{said[0][:40]}` is no priority: write P0, P1 or P2")
            del section.fields["priority"]
        return mark

    def _seeds(self, draft: Draft) -> Iterator[_Seed]:
        path: list[int] = []
        for boxed in draft.items:
            depth = min(boxed.depth, len(path))
            path = [*path[:depth], path[depth] + 1 if depth < len(path) else 1]
            note = read_note(boxed.text, strip_mark=False)
            self._tell(note, boxed.line)
            text = inline_references(note.text, self._definitions)
            if len(text) > MAX_TEXT:
                self._troubles.error(boxed.line, "item-too-long", f"an item is at most {MAX_TEXT} characters long")
                text = f"{text[: MAX_TEXT - 1]}…"
            note = Note(text=text, id=note.id, priority=note.priority, evidence=note.evidence)
            yield _Seed(
                id=self._item_id(draft, note, path, boxed.line),
                note=note,
                line=boxed.line,
                depth=depth,
                mark=note.priority,
                wanted=self._wanted(draft, note, boxed.line),
            )

    def _tell(self, note: Note, line: int) -> None:
        for trouble in note.trouble:
            self._troubles.error(line, "bad-comment", f"in the gonogo comment, {trouble}")

    def _item_id(self, draft: Draft, note: Note, path: Sequence[int], line: int) -> ItemId:
        if note.id is None:
            return ItemId(self._ids.take(".".join((draft.id, *map(str, path)))))
        if note.id in self._said_ids:
            first = self._said_ids[note.id]
            self._troubles.error(line, "repeated-id", f"the id {note.id} is taken by the item on line {first}")
        self._said_ids.setdefault(note.id, line)
        return ItemId(self._ids.take(note.id))

    def _wanted(self, draft: Draft, note: Note, line: int) -> Wanted:
        """What the item says, else front matter, a repeated task, a workflow link, its section, its task."""
        in_front_matter = self._from_front_matter(note.text)
        if note.evidence is not None:
            in_front_matter = read_evidence(note.evidence, line, self._troubles)
        if in_front_matter is not None:
            return in_front_matter
        number, title = split_number(note.text)
        task = self._by_label.get(one_spaced(f"{number} {title}").casefold())
        if task is not None and task != draft.id:
            return ByTask(task=task)
        linked = linked_workflow(note.text)
        if linked is not None:
            return ByWorkflow(workflow=linked[0], repo=linked[1])
        return self._of_section(draft) or default_evidence(draft.kind, draft.action, note.text)

    def _of_section(self, draft: Draft) -> Wanted | None:
        """What the section's title says for all its items; told once."""
        if draft.id not in self._section_evidence:
            said = draft.section.note.evidence
            found = read_evidence(said, draft.section.line, self._troubles) if said else None
            self._section_evidence[draft.id] = found
        return self._section_evidence[draft.id]

    def _from_front_matter(self, text: str) -> Wanted | None:
        """The entry under `evidence:` that reads like the item, with or without its priority mark."""
        for words in (one_spaced(text), one_spaced(priority_mark(text)[1])):
            if words in self._evidence:
                self.matched.add(words)
                return self._evidence[words]
        return None


def _items(seeds: Sequence[_Seed], priority: str) -> Iterator[Item]:
    """A nested item inherits from the item above it, that from its task."""
    above: list[str] = []
    for seed in seeds:
        inherited = above[seed.depth - 1] if seed.depth else priority
        own = seed.mark or inherited
        above = [*above[: seed.depth], own]
        yield Item(id=seed.id, text=seed.note.text, line=seed.line, depth=seed.depth, priority=own, wanted=seed.wanted)


def gather_phases(drafts: Iterable[Draft], tasks: Mapping[TaskId, Task], name: str) -> tuple[Phase, ...]:
    """Phases in the file's order. A section whose tasks are parted by another phase makes two of them."""
    groups: list[tuple[Section, list[Task]]] = []
    for draft in drafts:
        task = tasks[draft.id]
        if task.kind is TaskKind.SUMMARY:
            continue
        section = draft.section.phase()
        if groups and groups[-1][0] is section:
            groups[-1][1].append(task)
        else:
            groups.append((section, [task]))
    ids = Names()
    return tuple(_phase(section, group, name, ids) for section, group in groups)


def _phase(section: Section, tasks: Sequence[Task], name: str, ids: Names) -> Phase:
    title = section.title or name
    wanted = section.note.id or phase_number(title) or slugify(title) or "phase"
    return Phase(id=PhaseId(ids.take(wanted)), title=title, line=section.line, tasks=tuple(tasks))
