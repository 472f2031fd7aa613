"""Reads a workflow file: its triggers, the inputs it declares and the jobs it would run."""

import fnmatch
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import cast

import yaml

from app.sim.expressions import Value, as_text, fill

FOLDER = ".github/workflows/"


@dataclass(frozen=True, slots=True, kw_only=True)
class InputSpec:
    """An input that workflow_dispatch declares."""

    name: str
    type: str
    required: bool
    default: Value
    options: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class JobSpec:
    """A job of the file, once per cell of its matrix."""

    key: str
    name: str  # may hold `${{ }}`, to be filled when the job is made
    condition: str | None
    needs: tuple[str, ...]
    labels: tuple[str, ...]
    steps: tuple[str, ...]
    matrix: Mapping[str, Value]
    environment: str | None = None  # may hold `${{ }}`, to be filled when the job is made


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkflowFile:
    """What a workflow file says."""

    name: str
    run_name: str | None
    triggers: frozenset[str]
    inputs: Mapping[str, InputSpec]
    branches: tuple[str, ...] | None  # on: push: branches
    tags: tuple[str, ...] | None
    jobs: tuple[JobSpec, ...] = field(default=())

    def starts_on_push(self, ref: str) -> bool:
        """Whether a push of that full ref starts it."""
        if "push" not in self.triggers:
            return False
        kind, name = ref.removeprefix("refs/").split("/", 1)
        if self.branches is None and self.tags is None:
            return True
        wanted = self.branches if kind == "heads" else self.tags
        return any(fnmatch.fnmatchcase(name, pattern) for pattern in wanted or ())


def _table(value: object) -> dict[object, object]:
    return cast("dict[object, object]", value) if isinstance(value, dict) else {}


def _list(value: object) -> list[object]:
    if isinstance(value, list):
        return cast("list[object]", value)
    return [] if value is None else [value]


def _names(value: object) -> tuple[str, ...]:
    return tuple(str(each) for each in _list(value))


def _value(value: object) -> Value:
    if isinstance(value, bool) or value is None:
        return value
    return float(value) if isinstance(value, int | float) else str(value)


def _input(name: str, spec: dict[object, object]) -> InputSpec:
    return InputSpec(
        name=name,
        type=str(spec.get("type", "string")),
        required=spec.get("required") is True,
        default=_value(spec.get("default")),
        options=_names(spec.get("options")),
    )


def _cells(matrix: dict[object, object]) -> list[dict[str, Value]]:
    """Return the cells of a matrix: the product of its lists, or its `include` where that is all there is."""
    axes = {str(key): _list(values) for key, values in matrix.items() if key not in {"include", "exclude"}}
    if axes:
        keys = list(axes)
        return [
            dict(zip(keys, map(_value, cell), strict=True)) for cell in itertools.product(*(axes[key] for key in keys))
        ]
    included = [{str(k): _value(v) for k, v in _table(cell).items()} for cell in _list(matrix.get("include"))]
    return included or [{}]


def _steps(steps: Sequence[object]) -> tuple[str, ...]:
    names = ["Set up job"]
    for step in map(_table, steps):
        what = step.get("name") or step.get("uses") or str(step.get("run", "")).split("\n", 1)[0]
        names.append(str(what) if "name" in step else f"Run {what}")
    return (*names, "Complete job")


def _environment(value: object) -> str | None:
    """Return the name of a job's environment, which stands there alone or beside a URL."""
    table = _table(value)
    name = table.get("name") if table else value
    return None if name is None else as_text(_value(name))


def _jobs(jobs: dict[object, object]) -> tuple[JobSpec, ...]:
    found: list[JobSpec] = []
    for key, raw in jobs.items():
        job = _table(raw)
        for cell in _cells(_table(_table(job.get("strategy")).get("matrix"))):
            names = {f"matrix.{axis}": value for axis, value in cell.items()}
            label = ", ".join(as_text(value) for value in cell.values())
            plain = str(job.get("name", key))
            template = plain if "${{" in plain or not label else f"{plain} ({label})"
            condition = job.get("if")
            found.append(
                JobSpec(
                    key=str(key),
                    name=template,
                    condition=None if condition is None else as_text(_value(condition)),
                    needs=_names(job.get("needs")),
                    labels=tuple(fill(each, names) for each in _names(job.get("runs-on", "ubuntu-latest"))),
                    steps=_steps(_list(job.get("steps"))),
                    matrix=names,
                    environment=_environment(job.get("environment")),
                )
            )
    return tuple(found)


@lru_cache(maxsize=256)
def read_workflow(path: str, data: bytes) -> WorkflowFile:
    """Read a workflow file. Raises yaml.YAMLError where it is not YAML."""
    top = _table(yaml.safe_load(data))
    on = top.get("on", top.get(True))  # YAML 1.1 reads the bare key `on` as true
    triggers = {str(key): _table(value) for key, value in _table(on).items()}
    push = triggers.get("push", _table(None))
    inputs = _table(triggers.get("workflow_dispatch", _table(None)).get("inputs"))
    run_name = top.get("run-name")
    return WorkflowFile(
        name=str(top.get("name", path)),
        run_name=None if run_name is None else str(run_name),
        triggers=frozenset(triggers or _names(on)),
        inputs={str(name): _input(str(name), _table(spec)) for name, spec in inputs.items()},
        branches=_names(push["branches"]) if "branches" in push else None,
        tags=_names(push["tags"]) if "tags" in push else None,
        jobs=_jobs(_table(top.get("jobs"))),
    )
