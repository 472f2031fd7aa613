"""The front matter's values as typed settings, with the defaults of a plan that has none."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.domain.plan.front_matter import FrontMatter
from app.domain.plan.model import Announcement, Checksums, GateRules, GuardRules, PublishRules
from app.domain.plan.yaml_lines import Value
from app.domain.values import PhaseId

DEFAULT_TAG = "v{version}"
DEFAULT_WORKFLOW = "release.yml"


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskSettings:
    """What the front matter says of one task, and where."""

    line: int
    priority: str | None = None
    needs: tuple[str, ...] = ()
    inputs: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All that the front matter says."""

    name: str | None
    tag: str
    branch: str | None
    workflow: str
    environment: str | None
    before: str | None
    thresholds: Mapping[str, float]  # empty: not said
    weights: Mapping[str, float]
    blockers: tuple[str, ...]
    signoffs: tuple[str, ...]
    roles: Mapping[str, tuple[str, ...]]
    tasks: Mapping[str, TaskSettings]
    evidence: Mapping[str, str]
    guard: GuardRules
    publish: PublishRules
    announcements: tuple[Announcement, ...]


def read_settings(front: FrontMatter) -> Settings:
    """Settings from front matter that has been held against the schema: what is not valid is not in it."""
    top = front.values
    gate = _mapping(top.get("gate"))
    return Settings(
        name=_text(top.get("name")),
        tag=_text(top.get("tag")) or DEFAULT_TAG,
        branch=_text(top.get("branch")),
        workflow=_text(top.get("workflow")) or DEFAULT_WORKFLOW,
        environment=_text(top.get("environment")),
        before=front.written.get(("gate", "before")) if "before" in gate else None,
        thresholds=_numbers(gate.get("thresholds")),
        weights=_numbers(gate.get("weights")),
        blockers=_texts(gate.get("blockers")),
        signoffs=_texts(gate.get("signoffs")),
        roles={role: _texts(who) for role, who in _mapping(top.get("roles")).items()},
        tasks={key: _task(front, key) for key in _mapping(top.get("tasks"))},
        evidence={text: wanted for text, wanted in _mapping(top.get("evidence")).items() if isinstance(wanted, str)},
        guard=_guard(top.get("guard"), tag=_text(top.get("tag")) or DEFAULT_TAG),
        publish=_publish(top.get("publish")),
        announcements=_announcements(top.get("announcements")),
    )


def gate_rules(settings: Settings, thresholds_in_text: Mapping[str, float]) -> GateRules:
    """The gate's rules: front matter first, then the plan's own release criteria, then the defaults."""
    default = GateRules()
    return GateRules(
        before=None if settings.before is None else PhaseId(settings.before),
        thresholds=dict(settings.thresholds or thresholds_in_text or default.thresholds),
        weights=dict(settings.weights or default.weights),
        blockers=settings.blockers,
        signoffs=settings.signoffs,
    )


def _task(front: FrontMatter, key: str) -> TaskSettings:
    said = _mapping(_mapping(front.values.get("tasks")).get(key))
    needs = said.get("needs")
    count = len(needs) if isinstance(needs, list) else 0
    return TaskSettings(
        line=front.line("tasks", key),
        priority=_text(said.get("priority")),
        needs=tuple(front.written[("tasks", key, "needs", str(at))] for at in range(count)),
        inputs={name: front.written[("tasks", key, "inputs", name)] for name in _mapping(said.get("inputs"))},
    )


def _guard(value: Value, *, tag: str) -> GuardRules:
    said = _mapping(value)
    return GuardRules(tags=tag, delete=said.get("delete") is True, exempt=_texts(said.get("exempt")))


def _publish(value: Value) -> PublishRules:
    said = _mapping(value)
    return PublishRules(
        checksums=Checksums(_text(said.get("checksums")) or Checksums.WANTED),
        notes=said.get("notes") is True,
        assets=_texts(said.get("assets")),
    )


def _announcements(value: Value) -> tuple[Announcement, ...]:
    entries = [_mapping(entry) for entry in value] if isinstance(value, list) else []
    return tuple(
        Announcement(
            at=_text(entry.get("at")) or "",
            channel=_text(entry.get("channel")) or "",
            template=_text(entry.get("template")),
        )
        for entry in entries
    )


def _mapping(value: Value) -> dict[str, Value]:
    return value if isinstance(value, dict) else {}


def _text(value: Value) -> str | None:
    return value if isinstance(value, str) else None


def _texts(value: Value) -> tuple[str, ...]:
    return tuple(entry for entry in value if isinstance(entry, str)) if isinstance(value, list) else ()


def _numbers(value: Value) -> dict[str, float]:
    return {key: float(entry) for key, entry in _mapping(value).items() if isinstance(entry, int | float)}
