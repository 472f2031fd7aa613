"""A plan's blocks as a tree of sections: what stands under which title, and which titles only label a list."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import assert_never

from app.domain.plan.blocks import BOLD_LEVEL, LABEL_LEVEL, Block, Boxed, Bullet, Fence, Paragraph, Title
from app.domain.plan.model import TaskKind
from app.domain.plan.notes import Note, read_note
from app.domain.plan.text import is_phase_title, plain

_LABELS = frozenset(
    {"tasks", "task list", "checklist", "check list", "steps", "items", "to do", "todo", "todos", "action items"}
    | {"commands", "command", "script", "scripts", "procedure"}
)
_FIELDS = {"duration": "duration", "responsible": "owner", "owner": "owner", "priority": "priority"}
_MAX_FIELD = 300
_THRESHOLD = re.compile(r"(P\d|Overall)\b[^:%]{0,60}:[ \t]*(\d{1,3}(?:\.\d{1,2})?)[ \t]*%", re.IGNORECASE)


class Role(StrEnum):
    """What a title makes of what stands under it."""

    SECTION = "section"
    LABEL = "label"  # "Tasks", "Checklist": its items belong to the section it stands in
    CRITERIA = "criteria"  # "Success Criteria": shown, not ticked
    RELEASE_CRITERIA = "release criteria"  # "Release Criteria": may name the thresholds
    DELIVERABLES = "deliverables"
    EXIT_CRITERIA = "exit criteria"


@dataclass(slots=True, kw_only=True)
class Section:
    """One title and what stands right under it. Grown while reading, then only read."""

    level: int
    line: int
    note: Note  # the title, plain, with what it says about itself
    role: Role = Role.SECTION
    parent: "Section | None" = None
    items: list[Boxed] = field(default_factory=list[Boxed])
    fences: list[Fence] = field(default_factory=list[Fence])
    fields: dict[str, tuple[str, int]] = field(default_factory=dict[str, tuple[str, int]])
    criteria: list[str] = field(default_factory=list[str])
    is_empty: bool = True  # nothing but fields stands in it so far
    holds_below: bool = False  # whether a section below it holds items

    @property
    def title(self) -> str:
        """The title, without emphasis, mark and comments."""
        return self.note.text

    def ancestors(self) -> Iterator["Section"]:
        """The sections above it, nearest first."""
        above = self.parent
        while above is not None:
            yield above
            above = above.parent

    def owner(self) -> "Section":
        """The section that what stands here belongs to: itself, or what a label labels."""
        section = self
        while section.parent is not None and section.role in {Role.LABEL, Role.CRITERIA, Role.RELEASE_CRITERIA}:
            section = section.parent
        return section

    @property
    def kind(self) -> TaskKind:
        """What the section is to its phase, by its own title or one above."""
        for section in (self, *self.ancestors()):
            if section.role is Role.DELIVERABLES:
                return TaskKind.DELIVERABLES
            if section.role is Role.EXIT_CRITERIA:
                return TaskKind.EXIT_CRITERIA
        return TaskKind.WORK

    def home(self) -> "Section":
        """The phase of the tasks right below this section: the nearest section that is no task, label or list kind.

        A task with tasks below it is their phase and its own, unless it stands in a phase itself.
        """
        if self.parent is None or (self.role is Role.SECTION and (is_phase_title(self.title) or not self.items)):
            return self
        above = self.parent.home()
        return self if self.role is Role.SECTION and above.parent is None else above

    def phase(self) -> "Section":
        """The phase of the task that this section is."""
        if self.parent is None or (self.role is Role.SECTION and (self.holds_below or is_phase_title(self.title))):
            return self.home()
        return self.parent.home()


@dataclass(slots=True, kw_only=True)
class Outline:
    """All sections in the file's order, the first of them the whole document."""

    sections: list[Section]
    thresholds: Mapping[str, float]  # from the plan's own words
    target_version: str | None

    @property
    def root(self) -> Section:
        """The document itself; its title is the plan's first heading, when there is one above all else."""
        return self.sections[0]

    def tasks(self) -> Iterator[Section]:
        """The sections that hold items."""
        return (section for section in self.sections if section.items)


