"""The page shows what stands on the simulated GitHub, takes posts from its own visitor, and from nobody else."""

import re

import httpx
import pytest

from app.sim.clock import SimClock
from app.sim.stage import REPO, Stage
from app.sim.stage.forms import MOST_BYTES
from tests.sim.stage.conftest import Visitor

pytestmark = pytest.mark.anyio


async def test_the_page_says_what_it_is_and_brings_all_that_it_needs(http: httpx.AsyncClient) -> None:
    page = await http.get("/")
    assert page.status_code == 200
    assert "The real service on a simulated GitHub" in page.text
    assert "The release has not begun yet" in page.text
    needed = re.findall(r'<(?:script|link|img)[^>]*(?:src|href)="([^"]+)"', page.text)
    assert [one for one in needed if not one.startswith(("/stage.", "data:image/svg+xml,"))] == []
    for name in ("/stage.css", "/stage.js"):
        assert (await http.get(name)).status_code == 200


async def test_nothing_but_its_own_files_may_run_on_the_page(stage: Stage, http: httpx.AsyncClient) -> None:
    stage.github.open_issue(REPO, "Release 1.0.0", "- [ ] open", by="release-manager")
    stage.github.open_issue(REPO, "A bug", by="developer", labels=["P0"])
    page = await http.get("/")
    assert page.headers["content-security-policy"].startswith(
        "default-src 'none'; script-src 'self'; style-src 'self';"
    )
    assert "unsafe" not in page.headers["content-security-policy"]
    assert page.headers["x-content-type-options"] == "nosniff"
    assert re.findall(r"<style|\sstyle=|\son[a-z]+=|<script(?! src)", page.text) == []


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:8787", "[::1]", ""])
@pytest.mark.parametrize("path", ["/", "/live", "/api/v3/app"])
async def test_a_strangers_name_for_this_machine_is_turned_away(http: httpx.AsyncClient, host: str, path: str) -> None:
    assert (await http.get(path, headers={"Host": host})).status_code == 400


@pytest.mark.parametrize("host", ["127.0.0.1:8787", "localhost:8787", "LOCALHOST"])
async def test_this_machine_is_served_by_its_usual_names(http: httpx.AsyncClient, host: str) -> None:
    assert (await http.get("/live", headers={"Host": host})).status_code == 200


async def test_the_rest_api_stands_below_its_own_path(http: httpx.AsyncClient) -> None:
    assert (await http.get("/api/v3/app")).json()["message"] == "Requires authentication"


