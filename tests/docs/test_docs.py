"""The documentation tells the truth: what there is stands in it, and what stands in it is there."""

import re
import subprocess
import sys
import tomllib
from itertools import pairwise
from pathlib import Path
from typing import get_args

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from app.domain.plan.model import Wanted
from handlers.commands import load_commands
from tools.docs import front_matter, keys, message_classes, metric_families, other_templates, setting_names, template_of

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
ADRS = sorted(ROOT.glob("docs/adr/[0-9]*.md"))
ADR_PARTS = ["**Context.**", "**Decision.**", "**Consequences.**", "**Alternatives.**", "**Enforced by**"]


def page(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def links_of(text: str) -> list[str]:
    """Every target of a link or picture in a page."""
    found: list[str] = []

    def walk(tokens: list[Token]) -> None:
        for token in tokens:
            target = token.attrs.get("href" if token.type == "link_open" else "src")
            if token.type in ("link_open", "image") and isinstance(target, str):
                found.append(target)
            walk(token.children or [])

    walk(MarkdownIt("commonmark").enable("table").parse(text))
    return found


def anchors_of(text: str) -> set[str]:
    """The anchors that GitHub gives a page's headings."""
    titles = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def test_every_command_is_in_the_readme_and_in_its_page() -> None:
    commands = list(load_commands())
    assert commands
    for command in commands:
        assert f"`/release {command.usage}`".replace("|", "\\|") in page("README.md")
        assert f"\n## {command.name}\n" in page("docs/commands.md")


def test_every_setting_is_in_the_readme() -> None:
    names = setting_names()
    assert "GONOGO_WEBHOOK_SECRET" in names
    assert [name for name in names if f"| `{name}` |" not in page("README.md")] == []


def test_every_setting_is_described() -> None:
    empty = re.findall(r"^\| `(GONOGO_\w+)` \| [^|]* \|\s*\|$", page("README.md"), re.MULTILINE)
    assert empty == []


def test_every_setting_that_the_docs_name_is_there() -> None:
    named = {name for file in PAGES for name in re.findall(r"GONOGO_[A-Z_]*[A-Z]\b", file.read_text(encoding="utf-8"))}
    assert named <= set(setting_names())


def test_every_message_has_a_template_and_every_template_is_in_the_docs() -> None:
    named = page("docs/messages.md")
    for kind in message_classes():
        assert (ROOT / "templates" / template_of(kind)).is_file(), f"{kind.__name__} has no template"
        assert f"templates/{template_of(kind)}" in named
    for name in other_templates():
        assert re.search(rf"\(\.\./templates/{re.escape(name)}\) \| \S", named), f"{name} does not say what it writes"


def test_every_key_of_the_front_matter_is_in_the_plan_reference_with_words() -> None:
    schema = front_matter()
    found = list(keys(schema, schema))
    assert {"name", "gate.thresholds", "evidence"} <= {name for name, _ in found}
    for name, words in found:
        assert f"| `{name}` |" in page("docs/plan.md")
        assert words, f"{name} has no description in the schema"


def test_every_kind_of_evidence_is_in_the_plan_reference() -> None:
    kinds = {kind.__dataclass_fields__["kind"].default for kind in get_args(Wanted)} - {"task"}
    assert {kind for kind in kinds if not re.search(rf"`{kind}[=`]", page("docs/plan.md"))} == set()


@pytest.mark.parametrize("adr", ADRS, ids=lambda adr: adr.stem)
def test_every_decision_is_listed_and_says_all_that_it_should(adr: Path) -> None:
    text = adr.read_text(encoding="utf-8")
    assert f"({adr.name})" in page("docs/adr/README.md")
    assert [part for part in ADR_PARTS if part not in text] == []
    assert text.startswith(f"# {adr.name[:4]} · ")


@pytest.mark.parametrize("file", PAGES, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_every_link_between_pages_leads_somewhere(file: Path) -> None:
    for link in links_of(file.read_text(encoding="utf-8")):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (file.parent / path).resolve() if path else file
        assert target.exists(), link
        if anchor:
            assert anchor in anchors_of(target.read_text(encoding="utf-8")), link


@pytest.mark.parametrize("file", PAGES, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_every_file_and_module_that_a_page_names_is_there(file: Path) -> None:
    words = re.findall(r"`([\w./]+)`", file.read_text(encoding="utf-8"))
    paths = [word for word in words if re.match(r"(app|handlers|tests|templates|tools|docs(?!/RELEASE))/", word)]
    modules = [word for word in words if re.match(r"(app|handlers)(\.[a-z_]+)+$", word)]
    assert [path for path in paths if not (ROOT / path).exists()] == []
    for module in modules:
        path = ROOT / module.replace(".", "/")
        assert path.is_dir() or path.with_suffix(".py").is_file(), module


def test_every_floor_that_the_linter_knows_is_in_the_architecture_page() -> None:
    contracts = tomllib.loads(page("pyproject.toml"))["tool"]["importlinter"]["contracts"]
    floors = {room for contract in contracts for layer in contract.get("layers", []) for room in layer.split(" | ")}
    rows = re.findall(r"^\| (`.+?) \|", page("docs/ARCHITECTURE.md"), re.MULTILINE)
    assert len(floors) > 5
    assert floors <= {name for row in rows for name in re.findall(r"`([\w.]+)`", row)}


def test_the_floors_stand_in_the_architecture_page_as_the_linter_has_them() -> None:
    contracts = tomllib.loads(page("pyproject.toml"))["tool"]["importlinter"]["contracts"]
    layers = next(contract["layers"] for contract in contracts if contract["type"] == "layers")
    level = {room: at for at, layer in enumerate(layers) for room in layer.split(" | ")}
    first_column = re.findall(r"^\| (`.+?) \|", page("docs/ARCHITECTURE.md"), re.MULTILINE)
    rooms = [room for row in first_column for room in re.findall(r"`([\w.]+)`", row) if room in level]
    assert rooms == sorted(rooms, key=level.__getitem__)


@pytest.mark.parametrize("file", PAGES, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_every_heading_stands_alone(file: Path) -> None:
    lines = re.sub(r"^```.*?^```", "", file.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL).split("\n")
    crowded = [line for before, line in pairwise(lines) if re.match(r"##+ ", line) and before.strip()]
    assert crowded == []


def test_every_number_that_a_test_bears_has_its_story_told() -> None:
    names = {
        number for file in ROOT.glob("tests/**/*.py") for number in re.findall(r"test_d(\d+)_", file.read_text("utf-8"))
    }
    told = re.findall(r"^\| D(\d+) \| \S", page("docs/failures.md"), re.MULTILINE)
    assert len(told) == len(set(told))
    assert names - set(told) == set()
    assert {"3", "26"} <= names


def test_every_make_target_that_a_page_names_is_there() -> None:
    targets = set(re.findall(r"^([a-z-]+):.*## ", page("Makefile"), re.MULTILINE)) | {"install"}
    for file in PAGES:
        text = file.read_text(encoding="utf-8")
        named = set(re.findall(r"(?:`|^|[:=] ?|&& )make ([a-z-]+)\b", text, re.MULTILINE))
        assert named <= targets, f"{file.name}: {named - targets}"


def test_the_two_commands_of_the_readme_do_what_it_says() -> None:
    targets = dict(re.findall(r"^([a-z-]+):.*## (.+)$", page("Makefile"), re.MULTILINE))
    assert re.findall(r"^make (\w+) +# (.+)$", page("README.md"), re.MULTILINE) == [
        ("demo", targets["demo"]),
        ("test", targets["test"]),
    ]


def test_the_generated_tables_are_fresh() -> None:
    files = re.findall(r"^GENERATED := (.+)$", page("Makefile"), re.MULTILINE)[0].split()
    asked = [sys.executable, "-m", "cogapp", "-I", ".", "-P", "-n", "UTF-8", "--check", *files]
    done = subprocess.run(asked, cwd=ROOT, check=False, capture_output=True, text=True)  # noqa: S603  # our own files
    assert done.returncode == 0, f"run `make docs`\n{done.stdout}{done.stderr}"


def test_the_changelog_has_a_place_for_what_comes_next() -> None:
    assert "\n## [Unreleased]\n" in page("CHANGELOG.md")


def test_every_figure_is_in_the_docs_and_every_one_that_the_docs_name_is_there() -> None:
    names = {family.name for family in metric_families()}
    suffixes = r"(_bucket|_count|_sum|_total|_)?"
    for file in PAGES:
        named = set(re.findall(r"\bgonogo_[a-z_]+", file.read_text(encoding="utf-8"))) - {"gonogo_id"}
        wrong = {one for one in named if not any(re.fullmatch(re.escape(name) + suffixes, one) for name in names)}
        assert {one for one in wrong if not any(name.startswith(one) for name in names)} == set(), file.name
    assert {name for name in names if f"| `{name}" not in page("docs/metrics.md")} == set()