def build_outline(blocks: Sequence[Block]) -> Outline:
    """The tree of sections that these blocks make. The only first-level heading, at the top, names the document."""
    tops = [block.line for block in blocks if isinstance(block, Title) and block.level == 1]
    builder = _Builder(only_h1=tops[0] if len(tops) == 1 else None)
    for block in blocks:
        builder.add(block)
    builder.finish()
    return Outline(sections=builder.sections, thresholds=builder.thresholds, target_version=builder.target_version)


class _Builder:
    def __init__(self, only_h1: int | None) -> None:
        self.only_h1 = only_h1
        root = Section(level=0, line=1, note=Note(text=""))
        self.sections = [root]
        self.here = root
        self.thresholds: dict[str, float] = {}
        self.target_version: str | None = None

    def add(self, block: Block) -> None:
        match block:
            case Title():
                self._title(block)
                return
            case Boxed():
                self.here.owner().items.append(block)
            case Bullet():
                self._bullet(block)
            case Paragraph():
                if self._fields(block):
                    return
            case Fence():
                self.here.owner().fences.append(block)
            case _:
                assert_never(block)
        self.here.is_empty = False

    def _title(self, block: Title) -> None:
        note = read_note(block.text, strip_mark=True)
        note = replace(note, text=plain(note.text))
        role = _role(note.text)
        root = self.sections[0]
        if block.line == self.only_h1 and len(self.sections) == 1 and not root.items:
            root.note, root.line = note, block.line
            return
        level = block.level
        labels = role in {Role.LABEL, Role.CRITERIA, Role.RELEASE_CRITERIA}
        if labels and level >= BOLD_LEVEL:
            level = LABEL_LEVEL
        while self.here.level >= level:
            self._up()
        if level == LABEL_LEVEL and labels and self.here.level == BOLD_LEVEL and not self.here.is_empty:
            self._up()  # right below a bold title a label is that title's; after anything else, the heading's above
        section = Section(level=level, line=block.line, note=note, role=role, parent=self.here)
        self.sections.append(section)
        self.here = section

    def _up(self) -> None:
        self.here = self.here.parent or self.here

    def _bullet(self, block: Bullet) -> None:
        if self.here.role is Role.CRITERIA:
            self.here.owner().criteria.append(block.text)
        elif self.here.role is Role.RELEASE_CRITERIA:
            found = _THRESHOLD.match(block.text)
            if found:
                scope = found[1].upper() if found[1][1:].isdigit() else "overall"
                self.thresholds.setdefault(scope, min(float(found[2]), 100.0))
        else:
            field = _field(block.text)
            if field:
                self.here.owner().fields.setdefault(field[0], (field[1], block.line))

    def _fields(self, block: Paragraph) -> bool:
        """Take the field lines of a paragraph; whether it held nothing else."""
        only = True
        for line in block.lines:
            found = _field(line)
            if found is None:
                only = False
            elif found[0] == "target version":
                self.target_version = self.target_version or found[1]
            else:
                self.here.owner().fields.setdefault(found[0], (found[1], block.line))
        return only

    def finish(self) -> None:
        """Tell each section what is below it, and give what bold prose holds to the task it stands in."""
        for section in reversed(self.sections):
            if section.parent is None:
                continue
            if section.items or section.holds_below:
                section.parent.holds_below = True
        for section in self.sections:
            if section.level >= BOLD_LEVEL and not section.items and not section.holds_below:
                owner = next((above for above in section.ancestors() if above.level < BOLD_LEVEL), None)
                if owner is not None and section.owner() is section:
                    owner.owner().fences.extend(section.fences)
                    for name, value in section.fields.items():
                        owner.owner().fields.setdefault(name, value)


def _role(title: str) -> Role:
    words = title.casefold()
    if words in _LABELS:
        return Role.LABEL
    if words in {"success criteria", "success criterion", "acceptance criteria"}:
        return Role.CRITERIA
    if words == "release criteria":
        return Role.RELEASE_CRITERIA
    if words.endswith("deliverables"):
        return Role.DELIVERABLES
    return Role.EXIT_CRITERIA if words.endswith("exit criteria") else Role.SECTION


def _field(line: str) -> tuple[str, str] | None:
    """`**Duration**: 2 days` as (name, value), for the names that mean something here."""
    head, colon, value = line.partition(":")
    name = head.strip("*_ \t").casefold()
    value = value.strip().removeprefix("**").removeprefix("__").strip()
    if not colon or not value:
        return None
    known = "target version" if name == "target version" else _FIELDS.get(name)
    return (known, value[:_MAX_FIELD]) if known else None
