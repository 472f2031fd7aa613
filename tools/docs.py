"""Writes the tables of the documentation from the code that they describe; `make docs` has cog put them in place."""

import asyncio
import inspect
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from prometheus_client.core import Metric
from pydantic import BaseModel, ConfigDict, Field

from app import domain
from app.adapters import wording
from app.adapters.metrics import PrometheusMeter
from app.domain.doctor.check import Check, CheckName, Diagnosis, State
from app.domain.doctor.grants import EVENTS, OPTIONAL, PERMISSIONS
from app.domain.messages import Message
from app.domain.slash import SlashCommand
from app.ports import Backlog, Call, CallAnswer, Handling
from app.settings import PREFIX, Settings, settings_table
from app.web.metrics import Facts, Known, Waiting
from handlers.commands import load_commands

ROOT = Path(__file__).parent.parent
TEMPLATES = ROOT / "templates"
SCHEMA = ROOT / "app" / "domain" / "plan" / "plan.schema.json"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table with a free line before and after it; `|` in cells is escaped."""
    lines = [head, ["---"] * len(head), *rows]
    text = "\n".join("| " + " | ".join(_cell(cell) for cell in line) + " |" for line in lines)
    return f"\n{text}\n"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


# -- commands -----------------------------------------------------------------------------------------------


def who(command: SlashCommand) -> str:
    """Say which role a command asks for, in words."""
    return str(wording.who(command.who, command.name))


def commands_table() -> str:
    """One row per slash command, for the README."""
    rows = ([f"`/release {c.usage}`", c.summary, who(c)] for c in load_commands())
    return table(["command", "what it does", "who may"], rows)


def commands_in_full() -> str:
    """One section per slash command."""
    return "\n" + "\n\n".join(_command(c) for c in load_commands()) + "\n"


def _command(command: SlashCommand) -> str:
    lines = [f"## {command.name}", f"`/release {command.usage}`", command.summary]
    if command.details:
        lines.append(command.details)
    lines.append(f"Who may: {who(command)}.")
    if command.examples:
        lines.append("```\n" + "\n".join(f"/release {example}" for example in command.examples) + "\n```")
    return "\n\n".join(lines)


def command_file(name: str) -> str:
    """Return the file of a command as it is, for those who want to write one."""
    text = (ROOT / "handlers" / "commands" / f"{name}.py").read_text(encoding="utf-8")
    return f"\n```python\n{text}```\n"


# -- settings -----------------------------------------------------------------------------------------------


def setting_names() -> list[str]:
    """Return the environment variable of each setting."""
    return [f"{PREFIX}{name.upper()}" for name in Settings.model_fields]


def settings_rows() -> str:
    """One row per setting, for the README."""
    return f"\n{settings_table()}"


# -- what the bot says ---------------------------------------------------------------------------------------


def message_classes() -> Iterator[type[Message]]:
    """Yield each kind of message: those of `app.domain.messages`, and of each module beside it named `messages_...`."""
    names = (module.name for module in iter_modules(domain.__path__))
    for name in sorted(each for each in names if each == "messages" or each.startswith("messages_")):
        module = import_module(f"{domain.__name__}.{name}")
        kinds = (kind for _, kind in inspect.getmembers_static(module, inspect.isclass))
        own = (kind for kind in kinds if kind.__module__ == module.__name__ and issubclass(kind, Message))
        yield from sorted((k for k in own if k is not Message), key=lambda kind: inspect.getsourcelines(kind)[1])


def template_of(kind: type[Message]) -> str:
    """Return a message's template: `NoPlanFound` is written by `no_plan_found.md.j2`."""
    return "".join("_" + c.lower() if c.isupper() else c for c in kind.__name__).lstrip("_") + ".md.j2"


def messages_table() -> str:
    """One row per message."""
    rows = ([_template(template_of(k)), (inspect.getdoc(k) or "").partition("\n")[0]] for k in message_classes())
    return table(["template", "said when"], rows)


def other_templates() -> list[str]:
    """Return the templates that are no message: what stands on GitHub for long, and the parts they are made of."""
    said = {template_of(kind) for kind in message_classes()}
    found = (file.relative_to(TEMPLATES).as_posix() for file in TEMPLATES.rglob("*.j2"))
    return sorted(name for name in found if name not in said)


def other_templates_table() -> str:
    """One row per template that is no message, with its own first line."""
    return table(["template", "what it is for"], ([_template(name), _first_line(name)] for name in other_templates()))


def _template(name: str) -> str:
    return f"[`{name}`](../templates/{name})"


