"""The client: what goes along with every call, and what becomes of every kind of answer."""

import asyncio
from datetime import timedelta

import httpx
import pytest

from app.adapters.github.client import Caller
from app.adapters.github.throttles import Budget
from app.ports import Missing, Rejected, Throttled, TurnLost, Unclear
from tests.adapters.github.scripted import AT_REPO, OTHER, REPO, Reply, Scripted, issue

pytestmark = pytest.mark.anyio

ISSUE = issue()
OK = Reply(200, ISSUE)
MADE = Reply(201, {"id": 5, "html_url": "https://github.com/octo-org/app/issues/1#issuecomment-5"})


class Known:
    """Credentials that are simply there."""

    async def header(self) -> str:
        return "Bearer known"

    async def renewed(self, refused: str) -> str | None:
        del refused


def caller(hub: Scripted) -> Caller:
    return Caller(hub.line(), Budget(7, "rest"), Known())


async def test_every_call_says_which_api_version_and_who_we_are(hub: Scripted) -> None:
    hub.then(OK, MADE)
    github = hub.github()
    await github.issue(REPO, 1)
    await github.comment(REPO, 1, "hello")
    for asked in hub.asked:  # the token's too
        assert asked.headers["x-github-api-version"] == "2026-03-10"
        assert asked.headers["user-agent"] == "gonogo"
        assert asked.headers["authorization"].startswith("Bearer ")


async def test_an_enterprise_server_is_asked_under_its_own_address(hub: Scripted) -> None:
    hub.then(OK)
    await hub.github(api_url="https://github.example.com/api/v3/").issue(REPO, 1)
    assert [asked.url for asked in hub.asked] == [
        "https://github.example.com/api/v3/app/installations/7/access_tokens",
        f"https://github.example.com/api/v3{AT_REPO}/issues/1",
    ]


@pytest.mark.parametrize(
    ("reply", "seconds"),
    [
        (Reply(429, headers={"retry-after": "30"}), 30),
        (Reply(403, {"message": "Forbidden"}, headers={"retry-after": "30"}), 30),
        (Reply(403, {"message": "x"}, headers={"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1773144090"}), 91),
        (Reply(429, headers={"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1"}), 1),
        (Reply(429), 60),
        (Reply(429, headers={"retry-after": "soon"}), 60),
        (Reply(429, headers={"retry-after": "9999999999"}), 65 * 60),
        (Reply(403, {"message": "You have exceeded a secondary rate limit."}), 60),
        (Reply(403, {"message": "API rate limit exceeded for installation ID 7."}), 60),
    ],
)
async def test_a_rate_limit_says_when_to_come_back(hub: Scripted, reply: Reply, seconds: int) -> None:
    hub.then(reply)
    with pytest.raises(Throttled) as told:
        await hub.github().issue(REPO, 1)
    assert told.value.retry_at == hub.clock.now() + timedelta(seconds=seconds)


async def test_a_throttled_installation_is_not_asked_again_before_its_time_and_others_are(hub: Scripted) -> None:
    hub.then(Reply(429, headers={"retry-after": "30"}), OK, OK)
    github = hub.github()
    with pytest.raises(Throttled):
        await github.issue(REPO, 1)
    with pytest.raises(Throttled) as told:
        await github.comment(REPO, 1, "hello")
    assert told.value.retry_at == hub.clock.now() + timedelta(seconds=30)
    assert len(hub.calls) == 1
    await github.issue(OTHER, 1)
    await hub.clock.wind(30)
    await github.issue(REPO, 1)
    assert len(hub.calls) == 3


async def test_limits_in_a_row_that_name_no_time_are_waited_for_longer_each_time(hub: Scripted) -> None:
    github = hub.github()
    waits: list[float] = []
    for reply in (Reply(429), Reply(429), OK, Reply(429), *[Reply(429)] * 3, OK):  # a read in between is no end of it
        hub.then(reply)
        try:
            await github.issue(REPO, 1)
        except Throttled as told:
            waits.append((told.retry_at - hub.clock.now()).total_seconds())
            await hub.clock.wind(waits[-1])
    assert waits == [60, 120, 240, 480, 960, 960]
    await hub.clock.wind(60)
    hub.then(Reply(429))
    with pytest.raises(Throttled) as told_later:
        await github.issue(REPO, 1)
    assert told_later.value.retry_at == hub.clock.now() + timedelta(seconds=60)


