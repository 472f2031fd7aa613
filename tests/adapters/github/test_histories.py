"""Histories by GraphQL: what a tag has not, a hundred commits a call, and every way in which GitHub says no."""

from collections.abc import Iterator
from datetime import UTC, datetime

import httpx
import pytest

from app.adapters.github.answers import Answer
from app.adapters.github.client import Line
from app.adapters.github.graphql import RateLimited, address_of, data_of
from app.adapters.github.operations import RestGitHub
from app.adapters.github.tokens import AppJwt
from app.domain.values import Repo, Sha
from app.ports import GitHubError, Missing, Rejected, Throttled, Unclear
from app.sim import Room, SimClock, SimGitHub, white_room
from tests.contract import ContractChecked

pytestmark = pytest.mark.anyio


class Meeting:
    """The adapter and the simulated GitHub, on a White Room with a tag v0.9.0."""

    def __init__(self, api_url: str = "https://api.github.com") -> None:
        self.clock = SimClock()
        self.sim = SimGitHub(self.clock)
        self.room: Room = white_room(self.sim)
        self.checked = ContractChecked(self.sim.asgi)
        line = Line(transport=httpx.ASGITransport(self.checked), clock=self.clock, api_url=api_url)
        owner, _, name = self.room.repo.full_name.partition("/")
        self.github = RestGitHub(line, AppJwt(self.room.app.id, self.room.private_key, self.clock))
        self.repo = Repo(
            id=self.room.repo.id,
            owner=owner,
            name=name,
            installation=self.room.installation.id,
            default_branch="main",
        )
        self.sim.collaborate(self.room.repo, "octocat", "write")
        self.sim.push_tags(self.room.repo, {"v0.9.0": self.head}, by="release-manager")

    @property
    def head(self) -> Sha:
        return Sha(self.sim.head(self.room.repo))

    def commits(self, count: int) -> None:
        for number in range(count):
            self.sim.preload(self.room.repo, {"log.txt": str(number)}, f"fix: {number}", by="release-manager")

    def asked(self) -> list[int]:
        return [call.status for call in self.sim.calls if call.path == "/graphql"]


@pytest.fixture
def meeting() -> Iterator[Meeting]:
    meeting = Meeting()
    yield meeting
    meeting.checked.assert_clean()
    meeting.sim.assert_no_unknown_calls()


@pytest.mark.parametrize(("commits", "calls"), [(1, 1), (100, 1), (101, 2), (250, 3)])
async def test_a_hundred_commits_take_one_call(meeting: Meeting, commits: int, calls: int) -> None:
    meeting.commits(commits)

    found = await meeting.github.history(meeting.repo, "v0.9.0", meeting.head)

    assert found is not None
    assert [commit.message for commit in found.history.commits] == [f"fix: {number}" for number in range(commits)]
    assert len(meeting.asked()) == calls
    assert not found.history.is_cut


async def test_the_repositorys_own_files_come_with_the_first_page(meeting: Meeting) -> None:
    files = {".github/release.yml": "changelog: {}", ".github/release-notes.md.j2": "hello"}
    meeting.sim.preload(meeting.room.repo, files, "chore: notes", by="release-manager")

    found = await meeting.github.history(meeting.repo, "v0.9.0", meeting.head)

    assert found is not None
    assert (found.rules, found.template) == ("changelog: {}", "hello")


async def test_nothing_new_and_no_such_tag_are_no_history(meeting: Meeting) -> None:
    assert await meeting.github.history(meeting.repo, "v0.9.0", meeting.head) is None
    assert await meeting.github.history(meeting.repo, "v7.7.7", meeting.head) is None


async def test_without_a_tag_all_is_told_oldest_first_up_to_a_bound(meeting: Meeting) -> None:
    meeting.commits(1005)

    found = await meeting.github.history(meeting.repo, None, meeting.head)

    assert found is not None
    assert len(found.history.commits) == 1000
    assert found.history.commits[-1].message == "fix: 1004"
    assert found.history.is_cut
    assert len(meeting.asked()) == 10