def _first_line(name: str) -> str:
    comment = re.match(r"\{#-?\s*(.+?)\s*-?#\}", (TEMPLATES / name).read_text(encoding="utf-8"), re.DOTALL)
    return comment[1] if comment else ""


# -- the plan's front matter ---------------------------------------------------------------------------------


class Key(BaseModel):
    """A part of a JSON Schema, as far as the table needs it."""

    model_config = ConfigDict(extra="ignore")

    ref: str | None = Field(default=None, alias="$ref")
    defs: dict[str, "Key"] = Field(default_factory=dict, alias="$defs")
    description: str = ""
    properties: dict[str, "Key"] = Field(default_factory=dict)
    additional: "bool | Key" = Field(default=True, alias="additionalProperties")
    items: "Key | None" = None


def front_matter() -> Key:
    """Return the published schema of the front matter."""
    return Key.model_validate_json(SCHEMA.read_bytes())


def keys(schema: Key, root: Key, prefix: str = "") -> Iterator[tuple[str, str]]:
    """Yield each key of the front matter with its description, nested ones as `gate.before`, `tasks.<name>.needs`."""
    if schema.ref:
        yield from keys(root.defs[schema.ref.rsplit("/", 1)[-1]], root, prefix)
    for name, part in schema.properties.items():
        yield f"{prefix}{name}", _words(part, root)
        yield from keys(part, root, f"{prefix}{name}.")
    if isinstance(schema.additional, Key):
        yield from keys(schema.additional, root, f"{prefix}<name>.")
    if schema.items:
        yield from keys(schema.items, root, f"{prefix.removesuffix('.')}[].")


def _words(part: Key, root: Key) -> str:
    return part.description or (root.defs[part.ref.rsplit("/", 1)[-1]].description if part.ref else "")


def front_matter_table() -> str:
    """One row per key of the front matter."""
    schema = front_matter()
    return table(["key", "what it is"], ([f"`{name}`", words] for name, words in keys(schema, schema)))


# -- the App ------------------------------------------------------------------------------------------------


def grant_lines() -> str:
    """Return what the App is to be granted and subscribed to, as the doctor looks for it."""
    wanted = {level: [name for name in PERMISSIONS if PERMISSIONS[name][0] == level] for level in ("write", "read")}
    permissions = "; ".join(
        f"*{how}* {', '.join(_shown(name) for name in wanted[level])}"
        for how, level in (("read and write", "write"), ("read", "read"))
    )
    return f"   Permissions: {permissions}.\n   Events: {', '.join(map(_plain, sorted(EVENTS)))}."


def _shown(permission: str) -> str:
    """Return a permission as GitHub's page for Apps calls it, marked where the service runs without."""
    known = {"statuses": "Commit statuses", "members": "Members of the organisation"}
    return known.get(permission, _plain(permission)) + ("\\*" if permission in OPTIONAL else "")


def _plain(name: str) -> str:
    return name.replace("_", " ").capitalize()


# -- metrics -------------------------------------------------------------------------------------------------


class _Midnight:
    """A clock that stands: the table needs none."""

    def now(self) -> datetime:
        return datetime(2026, 1, 1, tzinfo=UTC)

    async def sleep(self, seconds: float) -> None:
        raise NotImplementedError(seconds)


def metric_families() -> list[Metric]:
    """Return every figure of `/metrics`, each with a sample of what it can hold."""
    clock = _Midnight()
    meter, waiting = PrometheusMeter(), Waiting(clock)
    meter.acknowledged(202, 0)
    meter.handled(Handling.HANDLED, 0)
    meter.lagged(0)
    meter.called(Call.READ, CallAnswer.DONE, 0)
    meter.work_failed("inbox")
    waiting.latest = Backlog(ledger={"todo": 0, "done": 0, "failed": 0})
    check = Check(name=CheckName.DATABASE, state=State.OK, found="")
    diagnosis = Diagnosis(at=clock.now(), checks=(check,))

    async def tell() -> Facts:
        return Facts(diagnosis=diagnosis, calls_left={1: 5_000}, troubles={1: "throttled"})

    known = Known(tell)
    asyncio.run(known.read())
    return [*meter.registry.collect(), *waiting.collect(), *known.collect()]


def metrics_table() -> str:
    """One row per figure: its name as Prometheus asks for it, its kind, its labels and what it says."""
    rows: list[list[str]] = []
    for family in sorted(metric_families(), key=lambda one: one.name):
        labels = sorted({name for sample in family.samples for name in sample.labels} - {"le"})
        name = f"{family.name}_total" if family.type == "counter" else family.name
        rows.append([f"`{name}`", family.type, ", ".join(f"`{label}`" for label in labels), family.documentation])
    return table(["figure", "kind", "labels", "what it says"], rows)
