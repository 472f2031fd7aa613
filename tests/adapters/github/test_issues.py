"""Issues and pull requests: what is written to them goes out as it is, what is read of them comes back whole."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from app.adapters.github.operations import RestGitHub
from app.domain.release.model import LabelledIssue
from app.ports import IssueText, Missing, Posted, Rejected, Throttled, Unclear
from tests.adapters.github.scripted import APP_ID, AT_REPO, MISSING, REPO, URL, Reply, Scripted, issue
from tests.clock import NOON

pytestmark = pytest.mark.anyio

DENIED = Reply(403, {"message": "Resource not accessible by integration"})
NEXT = {"link": f'<https://api.github.com{AT_REPO}/x?page=2>; rel="next"'}

Ask = Callable[[RestGitHub], Awaitable[object]]


def label(name: str) -> dict[str, object]:
    return {"id": 1, "name": name, "color": "d73a4a", "description": None, "default": False}


# -- comments and bodies ------------------------------------------------------------------------------------


def comment(id_: int, body: str, app: int | None = APP_ID) -> dict[str, object]:
    return {"id": id_, "html_url": f"{URL}/{id_}", "body": body, "performed_via_github_app": app and {"id": app}}


def pages(number: int, last: int, *comments: dict[str, object]) -> Reply:
    at = f"https://api.github.com{AT_REPO}/issues/1/comments?per_page=100&page="
    links = [f'<{at}1>; rel="first"']
    if number < last:
        links += [f'<{at}{number + 1}>; rel="next"', f'<{at}{last}>; rel="last"']
    return Reply(200, list(comments), headers={"link": ", ".join(links)} if last > 1 else {})


async def test_reactions_comments_and_bodies_are_written(hub: Scripted) -> None:
    made = Reply(201, {"id": 5, "html_url": f"{URL}/5"})
    hub.then(Reply(200, {"id": 1, "content": "eyes"}), made, Reply(200, {}), Reply(200, issue(body="a\r\nb")))
    github = hub.github()
    await github.react(REPO, 5, "eyes")
    assert await github.comment(REPO, 1, "hello ✓") == Posted(id=5, url=f"{URL}/5")
    await github.edit_comment(REPO, 5, "hello again")
    assert (await github.write_issue_body(REPO, 1, "a\r\nb")).body == "a\r\nb"
    assert hub.told == [
        ("POST", "/issues/comments/5/reactions"),
        ("POST", "/issues/1/comments"),
        ("PATCH", "/issues/comments/5"),
        ("PATCH", "/issues/1"),
    ]
    assert [one.data for one in hub.calls] == [
        {"content": "eyes"},
        {"body": "hello ✓"},
        {"body": "hello again"},
        {"body": "a\r\nb"},
    ]


async def test_an_issue_is_read_with_its_labels_and_when_it_was_changed(hub: Scripted) -> None:
    hub.then(Reply(200, issue(body="one\r\ntwo", labels=[label("release"), "go/no-go"])))
    assert await hub.github().issue(REPO, 1) == IssueText(
        body="one\r\ntwo", labels=("release", "go/no-go"), updated_at=NOON
    )
    assert hub.told == [("GET", "/issues/1")]


async def test_an_issue_without_a_body_has_an_empty_one(hub: Scripted) -> None:
    hub.then(Reply(200, issue(body=None)), Reply(200, issue(body=None)))
    github = hub.github()
    assert (await github.issue(REPO, 1)).body == ""
    assert (await github.write_issue_body(REPO, 1, "")).body == ""


async def test_a_body_that_was_written_comes_back_as_github_has_it_now(hub: Scripted) -> None:
    later = NOON + timedelta(seconds=7)
    hub.then(Reply(200, issue(body="somebody else's", labels=[label("release")], at=later)))
    assert await hub.github().write_issue_body(REPO, 1, "ours") == IssueText(
        body="somebody else's", labels=("release",), updated_at=later
    )


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (MISSING, Missing),
        (Reply(410, {"message": "This issue was deleted"}), Missing),
        (DENIED, Rejected),
        (Reply(422, {"message": "Validation Failed", "errors": [{"message": "body is too long"}]}), Rejected),
        (Reply(429), Throttled),
        (Reply(502), Unclear),
        (Reply(200, {"number": 1, "title": "Release 1.0.0", "body": "text"}), Unclear),
        (Reply(200, issue(labels=[{"id": 1}])), Unclear),
        (Reply(200, issue(updated_at="yesterday")), Unclear),
        (Reply(200, issue(updated_at="2026-03-10T12:00:00")), Unclear),
    ],
)
async def test_a_body_of_which_nobody_knows_how_it_stands_raises(
    hub: Scripted, reply: Reply, error: type[Exception]
) -> None:
    hub.then(reply)
    with pytest.raises(error):
        await hub.github().write_issue_body(REPO, 1, "ours")
    assert len(hub.calls) == 1


async def test_our_newest_comment_with_the_text_is_found_in_one_call(hub: Scripted) -> None:
    hub.then(pages(1, 1, comment(1, "key"), comment(2, "key"), comment(3, "key", app=1), comment(4, "key", app=None)))
    assert await hub.github().find_comment(REPO, 1, "key") == Posted(id=2, url=f"{URL}/2")
    assert len(hub.calls) == 1


async def test_long_issues_are_searched_from_the_end(hub: Scripted) -> None:
    hub.then(pages(1, 4, comment(1, "key")), pages(4, 4, comment(9, "other")), pages(3, 4, comment(7, "key")))
    assert await hub.github().find_comment(REPO, 1, "key") == Posted(id=7, url=f"{URL}/7")
    assert [path[-7:] for _, path in hub.told] == ["&page=1", "&page=4", "&page=3"]


async def test_the_first_page_is_not_read_twice(hub: Scripted) -> None:
    hub.then(pages(1, 2, comment(1, "key")), pages(2, 2))
    found = await hub.github().find_comment(REPO, 1, "key")
    assert (found, len(hub.calls)) == (Posted(id=1, url=f"{URL}/1"), 2)


async def test_the_search_for_a_comment_ends(hub: Scripted) -> None:
    hub.then(pages(1, 500), *[pages(500, 500)] * 50)
    assert await hub.github().find_comment(REPO, 1, "key") is None
    assert len(hub.calls) == 11


# -- labels -------------------------------------------------------------------------------------------------


async def test_a_label_is_put_on_and_taken_off(hub: Scripted) -> None:
    hub.then(Reply(200, [label("release: go/no-go?")]), Reply(200, []))
    github = hub.github()
    await github.add_label(REPO, 12, "release: go/no-go?")
    await github.remove_label(REPO, 12, "release: go/no-go?")
    assert hub.told == [
        ("POST", "/issues/12/labels"),
        ("DELETE", "/issues/12/labels/release%3A%20go%2Fno-go%3F"),
    ]
    assert [one.data for one in hub.calls] == [{"labels": ["release: go/no-go?"]}, None]


@pytest.mark.parametrize(
    "reply",
    [Reply(404, {"message": "Label does not exist"}), MISSING, Reply(410, {"message": "This issue was deleted"})],
)
async def test_a_label_that_is_not_there_is_off(hub: Scripted, reply: Reply) -> None:
    hub.then(reply)
    await hub.github().remove_label(REPO, 12, "release")
    assert len(hub.calls) == 1


@pytest.mark.parametrize("name", ["", ".", ".."])
async def test_a_label_cannot_lead_to_another_address(hub: Scripted, name: str) -> None:
    with pytest.raises(Missing):
        await hub.github().remove_label(REPO, 12, name)
    assert hub.asked == []


async def add(github: RestGitHub) -> object:
    return await github.add_label(REPO, 12, "release")


async def remove(github: RestGitHub) -> object:
    return await github.remove_label(REPO, 12, "release")


@pytest.mark.parametrize("ask", [add, remove])
@pytest.mark.parametrize(
    ("reply", "error"), [(DENIED, Rejected), (Reply(429), Throttled), (Reply(502), Unclear), (Reply(422), Rejected)]
)
async def test_a_label_that_cannot_be_changed_says_so_and_is_not_tried_again(
    hub: Scripted, ask: Ask, reply: Reply, error: type[Exception]
) -> None:
    hub.then(reply)
    with pytest.raises(error):
        await ask(hub.github())
    assert len(hub.calls) == 1


async def test_a_label_cannot_be_put_on_an_issue_that_is_gone(hub: Scripted) -> None:
    hub.then(MISSING)
    with pytest.raises(Missing):
        await add(hub.github())


async def test_labels_leave_room_for_answers_to_people(hub: Scripted) -> None:
    hub.then(*[Reply(200, [])] * 15)
    github = hub.github()
    for _ in range(15):
        await add(github)
    for ask in (add, remove):
        with pytest.raises(Throttled):
            await ask(github)
    hub.then(Reply(201, {"id": 5, "html_url": None}))
    await github.comment(REPO, 12, "hello")
    assert len(hub.calls) == 16


# -- issues by label ----------------------------------------------------------------------------------------


async def test_issues_are_listed_for_each_label_and_told_once(hub: Scripted) -> None:
    later = NOON + timedelta(seconds=7)
    pull = {"url": "x", "html_url": "x", "diff_url": "x", "patch_url": "x"}
    both = issue(3, labels=[label("blocker"), label("Security/High")])
    hub.then(
        Reply(200, [both, issue(2, labels=[label("Blocker"), "docs"])], headers=NEXT),
        Reply(200, [issue(1, labels=[label("blocker")], pull_request=pull)]),
        Reply(200, [{**both, "title": "Renamed", "updated_at": "2026-03-10T12:00:07Z"}]),
    )
    found = await hub.github().issues_labelled(REPO, ["blocker", "security/high", "blocker"])
    assert hub.told == [
        ("GET", "/issues?state=open&labels=blocker&per_page=100&page=1"),
        ("GET", "/issues?state=open&labels=blocker&per_page=100&page=2"),
        ("GET", "/issues?state=open&labels=security%2Fhigh&per_page=100&page=1"),
    ]
    assert {one.number: (one.title, one.labels, one.is_pull, one.updated_at) for one in found} == {
        3: ("Renamed", ("blocker", "Security/High"), False, later),
        2: ("Release 1.0.0", ("Blocker", "docs"), False, NOON),
        1: ("Release 1.0.0", ("blocker",), True, NOON),
    }
    assert len(found) == 3
    assert found[-1] == LabelledIssue(
        number=1,
        title="Release 1.0.0",
        labels=("blocker",),
        url=f"{URL}/issues/1",
        is_pull=True,
        is_open=True,
        updated_at=NOON,
    )


async def test_of_two_readings_of_an_issue_the_newer_counts(hub: Scripted) -> None:
    labels = [label("a"), label("b")]
    hub.then(
        Reply(200, [issue(title="newer", labels=labels, at=NOON + timedelta(seconds=1))]),
        Reply(200, [issue(title="older", labels=labels)]),
    )
    assert [one.title for one in await hub.github().issues_labelled(REPO, ["a", "b"])] == ["newer"]


async def test_no_labels_are_no_question(hub: Scripted) -> None:
    assert await hub.github().issues_labelled(REPO, []) == []
    assert hub.asked == []


async def test_a_label_with_a_comma_is_looked_for_among_all_open_issues(hub: Scripted) -> None:
    hub.then(Reply(200, [issue(3, labels=[label("red")]), issue(2, labels=[label("Red, hot")]), issue(1)]))
    assert [one.number for one in await hub.github().issues_labelled(REPO, ["red, hot"])] == [2]
    assert hub.told == [("GET", "/issues?state=open&per_page=100&page=1")]


async def test_the_search_for_labelled_issues_ends(hub: Scripted) -> None:
    hub.then(*[Reply(200, [issue(labels=["a"])], headers=NEXT)] * 50)
    assert len(await hub.github().issues_labelled(REPO, ["a"])) == 1
    assert len(hub.calls) == 10


# -- files of a pull request --------------------------------------------------------------------------------


def changed(name: str, **more: object) -> dict[str, object]:
    return {"sha": None, "filename": name, "status": "modified", "additions": 1, "deletions": 0, "changes": 1, **more}


async def test_the_files_of_a_pull_request_are_told_with_their_former_names(hub: Scripted) -> None:
    hub.then(
        Reply(200, [changed("a.md"), changed("new.md", status="renamed", previous_filename="old.md")], headers=NEXT),
        Reply(200, [changed("old.md", status="renamed", previous_filename="new.md")]),
    )
    assert await hub.github().pull_files(REPO, 12) == ["a.md", "new.md", "old.md"]
    assert hub.told == [
        ("GET", "/pulls/12/files?&per_page=100&page=1"),
        ("GET", "/pulls/12/files?&per_page=100&page=2"),
    ]


async def test_the_files_of_a_pull_request_are_read_up_to_a_thousand(hub: Scripted) -> None:
    hub.then(*[Reply(200, [changed("a.md")], headers=NEXT)] * 50)
    assert await hub.github().pull_files(REPO, 12) == ["a.md"]
    assert len(hub.calls) == 10


# -- lists that cannot be read ------------------------------------------------------------------------------


async def by_label(github: RestGitHub) -> object:
    return await github.issues_labelled(REPO, ["a"])


async def files(github: RestGitHub) -> object:
    return await github.pull_files(REPO, 12)


@pytest.mark.parametrize("ask", [by_label, files])
@pytest.mark.parametrize(
    ("replies", "error"),
    [
        ([MISSING], Missing),
        ([DENIED], Rejected),
        ([Reply(422, {"message": "Sorry, this diff is taking too long to generate."})], Rejected),
        ([Reply(500)] * 3, Unclear),
        ([Reply(200, {})], Unclear),
        ([Reply(200, ["a"])], Unclear),
        ([Reply(200, [], headers=NEXT), Reply(200, raw=b"[")], Unclear),
        ([Reply(200, [], headers=NEXT), Reply(429)], Throttled),
    ],
)
async def test_a_list_that_cannot_be_read_to_its_end_is_none(
    hub: Scripted, ask: Ask, replies: list[Reply], error: type[Exception]
) -> None:
    hub.then(*replies)
    with pytest.raises(error):
        await ask(hub.github())
    assert len(hub.calls) == len(replies)