async def test_a_merged_pull_request_comes_with_each_of_its_commits(meeting: Meeting) -> None:
    for number in (1, 2):
        meeting.sim.commit(meeting.room.repo, {"a.txt": str(number)}, f"wip {number}", by="octocat", branch="sing")
    pull = meeting.sim.open_pull(meeting.room.repo, "feat: sing", head="sing", by="octocat")
    meeting.sim.label(meeting.room.repo, pull.number, "area/audio", by="octocat")
    meeting.sim.merge_pull(meeting.room.repo, pull.number, by="release-manager")

    found = await meeting.github.history(meeting.repo, "v0.9.0", meeting.head)

    assert found is not None
    assert {commit.pull.number for commit in found.history.commits if commit.pull} == {pull.number}
    brought = found.history.commits[0].pull
    assert brought is not None
    assert (brought.title, brought.labels) == ("feat: sing", ("area/audio",))
    assert brought.author is not None
    assert brought.author.login == "octocat"


async def test_who_is_new_is_asked_for_all_in_one_call(meeting: Meeting) -> None:
    meeting.sim.commit(meeting.room.repo, {"a.txt": "1"}, "feat: sing", by="octocat", branch="sing")
    pull = meeting.sim.open_pull(meeting.room.repo, "feat: sing", head="sing", by="octocat")
    meeting.sim.merge_pull(meeting.room.repo, pull.number, by="release-manager")
    later, before = datetime(2090, 1, 1, tzinfo=UTC), datetime(2000, 1, 1, tzinfo=UTC)

    assert await meeting.github.new_people(meeting.repo, {"octocat": before, "hubot": later}) == {"octocat", "hubot"}
    assert await meeting.github.new_people(meeting.repo, {"octocat": later}) == frozenset()
    assert await meeting.github.new_people(meeting.repo, {}) == frozenset()
    assert len(meeting.asked()) == 2


async def test_a_github_enterprise_server_has_it_beside_its_rest_api() -> None:
    meeting = Meeting("https://github.example/api/v3")
    meeting.commits(1)

    assert await meeting.github.history(meeting.repo, "v0.9.0", meeting.head) is not None
    assert address_of("https://github.example/api/v3/") == "https://github.example/api/graphql"
    meeting.checked.assert_clean()


async def test_a_limit_of_graphql_stops_graphql_and_not_the_rest_api(meeting: Meeting) -> None:
    meeting.commits(1)
    meeting.sim.fault("POST", "/graphql", graphql="RATE_LIMITED")

    for _ in range(2):
        with pytest.raises(Throttled):
            await meeting.github.history(meeting.repo, "v0.9.0", meeting.head)

    assert len(meeting.asked()) == 1
    assert await meeting.github.head_of(meeting.repo, "main") == meeting.head


async def test_a_server_error_is_asked_again(meeting: Meeting) -> None:
    meeting.commits(1)
    meeting.sim.fault("POST", "/graphql", status=502)

    assert await meeting.github.history(meeting.repo, "v0.9.0", meeting.head) is not None


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"", Unclear),
        (b"<html>", Unclear),
        (b"[]", Unclear),
        (b"{}", Unclear),
        (b'{"data": null}', Unclear),
        (b'{"data": null, "errors": [{"message": "Something went wrong while executing your query."}]}', Unclear),
        (b'{"data": {}, "errors": [{"type": "NOT_FOUND", "message": "no"}]}', Missing),
        (b'{"data": {}, "errors": [{"type": "FORBIDDEN", "message": "no"}]}', Rejected),
        (b'{"errors": [{"message": "Field x", "extensions": {"code": "undefinedField"}}]}', Rejected),
        (b'{"errors": ["odd"]}', Unclear),
        (b'{"errors": [{"message": "You have exceeded a secondary rate limit"}]}', RateLimited),
    ],
)
async def test_each_answer_that_is_no_data_has_its_error(body: bytes, error: type[GitHubError]) -> None:
    with pytest.raises(error):
        data_of(Answer(200, {}, body), "POST graphql")
