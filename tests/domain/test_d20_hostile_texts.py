"""D20: hostile Markdown takes work that grows with its length and no faster, wherever we read what people write."""

from collections.abc import Callable

import pytest

from app.domain.edits import boxes, damage, flips, merge_lines, outside
from app.domain.neutral import neutral
from app.domain.plan.reader import read_plan
from app.domain.slash import find_invocations
from tests.steps import steps

BLOCK = "<!-- gonogo:begin -->\n## T <!-- gonogo:head -->\n- [ ] a <!-- i:1 -->\nfoot <!-- gonogo:foot -->\n<!-- gonogo:end -->\n"

HOSTILE = {
    "blanks": " ",
    "brackets": "[`",
    "comments": "<!--",
    "quotes": "> ",
    "fences": "```\n",
    "boxes": "- [ ] ",
    "begins": "<!-- gonogo:begin -->\n",
    "ids": "- [x] a <!-- i:1 -->\n",
    "commands": "/release hold\n",
    "stars": "*_",
    "entities": "&#",
}


def read_comment(text: str) -> object:
    return find_invocations(f"{text}\n\n/release why\n")


def read_edit(text: str) -> object:
    body = BLOCK + text
    return boxes(body), flips(BLOCK, body), damage(BLOCK, body), outside(body), damage(body, BLOCK)


def merge(text: str) -> object:
    return merge_lines(text, theirs=f"{text}\nmine", now=f"yours\n{text}")


def echo(text: str) -> object:
    return neutral(text, 1_000)


READERS: dict[str, Callable[[str], object]] = {
    "comment": read_comment,
    "edit": read_edit,
    "merge": merge,
    "echo": echo,
    "plan": read_plan,
}


@pytest.mark.parametrize("piece", HOSTILE.values(), ids=HOSTILE.keys())
@pytest.mark.parametrize("reader", READERS.values(), ids=READERS.keys())
def test_d20_twice_the_text_is_at_most_about_twice_the_work(reader: Callable[[str], object], piece: str) -> None:
    short, long = (steps(lambda n=n: reader(piece * (n // len(piece)))) for n in (1_500, 3_000))
    assert long <= 2.5 * short + 2_000