async def test_a_plain_403_is_a_no(hub: Scripted) -> None:
    hub.then(Reply(403, {"message": "Resource not accessible by integration"}))
    with pytest.raises(Rejected, match="403 Resource not accessible by integration"):
        await hub.github().issue(REPO, 1)


@pytest.mark.parametrize("status", [404, 410])
async def test_what_is_not_there_is_missing(hub: Scripted, status: int) -> None:
    hub.then(Reply(status, {"message": "Not Found"}))
    with pytest.raises(Missing) as told:
        await hub.github().issue(REPO, 1)
    assert told.value.status == status


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"message": "Validation Failed", "errors": [{"message": "body is too long"}, {"message": "more"}]},
         "Validation Failed: body is too long"),
        ({"message": "Validation Failed", "errors": ["No ref found"]}, "Validation Failed: No ref found"),
        ({"message": "Validation Failed", "errors": "Bad"}, "Validation Failed: Bad"),
        ({"message": "Validation Failed", "errors": [{"resource": "Release", "field": "tag_name", "code": "invalid"}]},
         "Validation Failed: Release tag_name invalid"),
        ({"message": "two\nlines\u202e\x00", "errors": []}, "two lines"),
        ({"message": 7, "errors": 7}, "Unprocessable Entity"),
        (["x"], "Unprocessable Entity"),
        ({"message": "", "errors": [{"code": 7}]}, "Unprocessable Entity"),
        ({"message": "x" * 5000}, "x" * 299 + "…"),
    ],
)  # fmt: skip
async def test_a_refusal_carries_githubs_own_words_bounded(hub: Scripted, data: object, message: str) -> None:
    hub.then(Reply(422, data))
    with pytest.raises(Rejected) as told:
        await hub.github().comment(REPO, 1, "hello")
    assert (told.value.status, told.value.message) == (422, message)


async def test_a_status_nobody_knows_is_a_no_all_the_same(hub: Scripted) -> None:
    hub.then(Reply(499))
    with pytest.raises(Rejected, match="499 an unknown answer"):
        await hub.github().issue(REPO, 1)


async def test_a_refusal_in_html_is_told_by_its_status(hub: Scripted) -> None:
    hub.then(Reply(400, raw=b"<html>Whoa there!</html>", headers={"content-type": "text/html"}))
    with pytest.raises(Rejected, match="400 Bad Request"):
        await hub.github().issue(REPO, 1)


LOST = [
    Reply(500, {"message": "oops"}),
    Reply(502, raw=b"<html>", headers={"content-type": "text/html"}),
    Reply(503),
    Reply(408),
    Reply(lost=httpx.ReadTimeout("slow")),
    Reply(lost=httpx.RemoteProtocolError("cut")),
    Reply(lost=ConnectionResetError()),
]


@pytest.mark.parametrize("reply", LOST)
async def test_a_write_without_an_answer_is_unclear_and_never_sent_again(hub: Scripted, reply: Reply) -> None:
    hub.then(reply)
    with pytest.raises(Unclear):
        await hub.github().comment(REPO, 1, "hello")
    assert len(hub.calls) == 1


@pytest.mark.parametrize("reply", LOST)
async def test_a_read_without_an_answer_is_tried_again(hub: Scripted, reply: Reply) -> None:
    hub.then(reply, reply, OK)
    assert (await hub.github().issue(REPO, 1)).body == "text"


async def test_a_read_that_gets_no_answer_three_times_is_unclear(hub: Scripted) -> None:
    hub.then(*[Reply(502)] * 3)
    with pytest.raises(Unclear, match=r"GET /repos/octo-org/app/issues/1: 502"):
        await hub.github().issue(REPO, 1)
    assert len(hub.calls) == 3


@pytest.mark.parametrize(
    "reply",
    [
        Reply(200, raw=b"\xff\xfe binary", headers={"content-type": "application/zip"}),
        Reply(200, raw=b'{"cut'),
        Reply(200, raw=b"[" * 100_000),
        Reply(200, raw=b"{}", headers={"content-type": "application/json; charset=made-up"}),
        Reply(200, raw=b"<html>", headers={"content-type": "text/html"}),
        Reply(200, {**ISSUE, "number": "one"}),
        Reply(200, ["unexpected"]),
    ],
)
async def test_an_answer_that_makes_no_sense_is_unclear(hub: Scripted, reply: Reply) -> None:
    hub.then(reply)
    with pytest.raises(Unclear):
        await hub.github().issue(REPO, 1)


