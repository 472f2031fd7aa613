"""Shell in a task's fenced block, read for what it means: tag, publish, dispatch a workflow, or run a script."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

LANGUAGES = frozenset({"", "bash", "sh", "shell", "zsh", "console", "terminal", "shell-session", "shellsession"})
MAX_LINE = 4_000  # longer lines are data, not commands
MAX_TEXT = 50_000

_TOKEN = re.compile(r"""[ \t]+|&&|\|\||[;|&<>()]+|(?:'[^']*'|"(?:[^"\\]|\\.)*"|\\.|[^\s'"\\;|&<>()])+|.""")
_PIECE = re.compile(r"""'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)|([^'"\\]+)""")
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=.*", re.DOTALL)
_HEREDOC = re.compile(r"<<-?[ \t]*['\"]?(\w+)['\"]?")
_SCRIPT = re.compile(r"[\w./~@+-]*[\w@+-]\.(?:sh|bash|zsh|py|rb|pl|js|mjs|ts|ps1)")
_PATH = re.compile(r"(?:\.{1,2}/|[\w-]+/)[\w./@+-]*[\w-]")
_WRAPPERS = frozenset({"sudo", "env", "time", "exec", "command", "nohup", "$", ">", "%"})
_INTERPRETERS = frozenset({"bash", "sh", "zsh", "python", "python3", "node", "ruby", "perl", "pwsh", "source", "."})
_RUNNERS = frozenset({"make", "just", "task"})
_PACKAGE_RUNNERS = frozenset({"npm", "pnpm", "yarn"})
_READING_TAGS = frozenset({"-v", "--verify", "-l", "--list", "-d", "--delete", "-n", "--contains", "--points-at"})
_RELEASE_VALUES = frozenset(
    {"-t", "--title", "-n", "--notes", "-F", "--notes-file", "--target", "--discussion-category", "--notes-start-tag"}
)
_REPO_VALUES = frozenset({"-R", "--repo"})
_FIELD_VALUES = frozenset({"-f", "--raw-field", "-F", "--field"})
_REF_VALUES = frozenset({"-r", "--ref"})


@dataclass(frozen=True, slots=True, kw_only=True)
class TagStep:
    """`git tag <name>`: the bot's own tag step."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishStep:
    """`gh release create <tag> <files>`: the bot's own publish step."""

    assets: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkflowStep:
    """`gh workflow run <file> -f key=value`."""

    workflow: str
    inputs: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptStep:
    """Any other script, by the slug of its base name without extension."""

    name: str


Step = TagStep | PublishStep | WorkflowStep | ScriptStep


def read_shell(text: str) -> tuple[Step, ...]:
    """The steps that a block of shell takes, in order. Commands that only look (`git tag -v`) are none."""
    steps: list[Step] = []
    for words in _commands(text[:MAX_TEXT]):
        step = _step(words)
        if step is not None:
            steps.append(step)
    return tuple(steps)


def main_step(steps: Sequence[Step]) -> Step | None:
    """What the task does: the bot's own step if there is one, else a workflow, else the first script."""
    for kind in (TagStep | PublishStep, WorkflowStep, ScriptStep):
        for step in steps:
            if isinstance(step, kind):
                return step
    return None


def is_shell(language: str, content: str) -> bool:
    """Whether a fenced block is shell: by its language, or by its first line where it names none."""
    return language in LANGUAGES and "\x00" not in content


def _commands(text: str) -> Iterator[list[str]]:
    until: str | None = None
    pending = ""
    for raw in text.split("\n"):
        if until is not None:
            until = None if raw.strip() == until else until
            continue
        line = pending + raw
        if line.endswith("\\") and len(line) <= MAX_LINE:
            pending = line[:-1] + " "
            continue
        pending = ""
        if len(line) > MAX_LINE:
            continue
        heredoc = _HEREDOC.search(line)
        until = heredoc[1] if heredoc else None
        yield from _split(line)


