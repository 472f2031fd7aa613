"""The adapter and the simulated GitHub understand each other, in GitHub's own words."""

from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest

from app.adapters.github.client import Line
from app.adapters.github.operations import RestGitHub
from app.adapters.github.tokens import AppJwt
from app.domain.release.model import Progress
from app.domain.values import Repo, Role, Sha
from app.ports import GateCheck, Missing, Rejected, Throttled, Unclear
from app.sim import Room, SimClock, SimGitHub, white_room
from tests.contract import ContractChecked

pytestmark = pytest.mark.anyio

MARK = "gng-0123456789abcdef"
GATE = GateCheck(
    status="completed", conclusion="failure", title="No", summary="Nobody said go.", details_url=None, external_id="r1"
)


@dataclass(frozen=True)
class Meeting:
    sim: SimGitHub
    room: Room
    clock: SimClock
    github: RestGitHub
    repo: Repo

    @property
    def head(self) -> Sha:
        return Sha(self.sim.head(self.room.repo))

    @property
    def inputs(self) -> dict[str, str]:
        return {"task": "notarize", "version": "1.0.0", "gonogo_id": MARK}


@pytest.fixture
def meeting() -> Iterator[Meeting]:
    clock = SimClock()
    sim = SimGitHub(clock)
    room = white_room(sim)
    checked = ContractChecked(sim.asgi)
    line = Line(transport=httpx.ASGITransport(checked), clock=clock)
    owner, _, name = room.repo.full_name.partition("/")
    repo = Repo(id=room.repo.id, owner=owner, name=name, installation=room.installation.id, default_branch="main")
    yield Meeting(sim, room, clock, RestGitHub(line, AppJwt(room.app.id, room.private_key, clock)), repo)
    checked.assert_clean()
    sim.assert_no_unknown_calls()


async def test_people_and_their_roles(meeting: Meeting) -> None:
    maintainer = meeting.sim.collaborate(meeting.room.repo, "octocat", "maintain")
    outsider = meeting.sim.add_user("hubot")
    role_of = meeting.github.role_of
    assert await role_of(meeting.repo, "octocat", maintainer.id) is Role.MAINTAIN
    assert await role_of(meeting.repo, "octocat", outsider.id) is Role.NONE
    assert await role_of(meeting.repo, "nobody-at-all", 1) is Role.NONE


async def test_issues_and_comments(meeting: Meeting) -> None:
    sim, github, repo = meeting.sim, meeting.github, meeting.repo
    sim.collaborate(meeting.room.repo, "octocat", "write")
    issue = sim.open_issue(meeting.room.repo, "Release 1.0.0", "one\r\ntwo", by="octocat").number
    asked = sim.comment(meeting.room.repo, issue, "/release status <!-- key -->", by="octocat")
    assert (await github.issue(repo, issue)).body == "one\r\ntwo"
    assert await github.find_comment(repo, issue, "key") is None  # a person's
    await github.react(repo, asked.id, "eyes")
    posted = await github.comment(repo, issue, "answer <!-- key -->")
    assert await github.find_comment(repo, issue, "key") == posted
    await github.edit_comment(repo, posted.id, "another answer")
    assert await github.find_comment(repo, issue, "key") is None
    await github.write_issue_body(repo, issue, "three")
    assert (await github.issue(repo, issue)).body == "three"


async def test_commits_branches_and_files(meeting: Meeting) -> None:
    github, repo, head = meeting.github, meeting.repo, meeting.head
    assert await github.commit_of(repo, "main") == head
    assert await github.commit_of(repo, head) == head
    with pytest.raises(Missing):
        await github.commit_of(repo, "no/such")
    assert await github.head_of(repo, "gonogo/1.0.0") is None
    await github.create_branch(repo, "gonogo/1.0.0", head)
    assert await github.head_of(repo, "gonogo/1.0.0") == head
    with pytest.raises(Rejected, match="already exists"):
        await github.create_branch(repo, "gonogo/1.0.0", head)
    workflow = await github.file(repo, ".github/workflows/release.yml", head)
    assert workflow is not None
    assert "workflow_dispatch" in workflow.text
    assert await github.file(repo, "no/such.md", head) is None
    assert "release.yml" in await github.file_names(repo, ".github/workflows", head)
    assert await github.file_names(repo, "no/such", head) == []