async def test_an_error_about_an_answer_does_not_quote_it(hub: Scripted) -> None:
    hub.then(Reply(200, {**ISSUE, "number": "secret-words"}))
    with pytest.raises(Unclear) as told:
        await hub.github().issue(REPO, 1)
    assert "secret-words" not in repr(told.value)
    assert told.value.__cause__ is None


async def test_figures_that_are_none_do_no_harm(hub: Scripted) -> None:
    hub.then(
        Reply(200, ISSUE, headers={"x-ratelimit-limit": "a", "x-ratelimit-remaining": "", "x-ratelimit-reset": "é"})
    )
    assert (await hub.github().issue(REPO, 1)).body == "text"


async def test_what_is_left_of_the_hour_is_told(hub: Scripted) -> None:
    figures = {"x-ratelimit-limit": "5000", "x-ratelimit-remaining": "4321", "x-ratelimit-reset": "1773147600"}
    hub.then(Reply(200, ISSUE, headers=figures))
    github = hub.github()
    assert github.remaining() == {}
    await github.issue(REPO, 1)
    assert github.remaining() == {7: 4321}
    hub.clock.advance(1773147600 - hub.clock.now().timestamp())
    assert github.remaining() == {}  # that hour is over


# -- reading again ------------------------------------------------------------------------------------------


async def test_a_second_read_asks_by_etag_and_takes_what_was_kept(hub: Scripted) -> None:
    hub.then(Reply(200, ISSUE, headers={"etag": 'W/"1"'}), Reply(304))
    github = hub.github()
    assert await github.issue(REPO, 1) == await github.issue(REPO, 1)
    assert [asked.headers.get("if-none-match") for asked in hub.calls] == [None, 'W/"1"']


async def test_a_changed_answer_replaces_the_one_that_was_kept(hub: Scripted) -> None:
    hub.then(
        Reply(200, ISSUE, headers={"etag": '"1"'}),
        Reply(200, {**ISSUE, "body": "new"}, headers={"etag": '"2"'}),
        Reply(304),
    )
    github = hub.github()
    assert [(await github.issue(REPO, 1)).body for _ in range(3)] == ["text", "new", "new"]
    assert hub.calls[-1].headers["if-none-match"] == '"2"'


async def test_installations_never_see_what_was_kept_for_another(hub: Scripted) -> None:
    hub.then(Reply(200, ISSUE, headers={"etag": '"1"'}), OK)
    github = hub.github()
    await github.issue(REPO, 1)
    same_address = type(REPO)(id=1, owner="octo-org", name="app", installation=9, default_branch="main")
    await github.issue(same_address, 1)
    assert "if-none-match" not in hub.calls[1].headers


# -- redirects and downloads --------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_a_renamed_repository_is_followed_on_the_same_server(hub: Scripted, status: int) -> None:
    hub.then(Reply(status, headers={"location": "https://api.github.com/repositories/1/issues/1/comments"}), MADE)
    assert (await hub.github().comment(REPO, 1, "hello")).id == 5
    assert hub.calls[1].path == "/repositories/1/issues/1/comments"
    assert (hub.calls[1].method, hub.calls[1].data) == ("POST", {"body": "hello"})


@pytest.mark.parametrize(
    "location", ["https://evil.example/", "https://api.github.com.evil.example/x", "//evil.example"]
)
async def test_credentials_never_leave_for_another_server(hub: Scripted, location: str) -> None:
    hub.then(Reply(302, headers={"location": location}))
    with pytest.raises(Rejected):
        await hub.github().issue(REPO, 1)
    assert len(hub.calls) == 1


async def test_redirects_that_go_round_end(hub: Scripted) -> None:
    hub.then(*[Reply(302, headers={"location": f"{AT_REPO}/issues/1"})] * 9)
    with pytest.raises(Rejected, match="redirected too often"):
        await hub.github().issue(REPO, 1)


@pytest.mark.parametrize(
    "url", ["https://evil.example/x", "https://api.github.com.evil.example/x", "https://api.github.comx/"]
)
async def test_an_address_from_a_payload_cannot_fetch_our_credentials(hub: Scripted, url: str) -> None:
    for ask in (caller(hub).getitem, caller(hub).getpage):
        with pytest.raises(Rejected):
            await ask(url)
    with pytest.raises(Rejected):
        await caller(hub).download(url, 10)
    assert hub.asked == []


async def test_a_download_follows_to_other_hosts_without_our_credentials(hub: Scripted) -> None:
    hub.then(Reply(302, headers={"location": "https://storage.example/zip?sig=1"}), Reply(200, raw=b"PK\xff\x00"))
    assert await caller(hub).download(f"{AT_REPO}/actions/artifacts/1/zip", 100) == b"PK\xff\x00"
    first, second = hub.asked
    assert first.headers["authorization"] == "Bearer known"
    assert second.url == "https://storage.example/zip?sig=1"
    assert "authorization" not in second.headers