def _split(line: str) -> Iterator[list[str]]:
    words: list[str] = []
    for found in _TOKEN.finditer(line):
        token = found[0]
        if token.startswith("#") and (found.start() == 0 or line[found.start() - 1] in " \t;"):
            break
        if token[0] in ";|&()<>":
            yield words
            words = []
        elif not token.isspace():
            words.append("".join("".join(piece.groups("")) for piece in _PIECE.finditer(token)))
    yield words


def _step(words: list[str]) -> Step | None:
    while words and (words[0] in _WRAPPERS or _ASSIGNMENT.fullmatch(words[0])):
        words = words[1:]
    if not words:
        return None
    program = words[0].rsplit("/", 1)[-1]
    match [program, *words[1:3]]:
        case ["git", "tag", *_]:
            return _tag(words[2:])
        case ["gh", "release", "create"]:
            return PublishStep(assets=_assets(words[3:]))
        case ["gh", "workflow", "run"]:
            return _workflow(words[3:])
        case ["git" | "gh", *_]:
            return None
        case _:
            return _script(words)


def _tag(arguments: Sequence[str]) -> TagStep | None:
    if not arguments or any(word.split("=", 1)[0] in _READING_TAGS for word in arguments):
        return None
    return TagStep()


def _assets(arguments: Sequence[str]) -> tuple[str, ...]:
    places = [word for option, word in _options(arguments, _RELEASE_VALUES | _REPO_VALUES) if option is None]
    return tuple(dict.fromkeys(place.split("#", 1)[0] for place in places[1:] if place.split("#", 1)[0]))


def _workflow(arguments: Sequence[str]) -> WorkflowStep | None:
    """None for a workflow of another repository: this App must not start that one."""
    inputs: dict[str, str] = {}
    names: list[str] = []
    for option, value in _options(arguments, _FIELD_VALUES | _REF_VALUES | _REPO_VALUES):
        if option in _REPO_VALUES:
            return None
        if option is None:
            names.append(value)
        elif option in _FIELD_VALUES and "=" in value:
            key, _, text = value.partition("=")
            inputs[key] = text
    if not names:
        return None
    return WorkflowStep(workflow=names[0].rsplit("/", 1)[-1], inputs=tuple(inputs.items()))


def _options(arguments: Sequence[str], with_value: frozenset[str]) -> Iterator[tuple[str | None, str]]:
    """Each argument as (option, value), the option None for a plain word; `--a=b`, `-a b` and `-ab` are read alike."""
    waiting: str | None = None
    for word in arguments:
        if waiting is not None:
            yield waiting, word
            waiting = None
        elif word.startswith("--") and "=" in word:
            option, _, value = word.partition("=")
            yield option, value
        elif word in with_value:
            waiting = word
        elif word[:2] in with_value and not word.startswith("--"):
            yield word[:2], word[2:]
        elif word.startswith("-") and len(word) > 1:
            yield word, ""
        else:
            yield None, word


def _script(words: Sequence[str]) -> ScriptStep | None:
    program, rest = words[0].rsplit("/", 1)[-1], words[1:]
    if program in _INTERPRETERS:
        place = next((word for word in rest if not word.startswith("-")), "")
        return _named(place) if _SCRIPT.fullmatch(place) or _PATH.fullmatch(place) else None
    if program in _RUNNERS:
        return _named(next((word for word in rest if not word.startswith("-") and "=" not in word), ""))
    if program in _PACKAGE_RUNNERS and rest[:1] == ["run"]:
        return _named(next((word for word in rest[1:] if not word.startswith("-")), ""))
    is_program = _SCRIPT.fullmatch(words[0]) or (_PATH.fullmatch(words[0]) and "." not in program)
    return _named(words[0]) if is_program else None


def _named(place: str) -> ScriptStep | None:
    base = place.rsplit("/", 1)[-1]
    stem = base.rsplit(".", 1)[0] if _SCRIPT.fullmatch(base) else base
    name = re.sub(r"[\W_]+", "-", stem.casefold()).strip("-")
    return ScriptStep(name=name) if name else None
