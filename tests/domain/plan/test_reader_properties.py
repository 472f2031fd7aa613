"""Whatever the text, the reader answers, loses no checkbox, and takes no longer than the text is long."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.plan.model import Plan
from app.domain.plan.reader import read_plan
from app.domain.plan.resolve import resolve_task
from benchmarks.reader import HOSTILE
from tests.steps import steps

WORDS = st.text(alphabet="abcXYZ 019.:()*_`<>!&é✓-", min_size=1, max_size=20).map(lambda text: f"t{text}")
BOX = st.builds(
    "{}{} [{}] {}".format,
    st.sampled_from(["", " ", "  ", "   ", "    ", "      ", "> ", "\t"]),
    st.sampled_from(["-", "*", "+", "1.", "7)"]),
    st.sampled_from([" ", "x", "X", "   ", ""]),
    WORDS,
)
OTHER = st.one_of(
    st.builds("{} {}".format, st.sampled_from(["#", "##", "###", "####"]), WORDS),
    st.builds("**{}**:".format, WORDS),
    st.builds("{}:".format, WORDS),
    st.builds("- {}".format, WORDS),
    st.sampled_from(
        ["", "", "---", "**Checklist**:", "**Success Criteria**:", "### Exit Criteria", "### Tasks", "Duration: 1"]
    ),
    st.builds("```bash\n{}\n- [ ] fenced\n```".format, st.sampled_from(["git tag v1", "./run.sh", "echo"])),
    st.sampled_from(
        ["<!-- gonogo: P0 -->", "<details>", "[ref]: https://example.com", "===", "1.1 Title", "| a | b |"]
    ),
    WORDS,
)
MARKDOWN = st.text(alphabet=st.sampled_from(list("-*+#>[] xX`~<!=:\n\t|()_1.aé\\\x00\x0b\u2028\r&")), max_size=400)
HOSTILE_SIZE = 1_000_000


def ids_are_unique(plan: Plan) -> bool:
    items = [item.id for item in plan.items()]
    tasks = [task.id for task in (*plan.tasks(), *plan.summary)]
    phases = [phase.id for phase in plan.phases]
    return all(len(set(ids)) == len(ids) for ids in (items, tasks, phases))


@given(st.lists(st.one_of(BOX, OTHER), max_size=30))
def test_no_checkbox_is_lost_however_the_plan_is_made_up(parts: list[str]) -> None:
    text = "\n".join(parts)
    expected: list[int] = []
    fenced = in_html = False
    for number, line in enumerate(text.split("\n"), 1):
        in_html = bool(line) and (in_html or line == "<details>")  # to a blank line, and no fence begins in it
        fenced ^= line.startswith("```") and not in_html
        if not fenced and any(box in line[:14] for box in ("[ ]", "[x]", "[X]", "[   ]", "[]")):
            expected.append(number)

    plan = read_plan(text)

    assert sorted(item.line for item in plan.items()) == expected
    assert ids_are_unique(plan)


@given(st.one_of(st.text(max_size=300), MARKDOWN, MARKDOWN.map(lambda text: f"---\n{text}\n---\n- [ ] a\n")), WORDS)
def test_the_reader_never_raises_and_says_the_same_again(text: str, word: str) -> None:
    plan = read_plan(text, path=word, version="1.0.0")

    assert read_plan(text, path=word, version="1.0.0") == plan
    assert ids_are_unique(plan)
    assert all(1 <= problem.line <= text.count("\n") + text.count("\r") + 1 for problem in plan.problems)
    resolve_task(plan, word)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_plan_costs_no_more_than_its_size(name: str) -> None:
    def work(size: int) -> int:
        text = HOSTILE[name](size)
        return steps(lambda: read_plan(text))

    # Twice the size, twice the work: quadratic would be four times. How long a megabyte takes is a benchmark's matter.
    assert work(4_000) <= 2.8 * work(2_000)
