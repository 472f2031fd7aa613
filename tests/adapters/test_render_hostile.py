"""Hostile values stay nothing but text: no mention, reference, image, HTML or foreign link, and never too long."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from typing import Final, TypeVar, cast

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from app.adapters.render import MESSAGE_LIMIT, SUMMARY_LIMIT, TemplateRenderer
from app.domain.checklist import find_block, put_block
from app.domain.messages import Message, StatusLink
from app.domain.messages_deploy import DeploymentLetIn, DeploymentUnanswered, DeploymentWaits
from app.domain.plan.model import Plan
from app.domain.release.desired import BODY_LIMIT, gate_view, issue_view, length, status_view
from app.domain.release.gate import judge
from app.domain.release.model import Release
from app.domain.release.views import TaskView
from tests.adapters.said import NAMED_SAMPLES
from tests.domain.release.builders import MOMENTS, SITE

RENDERER: Final = TemplateRenderer()
TELLING: Final = "https://github.com/octocat/hello/issues/4"
HOSTILE: Final = (
    "@octocat #1 GH-2 octocat/hello#3 ![i](https://evil.example/i.png) <img src=x> <!-- i:9 --> <!-- gonogo:end -->"
    f" [x](javascript:alert) {TELLING} www.evil.example"
    "\n\n```\n@octocat\n~~~\n\n- [x] tick\n# Title\n| a | b |\n</details> `code` `` $a$ &lt; *b* \u202e\x00"
)
URLS: Final = (TELLING, HOSTILE, "javascript:alert(1)", "https://x.example/) @octocat <b>", "https://[")
LONG: Final = "@octocat #1 " * 20_000
WORDS_OF_OURS: Final = {
    "kind",
    "problem",
    "step",
    "verb",
    "operator",
    "status",
    "conclusion",
    "shows",
    "why",
    "how",
    "stamp",
}
OURS_IN_ONE: Final = {"NothingToTakeBack": {"what"}, "NotesPreview": {"markdown"}}

OWN_ADDRESSES: Final = (StatusLink, DeploymentLetIn, DeploymentWaits, DeploymentUnanswered)

Value = TypeVar("Value")


def poisoned(value: Value, text: str, url: str) -> Value:
    """Return the value with every text in it, at any depth, replaced; except words that only we can have written."""
    return cast("Value", _poisoned(value, text, url))


def _poisoned(value: object, text: str, url: str) -> object:
    if isinstance(value, str) and not isinstance(value, Enum):
        return url if value.startswith("http") else text
    if isinstance(value, tuple):
        return tuple(_poisoned(part, text, url) for part in cast("tuple[object, ...]", value))
    if isinstance(value, Mapping):
        return {key: _poisoned(part, text, url) for key, part in cast("Mapping[object, object]", value).items()}
    if is_dataclass(value) and not isinstance(value, type):
        parts = {field.name: getattr(value, field.name) for field in fields(value)}
        ours = WORDS_OF_OURS | OURS_IN_ONE.get(type(value).__name__, set())
        foreign = {k: v for k, v in parts.items() if k not in ours or is_dataclass(v)}
        return replace(value, **{k: _poisoned(v, text, url) for k, v in foreign.items()})
    return value


_LIVE = re.compile(r"(?<![\w`])@octocat|(?<!\w)#[13]\b|GH-2|octocat/hello#3|://|www\.", re.IGNORECASE)
_OURS = re.compile(r"</?(details|summary|sub|b)>|<!-- (i:\S+|gonogo:(head|foot|of:[0-9a-f]{12})) -->")
_MARKDOWN = MarkdownIt("gfm-like", {"linkify": False})


def _tokens(tokens: list[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        yield from _tokens(token.children or [])


def live_parts(text: str) -> list[str]:
    """List everything in a text that would act on somebody: mentions, references, images, HTML, foreign links."""
    found: list[str] = []
    for token in _tokens(_MARKDOWN.parse(text)):
        if token.type == "image":
            found.append("image")
        elif token.type in ("html_inline", "html_block"):
            found += re.findall(r"<[^>]*>", _OURS.sub("", token.content))
        elif token.type in ("text", "fence"):
            found += _LIVE.findall(token.content)
        elif token.type == "link_open":
            url = str(token.attrs["href"])
            found += [url] if "evil" in url or url == TELLING or not url.startswith("https://") else []
    return found


def test_these_tests_see_what_is_live() -> None:
    assert len(live_parts(HOSTILE)) > 8


@pytest.mark.parametrize("url", URLS)
@pytest.mark.parametrize("sample", NAMED_SAMPLES.values(), ids=NAMED_SAMPLES)
def test_a_hostile_value_is_nothing_but_text_in_a_message(sample: Message, url: str) -> None:
    text = RENDERER.message(poisoned(sample, HOSTILE, url))
    own = [TELLING] if isinstance(sample, OWN_ADDRESSES) else []  # addresses that we build may be those of issues
    assert [part for part in live_parts(text) if part not in own] == []
    assert "<!-- gonogo:end -->" not in text


@pytest.mark.parametrize(("plan", "release"), MOMENTS.values(), ids=MOMENTS)
@pytest.mark.parametrize("url", URLS)
def test_a_hostile_value_is_nothing_but_text_in_what_is_shown(plan: Plan, release: Release, url: str) -> None:
    verdict = judge(plan, release)
    status = poisoned(status_view(plan, release, verdict, SITE), HOSTILE, url)
    gate = poisoned(gate_view(plan, release, verdict, SITE), HOSTILE, url)
    own = [TELLING] if url == TELLING else []  # addresses that we build may be those of issues and commits
    assert [p for p in live_parts(RENDERER.status_comment(status)) if p not in own] == []
    assert [p for p in live_parts(RENDERER.gate_check(gate).summary) if p not in own] == []


@pytest.mark.parametrize(("plan", "release"), MOMENTS.values(), ids=MOMENTS)
def test_a_plans_items_keep_their_links_and_ping_nobody(plan: Plan, release: Release) -> None:
    text = RENDERER.issue_block(
        poisoned(issue_view(plan, release, judge(plan, release), SITE), HOSTILE, "https://x.example/")
    )
    # References, links and addresses are the plan's own to make.
    assert set(live_parts(text)) <= {"#1", "GH-2", "octocat/hello#3", "://", "www.", "https://evil.example/i.png"}
    assert find_block(put_block("", text).body).__class__.__name__ == "Found"


@pytest.mark.parametrize(("plan", "release"), MOMENTS.values(), ids=MOMENTS)
@pytest.mark.parametrize("url", URLS)
def test_all_but_a_plans_items_is_nothing_but_text_in_an_issue(plan: Plan, release: Release, url: str) -> None:
    view = issue_view(plan, release, judge(plan, release), SITE)
    hostile = poisoned(view, HOSTILE, url)
    phases = tuple(replace(phase, tasks=tuple(_plain(task) for task in phase.tasks)) for phase in hostile.phases)
    text = RENDERER.issue_block(replace(hostile, phases=phases, summary=tuple(map(_plain, hostile.summary))))
    own = [TELLING] if url == TELLING else []  # addresses that we build may be those of issues and commits
    assert [part for part in live_parts(text) if part not in own] == []


def _plain(task: TaskView) -> TaskView:
    return replace(task, items=tuple(replace(item, text="An item") for item in task.items))


@pytest.mark.parametrize("sample", NAMED_SAMPLES.values(), ids=NAMED_SAMPLES)
def test_a_long_value_does_not_make_a_message_too_long(sample: Message) -> None:
    assert length(RENDERER.message(poisoned(sample, LONG, TELLING))) <= MESSAGE_LIMIT < BODY_LIMIT


@pytest.mark.parametrize("moment", ["early", "mid", "failed", "said", "refused"])
def test_ten_thousand_reasons_do_not_make_a_text_too_long(moment: str) -> None:
    plan, release = MOMENTS[moment]
    verdict = judge(plan, release)
    view = gate_view(plan, release, verdict, SITE)
    many = replace(view.overview, reasons=view.overview.reasons * 3000)
    status = replace(status_view(plan, release, verdict, SITE), overview=many)
    summary = RENDERER.gate_check(replace(view, overview=many)).summary
    assert length(summary) <= SUMMARY_LIMIT
    assert summary.endswith("\n…")
    assert length(RENDERER.status_comment(status)) <= MESSAGE_LIMIT
