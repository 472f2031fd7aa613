"""How long the plan reader takes at 1x, 2x and 4x the size: `python benchmarks/reader.py`.

A ratio near 2 from one column to the next is linear; near 4 would be quadratic.
"""

import sys
import time
from collections.abc import Callable
from importlib.resources import files

from app.domain.plan.reader import MAX_LINES, read_plan

FULL = 1_000_000  # characters, just inside what the reader takes
REPEATS = 3


def _repeated(piece: str) -> Callable[[int], str]:
    return lambda size: piece * (size // len(piece))


def _lines(line: str) -> Callable[[int], str]:
    """As many such lines as fit the size, scaled so that the full size is the most lines that are read."""
    return lambda size: f"{line}\n" * min(size // (len(line) + 1), (MAX_LINES - 10) * size // FULL)


def _front_matter(size: int) -> str:
    lines = "\n".join(f"  key {number}: manual" for number in range(990 * size // FULL))
    return f"---\nevidence:\n{lines}\n---\n- [ ] a\n"


def _task_words(size: int) -> str:
    """Front matter that names tasks by words that are not there, above many tasks."""
    words = ", ".join(f"word {number}" for number in range(45))
    lines = "\n".join(f"  t{number}: {{needs: [{words}]}}" for number in range(100 * size // FULL))
    return f"---\ntasks:\n{lines}\n---\n{_headings(size)}"


def _deep_list(size: int) -> str:
    return "\n".join(f"{'  ' * min(depth, 90)}- [ ] x" for depth in range(4_900 * size // FULL))


HOSTILE: dict[str, Callable[[int], str]] = {
    "brackets in one line": _repeated("["),
    "brackets in an item": lambda size: "- [ ] " + "[" * size,
    "brackets in every line": _lines("[" * 100),
    "quotes in one line": _repeated(">"),
    "quotes in every line": _lines("> " * 40 + "x"),
    "a quote that goes on": lambda size: "> " * 30 + "a\n" + _lines("b")(size),
    "blanks in one line": _repeated(" "),
    "blanks in every line": _lines(" " * 90),
    "list markers in one line": _repeated("- "),
    "a list that gets deeper": _deep_list,
    "stars in one line": _repeated("*"),
    "backticks in one line": _repeated("`"),
    "tags in one line": _repeated("<a "),
    "comments never closed": _repeated("<!-- gonogo: "),
    "comments in an item": lambda size: "- [ ] a " + "<!-- gonogo: P0 --> " * (size // 20),
    "broken boxes": _lines("- [] a"),
    "links in items": _lines("- [ ] " + "[a](b" * 15),
    "definitions": _lines("[a]: https://example.com"),
    "shell": lambda size: "## A\n- [ ] a\n```bash\n" + _lines("\"'\\" * 30)(size) + "```\n",
    "front matter": _front_matter,
    "task words that are unknown": _task_words,
    "front matter in brackets": lambda size: f"---\nname: {'[' * min(size, 60_000)}\n---\n- [ ] a\n",
}


def _headings(size: int) -> str:
    return "".join(f"## Task {number}\n- [ ] item\n" for number in range(4_900 * size // FULL))


def _example(size: int) -> str:
    """The White Room plan's body again and again, as far as a plan may go."""
    text = files("app.examples.white_room").joinpath("release-plan.md").read_text(encoding="utf-8")
    body = text.split("---\n", 2)[2]
    return body * max(1, MAX_LINES * size // FULL // body.count("\n") - 1)


ORDINARY: dict[str, Callable[[int], str]] = {
    "items": _lines("- [ ] an item of an ordinary plan"),
    "tasks": _headings,
    "the example, over and over": _example,
}


def seconds(text: str) -> float:
    """The best of a few readings."""
    best = float("inf")
    for _ in range(REPEATS):
        started = time.perf_counter()
        read_plan(text)
        best = min(best, time.perf_counter() - started)
    return best


def main() -> None:
    """Print a table: seconds at a quarter, a half and the whole of what the reader takes, and how they grow."""
    write = sys.stdout.write
    write(f"{'input':30} {'chars':>9} {'1x s':>7} {'2x s':>7} {'4x s':>7}  {'2x/1x':>5} {'4x/2x':>5}\n")
    read_plan("- [ ] warm up\n")
    for name, make in {**ORDINARY, **HOSTILE}.items():
        texts = [make(FULL // part) for part in (4, 2, 1)]
        first, second, third = (seconds(text) for text in texts)
        ratios = f"{second / first:5.1f} {third / second:5.1f}"
        write(f"{name:30} {len(texts[-1]):9,} {first:7.3f} {second:7.3f} {third:7.3f}  {ratios}\n")


if __name__ == "__main__":
    main()
