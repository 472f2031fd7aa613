"""What people read: every message and everything shown of a release, word for word."""

from dataclasses import replace
from pathlib import Path

import pytest
from inline_snapshot import external_file

from app.adapters.render import TemplateRenderer, template_name
from app.adapters.wording import neutralised
from app.domain import messages
from app.domain.checklist import read_items
from app.domain.messages import Message
from app.domain.release.desired import gate_view, issue_view, status_view
from app.domain.release.gate import judge
from app.domain.release.model import Release
from tests.adapters.said import SAMPLES
from tests.domain.release.builders import FAILED, MID, MOMENTS, SITE, a_plan
from tests.steps import steps

RENDERER = TemplateRenderer()
PLAN = a_plan()
TEMPLATES = Path(__file__).parents[2] / "templates"

# -- the words ---------------------------------------------------------------------------------------------


MESSAGES = {
    kind for kind in vars(messages).values() if isinstance(kind, type) and issubclass(kind, Message) and kind != Message
}


def test_every_message_has_its_template_and_every_template_its_message() -> None:
    assert {f"{template_name(kind)}.md.j2" for kind in MESSAGES} == {p.name for p in TEMPLATES.glob("*.j2")}


def test_every_message_is_shown_here() -> None:
    assert {type(sample) for sample in SAMPLES} == MESSAGES


def test_every_message_reads_well() -> None:
    said = (f"<!-- {type(sample).__name__} -->\n\n{RENDERER.message(sample)}\n" for sample in SAMPLES)
    assert "\n---\n\n".join(said) == external_file("snapshots/messages.md", format=".txt")


@pytest.mark.parametrize("moment", MOMENTS)
def test_the_issue_reads_well(moment: str) -> None:
    release = MOMENTS[moment]
    block = RENDERER.issue_block(issue_view(PLAN, release, judge(PLAN, release), SITE))
    assert block + "\n" == external_file(f"snapshots/issue-{moment}.md", format=".txt")


def test_the_status_comment_reads_well() -> None:
    text = RENDERER.status_comment(status_view(PLAN, FAILED, judge(PLAN, FAILED), SITE))
    assert text + "\n" == external_file("snapshots/status.md", format=".txt")


def test_the_gate_reads_well() -> None:
    check = RENDERER.gate_check(gate_view(PLAN, MID, judge(PLAN, MID), SITE))
    assert (check.status, check.conclusion) == ("in_progress", None)
    assert check.details_url == "https://github.com/white-room/daw/issues/416"
    assert f"# {check.title}\n\n{check.summary}\n" == external_file("snapshots/gate.md", format=".txt")


def test_a_failed_gate_is_completed() -> None:
    check = RENDERER.gate_check(gate_view(PLAN, FAILED, judge(PLAN, FAILED), SITE))
    assert (check.status, check.conclusion) == ("completed", "failure")
    assert check.title.startswith("No-go: ")


def test_the_items_of_an_issue_can_be_read_back() -> None:
    verdict = judge(PLAN, MID)
    read = read_items(RENDERER.issue_block(issue_view(PLAN, MID, verdict, SITE)))
    standing = [item for task in (*verdict.standing.tasks.values(), *verdict.standing.summary) for item in task.items]
    assert [(item.id, item.is_ticked) for item in read] == [(s.item.id, s.state == "done") for s in standing]


@pytest.mark.parametrize("release", MOMENTS.values())
def test_the_same_state_reads_the_same_whenever_it_is_written(release: Release) -> None:
    view = issue_view(PLAN, release, judge(PLAN, release), SITE)
    assert TemplateRenderer().issue_block(view) == RENDERER.issue_block(view)


@pytest.mark.parametrize("release", MOMENTS.values(), ids=MOMENTS)
def test_an_issue_costs_no_more_than_its_items(release: Release) -> None:
    view = issue_view(PLAN, release, judge(PLAN, release), SITE)
    (task, *_), items = view.phases[0].tasks, view.phases[0].tasks[0].items

    def work(times: int) -> int:
        long = replace(view, phases=(replace(view.phases[0], tasks=(replace(task, items=items * times),)),))
        RENDERER.issue_block(long)  # what is remembered between renderings is remembered by now
        return steps(lambda: RENDERER.issue_block(long))

    assert work(160) <= 2.2 * work(80)


def test_a_template_never_writes_none() -> None:
    with pytest.raises(TypeError, match="None"):
        neutralised(None)
