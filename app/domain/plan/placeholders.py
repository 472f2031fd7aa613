"""The version filled in wherever the plan leaves a place for it."""

import re
from dataclasses import replace

from app.domain.plan.model import (
    Action,
    ByAsset,
    ByCheck,
    ByJob,
    ByStatus,
    ByWorkflow,
    Dispatch,
    Item,
    Phase,
    Plan,
    Publish,
    Task,
    Wanted,
)

_VERSION = re.compile(r"v?(\d+(?:\.\d+){1,3}(?:[-+][0-9A-Za-z.+-]{1,40})?)", re.ASCII)
_PLACES = r"<v(?P<tag>X\.Y\.[Zz])>|\{version\}|<version>|(?<![A-Za-z0-9.])(?P<v>v?)X\.Y\.[Zz](?![A-Za-z0-9])"


def version_in(text: str) -> str | None:
    """The version that a `Target Version` line names, without a leading v."""
    found = _VERSION.fullmatch(text.strip("*_` \t"))
    return found[1] if found else None


class Filler:
    """Puts one version in place of `{version}`, `<version>`, `X.Y.Z`, `vX.Y.Z` and the plan's own version."""

    def __init__(self, version: str | None, own: str | None) -> None:
        self._version = version
        # A bare `1.0` may be anything; with its v, or with three numbers, it is the version.
        optional = "?" if own and own.count(".") > 1 else ""
        mine = rf"|(?<![\d.])(?P<own_v>v{optional}){re.escape(own)}(?!\.?\d)" if own else ""
        self._places = re.compile(_PLACES + mine)

    def fill(self, text: str) -> str:
        """The text with the version in its places; the same text when no version is known."""
        return text if self._version is None else self._places.sub(self._put, text)

    def _put(self, found: re.Match[str]) -> str:
        said = found.groupdict()
        prefix = "v" if said.get("tag") or said.get("v") or said.get("own_v") else ""
        return f"{prefix}{self._version}"

    def plan(self, plan: Plan) -> Plan:
        """The plan with every text that people or GitHub see filled in; ids stay as they are."""
        return replace(
            plan,
            name=self.fill(plan.name),
            tag=self.fill(plan.tag),
            branch=None if plan.branch is None else self.fill(plan.branch),
            publish=replace(plan.publish, assets=tuple(self.fill(pattern) for pattern in plan.publish.assets)),
            phases=tuple(self._phase(phase) for phase in plan.phases),
            summary=tuple(self._task(task) for task in plan.summary),
        )

    def _phase(self, phase: Phase) -> Phase:
        return replace(phase, title=self.fill(phase.title), tasks=tuple(self._task(task) for task in phase.tasks))

    def _task(self, task: Task) -> Task:
        return replace(
            task,
            title=self.fill(task.title),
            action=None if task.action is None else self._action(task.action),
            items=tuple(self._item(item) for item in task.items),
            success_criteria=tuple(self.fill(line) for line in task.success_criteria),
        )

    def _item(self, item: Item) -> Item:
        return replace(item, text=self.fill(item.text), wanted=self._wanted(item.wanted))

    def _action(self, action: Action) -> Action:
        match action:
            case Dispatch():
                return replace(action, inputs={key: self.fill(value) for key, value in action.inputs.items()})
            case Publish():
                return replace(action, assets=tuple(self.fill(pattern) for pattern in action.assets))
            case _:
                return action

    def _wanted(self, wanted: Wanted) -> Wanted:
        match wanted:
            case ByJob() | ByCheck():
                return replace(wanted, name=self.fill(wanted.name))
            case ByStatus():
                return replace(wanted, context=self.fill(wanted.context))
            case ByWorkflow():
                return replace(wanted, workflow=self.fill(wanted.workflow))
            case ByAsset():
                return replace(wanted, pattern=self.fill(wanted.pattern))
            case _:
                return wanted
