"""What people read: every message and everything shown of a release, word for word."""

from dataclasses import replace
from pathlib import Path

import pytest
from inline_snapshot import external_file, snapshot

from app.adapters.render import TemplateRenderer, template_name
from app.adapters.wording import FILTERS, neutralised, who
from app.domain.checklist import read_items
from app.domain.plan.model import Plan
from app.domain.release.desired import BODY_LIMIT, gate_view, issue_view, length, status_view
from app.domain.release.gate import judge
from app.domain.release.model import Release
from app.domain.values import Allowed, Role, Who
from tests.adapters.said import SAMPLES
from tests.domain.release.builders import FAILED, MID, MOMENTS, PLAN, SAID, SITE, a_plan, a_tick, a_waiver
from tests.steps import steps
from tools.docs import message_classes

RENDERER = TemplateRenderer()
TEMPLATES = Path(__file__).parents[2] / "templates"

# -- the words ---------------------------------------------------------------------------------------------


MESSAGES = set(message_classes())


def test_every_message_has_its_template_and_every_template_its_message() -> None:
    said = {f"{template_name(kind)}.md.j2" for kind in MESSAGES}
    assert said | {"release_notes.md.j2"} == {p.name for p in TEMPLATES.glob("*.j2")}


def test_every_message_is_shown_here() -> None:
    assert {type(sample) for sample in SAMPLES} == MESSAGES


def test_every_message_reads_well() -> None:
    said = (f"<!-- {type(sample).__name__} -->\n\n{RENDERER.message(sample)}\n" for sample in SAMPLES)
    assert "\n---\n\n".join(said) == external_file("snapshots/messages.md", format=".txt")


@pytest.mark.parametrize("moment", MOMENTS)
def test_the_issue_reads_well(moment: str) -> None:
    plan, release = MOMENTS[moment]
    block = RENDERER.issue_block(issue_view(plan, release, judge(plan, release), SITE))
    assert block + "\n" == external_file(f"snapshots/issue-{moment}.md", format=".txt")


@pytest.mark.parametrize("moment", ["failed", "said", "given-up"])
def test_the_status_comment_reads_well(moment: str) -> None:
    plan, release = MOMENTS[moment]
    text = RENDERER.status_comment(status_view(plan, release, judge(plan, release), SITE))
    assert text + "\n" == external_file(f"snapshots/status-{moment}.md", format=".txt")


def test_the_gate_reads_well() -> None:
    check = RENDERER.gate_check(gate_view(PLAN, MID, judge(PLAN, MID), SITE))
    assert (check.status, check.conclusion) == ("in_progress", None)
    assert check.details_url == "https://github.com/white-room/daw/issues/416"
    assert f"# {check.title}\n\n{check.summary}\n" == external_file("snapshots/gate.md", format=".txt")


def test_the_gates_one_line_tells_what_it_is() -> None:
    titles = {
        moment: RENDERER.gate_check(gate_view(plan, release, judge(plan, release), SITE)).title
        for moment, (plan, release) in MOMENTS.items()
    }
    assert titles == snapshot(
        {
            "early": "Not yet: 5 reasons, 0 % ready",
            "mid": "Not yet: 5 reasons, 54.6 % ready",
            "failed": "No-go: 9 reasons, 7.8 % ready",
            "said": "Held: 6 reasons, 22.9 % ready",
            "refused": "Held: 7 reasons, 9.3 % ready",
            "green": "Go: everything the plan asks for is true of this commit",
            "given-up": "Given up, 0 % ready",
            "finished": "Go: everything the plan asks for is true of this commit",
        }
    )


def test_a_failed_gate_is_completed() -> None:
    check = RENDERER.gate_check(gate_view(PLAN, FAILED, judge(PLAN, FAILED), SITE))
    assert (check.status, check.conclusion) == ("completed", "failure")
    assert check.title.startswith("No-go: ")


@pytest.mark.parametrize(("plan", "release"), MOMENTS.values(), ids=MOMENTS)
def test_the_items_of_an_issue_can_be_read_back(plan: Plan, release: Release) -> None:
    verdict = judge(plan, release)
    read = read_items(RENDERER.issue_block(issue_view(plan, release, verdict, SITE)))
    standing = [item for task in (*verdict.standing.tasks.values(), *verdict.standing.summary) for item in task.items]
    assert [(item.id, item.is_ticked) for item in read] == [(s.item.id, s.is_boxed) for s in standing]


@pytest.mark.parametrize(("plan", "release"), MOMENTS.values(), ids=MOMENTS)
def test_the_same_state_reads_the_same_whenever_it_is_written(plan: Plan, release: Release) -> None:
    view = issue_view(plan, release, judge(plan, release), SITE)
    assert TemplateRenderer().issue_block(view) == RENDERER.issue_block(view)


@pytest.mark.parametrize(("plan", "release"), MOMENTS.values(), ids=MOMENTS)
def test_an_issue_costs_no_more_than_its_items(plan: Plan, release: Release) -> None:
    view = issue_view(plan, release, judge(plan, release), SITE)
    (task, *_), items = view.phases[0].tasks, view.phases[0].tasks[0].items

    def work(times: int) -> int:
        long = replace(view, phases=(replace(view.phases[0], tasks=(replace(task, items=items * times),)),))
        RENDERER.issue_block(long)  # what is remembered between renderings is remembered by now
        return steps(lambda: RENDERER.issue_block(long))

    assert work(20) <= 2.2 * work(10)


def test_a_plan_of_250_items_for_people_stays_far_below_githubs_limit() -> None:
    words = "An item of quite the usual length, about as long as people write them"
    tasks = (f"### {p}.{t} Task\n\n" + f"- [ ] {words}\n" * 10 for p in range(1, 6) for t in range(1, 6))
    plan = a_plan(
        "".join(f"## Phase {n // 5 + 1}\n\n{task}\n" if n % 5 == 0 else f"{task}\n" for n, task in enumerate(tasks))
    )
    items = [item.id for item in plan.items()]
    told = replace(
        SAID, ticks=dict.fromkeys(items[:100], a_tick()), waivers=dict.fromkeys(items[100:150], a_waiver("no time"))
    )
    block = RENDERER.issue_block(issue_view(plan, told, judge(plan, told), SITE))
    assert len(items) == 250
    assert length(block) < BODY_LIMIT * 0.7


@pytest.mark.parametrize("whom", Who)
def test_help_says_of_everybody_who_they_are(whom: Who) -> None:
    assert who(whom)


@pytest.mark.parametrize(
    ("whom", "words"),
    [
        (Allowed(), "nobody"),
        (Allowed(least=Role.READ), "everybody"),
        (Allowed(least=Role.WRITE), "`write` and above"),
        (Allowed(least=Role.ADMIN), "administrators"),
        (Allowed(roles=("Tech Lead", "QA")), "the plan's Tech Lead and QA"),
        (Allowed(roles=("Release Manager",), least=Role.ADMIN), "the plan's Release Manager and administrators"),
        (Allowed(roles=("QA",), least=Role.MAINTAIN), "the plan's QA, and `maintain` and above"),
        (Allowed(roles=("QA", "Ops"), least=Role.ADMIN), "the plan's QA and Ops, and administrators"),
    ],
)
def test_who_may_is_said_in_words(whom: Allowed, words: str) -> None:
    assert FILTERS["allowed"](whom) == words


def test_a_template_never_writes_none() -> None:
    with pytest.raises(TypeError, match="None"):
        neutralised(None)