async def test_a_run_from_its_dispatch_to_its_checks(meeting: Meeting) -> None:
    github, repo, head = meeting.github, meeting.repo, meeting.head
    since = meeting.clock.now()
    started = await github.dispatch(repo, "release.yml", "main", meeting.inputs)
    assert started is not None
    assert await github.find_run(repo, "release.yml", MARK, since) == started
    assert await github.find_run(repo, "release.yml", "gng-" + "f" * 16, since) is None
    going = await github.run(repo, started.id)
    assert (going.progress, going.mark, going.sha) == (Progress.QUEUED, MARK, head)
    meeting.clock.advance(60)
    done = await github.run(repo, started.id)
    assert done.progress is Progress.SUCCESS
    assert done.order > going.order
    jobs = {job.key: job.progress for job in await github.jobs(repo, started.id)}
    assert jobs[f"job:{started.id}:notarize (intel)"] is Progress.SUCCESS
    checks = {check.key: check.progress for check in await github.checks(repo, head)}
    assert checks["check:github-actions:notarize (intel)"] is Progress.SUCCESS
    flows = [seen for seen in await github.workflow_runs(repo, head) if seen.run_id == started.id]
    assert [seen.key for seen in flows] == ["workflow:release.yml"]
    with pytest.raises(Rejected):
        await github.cancel(repo, started.id)
    await github.rerun(repo, started.id, failed_only=False)
    assert (await github.run(repo, started.id)).order > done.order
    await github.cancel(repo, started.id)
    meeting.clock.advance(60)
    assert (await github.run(repo, started.id)).progress is Progress.CANCELLED


async def test_a_dispatch_whose_answer_was_lost_is_found_by_its_mark(meeting: Meeting) -> None:
    since = meeting.clock.now()
    meeting.sim.fault("POST", r"/dispatches$", after_doing=True, lost="timeout")
    with pytest.raises(Unclear):
        await meeting.github.dispatch(meeting.repo, "release.yml", "main", meeting.inputs)
    found = await meeting.github.find_run(meeting.repo, "release.yml", MARK, since)
    assert found is not None
    assert len(meeting.sim.runs(meeting.room.repo)) == 1


async def test_the_gate_and_what_others_say_of_a_commit(meeting: Meeting) -> None:
    github, repo, head = meeting.github, meeting.repo, meeting.head
    assert await github.find_check(repo, head, "release/gate", "r1") is None
    made = await github.create_check(repo, head, "release/gate", GATE)
    assert await github.find_check(repo, head, "release/gate", "r1") == made
    await github.update_check(repo, made.id, GATE)
    meeting.sim.status(meeting.room.repo, head, "CI/Build", "success", by=next(iter(meeting.sim.users)))
    (seen,) = await github.statuses(repo, head)
    assert seen.key.startswith("status:ci/build:")
    assert seen.progress is Progress.SUCCESS


async def test_a_used_up_hour_is_waited_for_without_asking(meeting: Meeting) -> None:
    github, repo = meeting.github, meeting.repo
    await github.head_of(repo, "main")
    meeting.sim.exhaust(meeting.room.installation)
    with pytest.raises(Throttled) as told:
        await github.head_of(repo, "gonogo/other")
    asked = len(meeting.sim.calls)
    with pytest.raises(Throttled):
        await github.head_of(repo, "gonogo/other")
    assert len(meeting.sim.calls) == asked
    meeting.clock.advance((told.value.retry_at - meeting.clock.now()).total_seconds())
    await github.head_of(repo, "main")
    assert len(meeting.sim.calls) == asked + 2  # a newer token, and the question


async def test_a_read_survives_trouble_that_passes(meeting: Meeting) -> None:
    meeting.sim.fault("GET", r"/git/ref/", times=2, status=502)
    assert await meeting.github.head_of(meeting.repo, "main") == meeting.head
