"""The page shows what stands on the simulated GitHub, takes comments from its own visitor, and from nobody else."""

import re

import httpx
import pytest

from app.sim.clock import SimClock
from app.sim.stage import REPO, Stage
from app.sim.stage.page import MOST_BYTES

pytestmark = pytest.mark.anyio


async def token_of(visitor: httpx.AsyncClient) -> str:
    found = re.search(r'name="token" value="([\w-]{32})"', (await visitor.get("/")).text)
    assert found
    return found[1]


async def words_of(visitor: httpx.AsyncClient) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", (await visitor.get("/live")).text))


async def test_the_page_says_what_it_is_and_brings_all_that_it_needs(visitor: httpx.AsyncClient) -> None:
    page = await visitor.get("/")
    assert page.status_code == 200
    assert "The real service on a simulated GitHub" in page.text
    assert "The release has not begun yet" in page.text
    needed = re.findall(r'<(?:script|link|img)[^>]*(?:src|href)="([^"]+)"', page.text)
    assert [one for one in needed if not one.startswith(("/stage.", "data:image/svg+xml,"))] == []
    for name in ("/stage.css", "/stage.js"):
        assert (await visitor.get(name)).status_code == 200


async def test_nothing_but_its_own_files_may_run_on_the_page(visitor: httpx.AsyncClient) -> None:
    headers = (await visitor.get("/")).headers
    assert headers["content-security-policy"].startswith("default-src 'none'; script-src 'self'; style-src 'self';")
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:8787", "[::1]", ""])
@pytest.mark.parametrize("path", ["/", "/live", "/api/v3/app"])
async def test_a_strangers_name_for_this_machine_is_turned_away(
    visitor: httpx.AsyncClient, host: str, path: str
) -> None:
    assert (await visitor.get(path, headers={"Host": host})).status_code == 400


@pytest.mark.parametrize("host", ["127.0.0.1:8787", "localhost:8787", "LOCALHOST"])
async def test_this_machine_is_served_by_its_usual_names(visitor: httpx.AsyncClient, host: str) -> None:
    assert (await visitor.get("/live", headers={"Host": host})).status_code == 200


async def test_the_rest_api_stands_below_its_own_path(visitor: httpx.AsyncClient) -> None:
    assert (await visitor.get("/api/v3/app")).json()["message"] == "Requires authentication"


async def test_what_is_new_is_sent_and_what_is_not_is_not(stage: Stage, visitor: httpx.AsyncClient) -> None:
    first = await visitor.get("/live")
    again = await visitor.get("/live", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    stage.github.open_issue(REPO, "Release 1.0.0 <b>", "- [x] done\n- [ ] open", by="release-manager")
    moved = await visitor.get("/live", headers={"If-None-Match": first.headers["etag"]})
    assert moved.status_code == 200
    assert "Release 1.0.0 &lt;b&gt; <span>#1</span>" in moved.text
    assert "1 of 2 boxes ticked" in moved.text


async def test_a_visitor_speaks_as_one_of_the_people(stage: Stage, visitor: httpx.AsyncClient) -> None:
    stage.github.open_issue(REPO, "Release 1.0.0", by="release-manager")
    said = {"token": await token_of(visitor), "who": "reader", "text": "/release why & how"}
    assert (await visitor.post("/say", data=said, headers={"X-Live": "1"})).status_code == 204
    back = await visitor.post("/say", data={**said, "text": "without a script"})
    assert (back.status_code, back.headers["location"]) == (303, "/")
    comments = stage.github.issue(REPO, 1).comments
    assert [(one.user.login, one.body) for one in comments] == [
        ("reader", "/release why & how"),
        ("reader", "without a script"),
    ]
    assert "/release why &amp; how</code></a> by reader: <b>sent</b>" in (await visitor.get("/live")).text


@pytest.mark.parametrize(
    ("change", "status", "words"),
    [
        ({"token": "guessed"}, 403, "reload it"),
        ({"token": "ümläut"}, 403, "reload it"),
        ({"who": "owner"}, 422, "nobody of that name"),
        ({"text": " \n "}, 422, "Write something"),
        ({"text": "x" * 65_537}, 422, "65,536 characters at most"),
        ({"text": "x" * MOST_BYTES}, 413, "longer than any comment"),
    ],
    ids=[
        "a wrong token",
        "a token of other letters",
        "somebody else",
        "nothing",
        "too much for GitHub",
        "far too much",
    ],
)
async def test_what_cannot_be_written_is_refused_in_words(
    stage: Stage, visitor: httpx.AsyncClient, change: dict[str, str], status: int, words: str
) -> None:
    stage.github.open_issue(REPO, "Release 1.0.0", by="release-manager")
    said = {"token": await token_of(visitor), "who": "developer", "text": "Hello"}
    answer = await visitor.post("/say", data={**said, **change})
    assert answer.status_code == status
    assert words in answer.text
    assert stage.github.issue(REPO, 1).comments == []


async def test_before_the_issue_is_open_there_is_nothing_to_comment_on(visitor: httpx.AsyncClient) -> None:
    said = {"token": await token_of(visitor), "who": "developer", "text": "Hello"}
    answer = await visitor.post("/say", data=said)
    assert (answer.status_code, answer.text) == (409, "The issue is not open yet: wait a moment.")


async def test_ci_is_shown_with_its_states(stage: Stage, clock: SimClock, visitor: httpx.AsyncClient) -> None:
    sha = stage.github.head(REPO)
    inputs = {"task": "notarize", "version": "1.0.0"}
    run = stage.github.dispatch(REPO, "release.yml", "main", inputs, by="devops")
    stage.github.check(REPO, sha, "coverage", app="codecov", conclusion="success")
    stage.github.status(REPO, sha, "support/ready", "pending", by="developer")
    assert "running" not in (await visitor.get("/live")).text
    clock.advance(0.7)
    assert "Release 1.0.0: notarize running" in await words_of(visitor)
    stage.github.finish(REPO, run.id, "notarize (arm)", "failure")
    text = await words_of(visitor)
    assert "notarize (intel) running notarize (arm) failed" in text
    assert "coverage · codecov passed" in text
    assert "support/ready · developer pending" in text
    assert "No gate yet" in text


async def test_trouble_of_the_demo_itself_is_shown(stage: Stage, visitor: httpx.AsyncClient) -> None:
    stage.telling.trouble("The service answered 500 to the webhook “ping”.")
    answer = await visitor.get("/api/v3/repos/white-room/daw/no-such-thing")
    assert answer.status_code == 501
    text = (await visitor.get("/live")).text
    assert 'role="alert">The service answered 500' in text
    assert "The service asked for GET /repos/white-room/daw/no-such-thing, which the simulated GitHub lacks." in text