@pytest.mark.parametrize("status", [403, 404, 410, 429])
async def test_what_the_storage_refuses_is_to_be_asked_for_anew(hub: Scripted, status: int) -> None:
    hub.then(Reply(302, headers={"location": "https://storage.example/zip?sig=1"}), Reply(status, raw=b"expired"))
    with pytest.raises(Unclear, match=f"{status} where GitHub keeps it"):
        await caller(hub).download(f"{AT_REPO}/actions/artifacts/1/zip", 100)


async def test_a_download_of_a_repository_with_another_name_brings_our_credentials(hub: Scripted) -> None:
    moved = "https://api.github.com/repositories/7/actions/artifacts/1/zip"
    hub.then(Reply(301, headers={"location": moved}), Reply(200, raw=b"PK"))
    assert await caller(hub).download(f"{AT_REPO}/actions/artifacts/1/zip", 100) == b"PK"
    assert [(one.url, one.headers["authorization"]) for one in hub.asked[1:]] == [(moved, "Bearer known")]


async def test_a_download_refuses_an_address_that_is_not_https(hub: Scripted) -> None:
    hub.then(Reply(302, headers={"location": "http://storage.example/zip"}))
    with pytest.raises(Rejected, match="not https"):
        await caller(hub).download(f"{AT_REPO}/actions/artifacts/1/zip", 100)
    assert len(hub.asked) == 1


async def test_a_download_is_bounded(hub: Scripted) -> None:
    hub.then(Reply(200, raw=b"x" * 101))
    with pytest.raises(Rejected, match="413"):
        await caller(hub).download(f"{AT_REPO}/actions/artifacts/1/zip", 100)


async def test_an_expired_download_is_missing(hub: Scripted) -> None:
    hub.then(Reply(410, {"message": "Artifact has expired"}))
    with pytest.raises(Missing, match="Artifact has expired"):
        await caller(hub).download(f"{AT_REPO}/actions/artifacts/1/zip", 100)


async def test_a_download_that_is_sent_round_ends(hub: Scripted) -> None:
    hub.then(*[Reply(302, headers={"location": "https://storage.example/again"})] * 9)
    with pytest.raises(Rejected, match="302"):
        await caller(hub).download(f"{AT_REPO}/actions/artifacts/1/zip", 100)
    assert len(hub.asked) == 5


# -- lists --------------------------------------------------------------------------------------------------


async def test_a_list_that_is_not_there_is_missing(hub: Scripted) -> None:
    hub.then(Reply(404, {"message": "Not Found"}))
    with pytest.raises(Missing):
        await hub.github().jobs(REPO, 1)


async def test_a_list_that_cannot_be_read_is_unclear(hub: Scripted) -> None:
    hub.then(Reply(200, raw=b'{"jobs": ['))
    with pytest.raises(Unclear):
        await hub.github().jobs(REPO, 1)


async def test_a_list_is_read_to_its_last_page(hub: Scripted) -> None:
    more = {"link": f'<https://api.github.com{AT_REPO}/actions/runs/1/jobs?page=2>; rel="next"'}
    hub.then(Reply(200, {"jobs": []}, headers=more), Reply(200, {"jobs": []}))
    assert await hub.github().jobs(REPO, 1) == []
    assert [asked.path[-7:] for asked in hub.calls] == ["&page=1", "&page=2"]


async def test_many_calls_at_once_share_one_token(hub: Scripted) -> None:
    hub.then(*[OK] * 20)
    github = hub.github()
    await asyncio.gather(*[github.issue(REPO, 1) for _ in range(20)])
    assert hub.tokens == 1


async def test_d13_who_has_lost_its_turn_may_read_and_sends_nothing_that_changes_anything(hub: Scripted) -> None:
    hub.then(OK)
    late = Caller(hub.line(has_turn=lambda: False), Budget(7, "rest"), Known())
    assert await late.getitem(f"{AT_REPO}/issues/1") == ISSUE
    for write in (late.post, late.patch, late.put):
        with pytest.raises(TurnLost):
            await write(f"{AT_REPO}/issues/1", data={"body": "late"})
    with pytest.raises(TurnLost):
        await late.delete(f"{AT_REPO}/issues/1/labels/x")
    assert [asked.method for asked in hub.asked] == ["GET"]