async def test_what_is_new_is_sent_and_what_is_not_is_not(stage: Stage, http: httpx.AsyncClient) -> None:
    first = await http.get("/live")
    again = await http.get("/live", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    stage.github.open_issue(REPO, "Release 1.0.0 <b>", "- [x] done\n- [ ] open", by="release-manager")
    moved = await http.get("/live", headers={"If-None-Match": first.headers["etag"]})
    assert moved.status_code == 200
    assert "Release 1.0.0 &lt;b&gt; <span>#1</span>" in moved.text
    assert "1 of 2 boxes ticked" in moved.text


async def test_a_visitor_chooses_among_all_the_people_with_their_roles(http: httpx.AsyncClient) -> None:
    options = re.findall(r'<option value="[\w-]+"[^>]*>([^<]+)</option>', (await http.get("/?who=qa-lead")).text)
    assert options == [
        "release-manager · Release Manager · maintain",
        "developer · write",
        "devops · DevOps Team Lead · write",
        "tech-lead · Tech Lead · maintain",
        "security-lead · Security Lead · write",
        "product-manager · Product Manager · triage",
        "reader · read",
        "owner · admin",
        "qa-lead · QA Team Lead · write",
        "core-developer · Core Platform Team · write",
        "performance-lead · Performance Team Lead · write",
        "support-lead · Support Lead · triage",
        "writer · Technical Writer · triage",
        "outsider · nobody",
    ]


@pytest.mark.parametrize(("asked", "chosen"), [("reader", "reader"), ("nobody", "release-manager")])
async def test_whom_the_visitor_acts_as_stays_chosen(http: httpx.AsyncClient, asked: str, chosen: str) -> None:
    page = (await http.get("/", params={"who": asked})).text
    assert re.findall(r'<option value="([\w-]+)" selected>', page) == [chosen]


async def test_a_visitor_speaks_as_one_of_the_people(stage: Stage, http: httpx.AsyncClient, visitor: Visitor) -> None:
    stage.github.open_issue(REPO, "Release 1.0.0", by="release-manager")
    said = {"token": await visitor.token(), "who": "reader", "text": "/release why & how"}
    assert (await http.post("/do/say", data=said, headers={"X-Live": "1"})).status_code == 204
    back = await http.post("/do/say", data={**said, "text": "without a script"})
    assert (back.status_code, back.headers["location"]) == (303, "/?who=reader")
    comments = stage.github.issue(REPO, 1).comments
    assert [(one.user.login, one.body) for one in comments] == [
        ("reader", "/release why & how"),
        ("reader", "without a script"),
    ]
    assert "/release why &amp; how</code></a> by reader: <b>sent</b>" in (await http.get("/live")).text


@pytest.mark.parametrize(
    ("act", "change", "status", "words"),
    [
        ("say", {"token": "guessed"}, 403, "reload it"),
        ("say", {"token": "ümläut"}, 403, "reload it"),
        ("say", {"token": ""}, 403, "reload it"),
        ("say", {"who": "ghost"}, 422, "nobody of that name"),
        ("say", {"text": " \n "}, 422, "Write something"),
        ("say", {"text": "x" * 65_537}, 422, "65,536 characters at most"),
        ("say", {"text": "x" * MOST_BYTES}, 413, "longer than any comment"),
        ("say", {f"field{number}": "x" for number in range(30)}, 422, "no form of this page"),
        ("click", {"box": "i:9.9"}, 409, "not there any more"),
        ("click", {"token": "guessed", "box": "i:1.1"}, 403, "reload it"),
        ("label", {"issue": "1", "label": "whatever"}, 422, "one of the labels"),
        ("label", {"issue": "one", "label": "P0"}, 422, "Choose an issue"),
        ("label", {"issue": "99", "label": "P0"}, 422, "no issue #99"),
        ("label", {"issue": "9" * 5000, "label": "P0"}, 422, "Choose an issue"),
        ("label", {"who": "reader", "issue": "1", "label": "P0"}, 403, "triage and above put labels on, and reader"),
        ("unlabel", {"issue": "1", "label": "P0"}, 409, "#1 does not have the label P0."),
        ("unlabel", {"who": "outsider", "issue": "1", "label": "P0"}, 403, "outsider has no role here"),
        ("bug", {"bug": "P7"}, 422, "P0 or P1"),
        ("bug", {"who": "reader", "bug": "P0"}, 403, "reader has read"),
        ("close", {"close": ""}, 422, "Choose an issue"),
        ("close", {"who": "reader", "close": "1"}, 403, "close and open the issues of others"),
        ("push", {"who": "product-manager"}, 403, "write and above push to main, and product-manager has triage"),
        ("push-plan", {"who": "reader"}, 403, "reader has read"),
        ("fly", {}, 404, "no such thing"),
    ],
)
async def test_what_cannot_be_done_is_refused_in_words_and_is_not_done(
    stage: Stage, visitor: Visitor, act: str, change: dict[str, str], status: int, words: str
) -> None:
    stage.github.open_issue(REPO, "Release 1.0.0", "- [ ] Built <!-- i:1.1 -->", by="release-manager")
    head = stage.github.head(REPO)
    stage.github.take()
    answer = await visitor.do(act, **{"who": "developer", "text": "Hello", **change})
    assert answer.status_code == status
    assert words in answer.text
    assert "<" not in answer.text
    assert (stage.github.outbox, stage.github.head(REPO)) == ([], head)


@pytest.mark.parametrize("act", ["say", "click", "bug"])
async def test_before_the_issue_is_open_there_is_nothing_to_act_on(visitor: Visitor, act: str) -> None:
    answer = await visitor.do(act, "developer", text="Hello", box="i:1.1", bug="P0")
    assert (answer.status_code, answer.text) == (409, "The issue is not open yet: wait a moment.")


async def test_ci_is_shown_with_its_states(stage: Stage, clock: SimClock, visitor: Visitor) -> None:
    sha = stage.github.head(REPO)
    inputs = {"task": "notarize", "version": "1.0.0"}
    run = stage.github.dispatch(REPO, "release.yml", "main", inputs, by="devops")
    stage.github.check(REPO, sha, "coverage", app="codecov", conclusion="success")
    stage.github.status(REPO, sha, "support/ready", "pending", by="developer")
    assert "running" not in await visitor.words()
    clock.advance(0.7)
    assert "Release 1.0.0: notarize running" in await visitor.words()
    stage.github.finish(REPO, run.id, "notarize (arm)", "failure")
    text = await visitor.words()
    assert "notarize (intel) running notarize (arm) failed" in text
    assert "coverage · codecov passed" in text
    assert "support/ready · developer pending" in text
    assert "No gate yet" in text


async def test_many_runs_are_folded_but_for_the_latest(stage: Stage, http: httpx.AsyncClient) -> None:
    for _ in range(6):
        stage.github.dispatch(REPO, "release.yml", "main", {"task": "sign", "version": "1.0.0"}, by="devops")
    text = (await http.get("/live")).text
    shown, _, folded = text.partition('<details id="older-runs">')
    assert (shown.count('id="run-'), folded.count('id="run-')) == (4, 2)
    assert "<summary>2 older</summary>" in folded


async def test_trouble_of_the_demo_itself_is_shown(stage: Stage, http: httpx.AsyncClient) -> None:
    stage.telling.trouble("The service answered 500 to the webhook “ping”.")
    answer = await http.get("/api/v3/repos/white-room/daw/no-such-thing")
    assert answer.status_code == 501
    text = (await http.get("/live")).text
    assert 'role="alert">The service answered 500' in text
    assert "The service asked for GET /repos/white-room/daw/no-such-thing, which the simulated GitHub lacks." in text
