"""D14: what unfolds to far more than it is takes little work and memory at each door where such things are read."""

import gzip
import struct
import tracemalloc
import zlib
from collections.abc import Callable
from io import BytesIO
from typing import Final
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from app.adapters.github.answers import Answer, message_of
from app.adapters.sandbox import BadTemplate, Sandbox
from app.domain.notes.rules import read_rules
from app.domain.plan.reader import read_plan
from app.domain.release.archive_zip import NoArchive, unpacked
from app.domain.workflow import declared_inputs
from tests.steps import steps

LAUGHS: Final = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 12))
"""The billion laughs: a few hundred bytes that stand for 10^11 values."""

MERGED: Final = "a0: &a0 {x: 1}\n" + "".join(
    f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 10)}]}}\n" for n in range(1, 12)
)
YAML: Final = {
    "laughs": LAUGHS,
    "merge keys": MERGED,
    "deep lists": "a: " + "[" * 30_000 + "]" * 30_000,
    "deep mappings": "a: " + "{a: " * 15_000 + "}" * 15_000,
    "deep blocks": "\n".join(" " * n + "a:" for n in range(300)),
    "many": "a: [" + "x, " * 20_000 + "]",
    "many anchors": "".join(f"k{n}: &a{n} x\n" for n in range(3_000)),
    "a huge number": f"a: {'9' * 50_000}",
    "a tag": "a: !!python/object/apply:os.system [id]",
}
YAML_DOORS: Final[dict[str, Callable[[str], object]]] = {
    "front matter": lambda text: read_plan(f"---\n{text}\n---\n# Plan\n\n- [ ] x\n"),
    "release.yml": lambda text: read_rules(f"changelog:\n  categories: []\n{text}"),
    "workflow": lambda text: declared_inputs(f"on: {{workflow_dispatch: {{inputs: {{task: {{}}}}}}}}\n{text}"),
}
WORK: Final = 2_500_000  # lines of Python, and calls of it: a plan of a few hundred lines takes as many
MEMORY: Final = 64 * 1024 * 1024


def memory(do: Callable[[], object]) -> int:
    """The most bytes that were held at once meanwhile, as far as Python gives them out."""
    tracemalloc.start()
    try:
        do()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("bomb", YAML.values(), ids=YAML)
@pytest.mark.parametrize("read", YAML_DOORS.values(), ids=YAML_DOORS)
def test_d14_a_yaml_bomb_is_bounded_in_work_and_memory(read: Callable[[str], object], bomb: str) -> None:
    assert steps(lambda: read(bomb)) < WORK
    assert memory(lambda: read(bomb)) < MEMORY


@pytest.mark.parametrize("bomb", [LAUGHS, MERGED, YAML["deep lists"], YAML["many"]])
def test_d14_a_yaml_bomb_in_a_plan_is_told_and_keeps_its_gate_red(bomb: str) -> None:
    problems = read_plan(f"---\n{bomb}\n---\n# Plan\n\n- [ ] x\n").problems
    assert any(problem.severity.value == "error" and problem.line for problem in problems)
    assert read_rules(bomb).trouble


@pytest.mark.parametrize(
    "bomb",
    [
        "{% for a in x %}" * 12 + "{{ a }}" + "{% endfor %}" * 12,
        "{% for a in x %}{% for b in x %}{% for c in x %}{{ t }}{% endfor %}{% endfor %}{% endfor %}",
        "{{ t * 10**9 }}",
        "{{ 'x' | center(10**9) }}",
        "{% set t = t ~ t %}" * 40 + "{{ t }}",
        "{{ x | map('length') | list | sum }}",
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
        "{{ " + "(" * 20_000 + ")" * 20_000 + " }}",
        "x" * 70_000,
        "{{ ''.__class__.__mro__ }}",
    ],
    ids=lambda bomb: bomb[:40],
)
def test_d14_a_bomb_in_a_template_of_the_repository_s_is_refused(bomb: str) -> None:
    values = {"x": [str(n) for n in range(300)], "t": "text " * 200}

    def write() -> None:
        with pytest.raises(BadTemplate):
            Sandbox().write(bomb, values)

    assert memory(write) < MEMORY


def packed_bomb() -> bytes:
    into = BytesIO()
    with ZipFile(into, "w", ZIP_DEFLATED) as archive:
        archive.writestr("log.jsonl", b"\0" * 30_000_000)
    return into.getvalue()


def liar() -> bytes:
    """A file of which the header says that it holds four gigabytes."""
    name = b"log.jsonl"
    return struct.pack("<4s5H3L2H", b"PK\3\4", 20, 0, 0, 0, 0, 0, 10, 2**32 - 1, len(name), 0) + name + b"short"


@pytest.mark.parametrize("make", [packed_bomb, liar])
def test_d14_a_zip_bomb_is_no_archive_of_ours(make: Callable[[], bytes]) -> None:
    data = make()

    def unpack() -> None:
        with pytest.raises(NoArchive):
            unpacked(data)

    assert memory(unpack) < 4 * len(data) + 1_000_000


@pytest.mark.parametrize(
    "body", [b"[" * 60_000, b'{"message":' * 5_000, b'{"message": "' + b"x" * 60_000 + b'"}', b"\xff" * 100]
)
def test_d14_an_error_of_github_s_is_read_whatever_it_holds(body: bytes) -> None:
    assert len(message_of(Answer(422, {}, body))) <= 300


def test_d14_these_bombs_would_go_off_elsewhere() -> None:
    assert len(gzip.compress(b"\0" * 10_000_000)) < 20_000
    assert len(packed_bomb()) < 50_000
    assert len(zlib.decompress(zlib.compress(b"\0" * 10_000_000))) == 10_000_000
