"""The adapter and the simulated GitHub understand each other, in GitHub's own words."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import httpx
import pytest

from app.adapters.github.client import Line
from app.adapters.github.operations import RestGitHub
from app.adapters.github.tokens import AppJwt
from app.domain.release.model import Progress
from app.domain.tag_object import AnnotatedTag, Tagger, object_id, tag_message
from app.domain.values import Repo, Role, Sha
from app.ports import Annotation, Missing, OwnCheck, Rejected, TagObject, TagRef, Throttled, Unclear
from app.sim import Room, SimClock, SimGitHub, white_room
from tests.contract import ContractChecked

pytestmark = pytest.mark.anyio

MARK = "gng-0123456789abcdef"
GATE = OwnCheck(
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


async def test_accounts_and_teams(meeting: Meeting) -> None:
    sim, github, repo = meeting.sim, meeting.github, meeting.repo
    org = repo.owner
    sim.add_team(org, "captains", ["octocat"])
    sim.add_team(org, "cadets", ["hubot"], parent="captains")
    assert await github.account_id(repo, "OctoCat") == sim.users["octocat"].id
    assert [await github.account_id(repo, login) for login in (org, "nobody-at-all")] == [None, None]
    assert await github.in_team(repo, org.upper(), "Captains", "OctoCat") is True
    assert await github.in_team(repo, org, "captains", "hubot") is True
    assert await github.in_team(repo, org, "captains", "release-manager") is False
    assert await github.in_team(repo, org, "no-such-team", "octocat") is False
    sim.remove_from_team(org, "captains", "octocat", by="owner")
    assert await github.in_team(repo, org, "captains", "octocat") is True  # kept
    github.forget_people(repo.installation)
    assert await github.in_team(repo, org, "captains", "octocat") is False
    sim.add_to_team(org, "captains", "octocat", by="owner", pending=True)
    meeting.clock.advance(60)
    assert await github.in_team(repo, org, "captains", "octocat") is False
    sim.add_to_team(org, "captains", "octocat", by="owner")
    meeting.clock.advance(60)
    assert await github.in_team(repo, org, "captains", "octocat") is True


async def test_a_login_that_was_given_away_is_somebody_else(meeting: Meeting) -> None:
    sim, github, repo = meeting.sim, meeting.github, meeting.repo
    was = await github.account_id(repo, "developer")
    sim.rename_user("developer", "retired-developer")
    assert await github.account_id(repo, "developer") is None
    assert await github.account_id(repo, "retired-developer") == was
    other = sim.add_user("developer")
    assert await github.account_id(repo, "developer") == other.id != was


async def test_labels_and_the_issues_that_carry_them(meeting: Meeting) -> None:
    sim, github, repo, room = meeting.sim, meeting.github, meeting.repo, meeting.room.repo
    first = sim.open_issue(room, "Crash", by="developer", labels=["blocker", "security"]).number
    second = sim.open_issue(room, "Leak", by="developer").number
    closed = sim.open_issue(room, "Old", by="developer", labels=["blocker"]).number
    sim.close_issue(room, closed, by="developer")
    before = await github.issue(repo, second)
    meeting.clock.advance(5)
    await github.add_label(repo, second, "Blocker")
    await github.add_label(repo, second, "blocker")
    after = await github.issue(repo, second)
    assert (before.labels, after.labels) == ((), ("blocker",))
    assert before.updated_at < after.updated_at
    sim.commit(room, {"src/plugin.cpp": "int x;"}, by="developer", branch="feature/x")
    pull = sim.open_pull(room, "Fix", head="feature/x", by="developer").number
    await github.add_label(repo, pull, "security")
    found = {one.number: one for one in await github.issues_labelled(repo, ["BLOCKER", "security"])}
    assert {number: (one.is_pull, one.is_open) for number, one in found.items()} == {
        first: (False, True),
        second: (False, True),
        pull: (True, True),
    }
    assert found[second].updated_at == after.updated_at
    assert found[first].labels == ("blocker", "security")
    await github.remove_label(repo, second, "blocker")
    await github.remove_label(repo, second, "blocker")
    await github.remove_label(repo, 9999, "blocker")
    assert [one.number for one in await github.issues_labelled(repo, ["blocker"])] == [first]
    assert await github.issues_labelled(repo, ["no-such-label"]) == []


async def test_the_files_of_a_pull_request(meeting: Meeting) -> None:
    sim, github, repo, room = meeting.sim, meeting.github, meeting.repo, meeting.room.repo
    many = {f"src/{number:03}.cpp": f"int x{number};" for number in range(120)}
    sim.commit(room, many, by="developer", branch="feature/x")
    pull = sim.open_pull(room, "Fix", head="feature/x", by="developer").number
    assert sorted(await github.pull_files(repo, pull)) == sorted(many)
    with pytest.raises(Missing):
        await github.pull_files(repo, 9999)


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
    written = await github.write_issue_body(repo, issue, "three")
    assert written.body == "three"
    assert await github.issue(repo, issue) == written


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


async def test_commits_on_branches_and_branches_that_are_moved(meeting: Meeting) -> None:
    sim, github, repo, first = meeting.sim, meeting.github, meeting.repo, meeting.head
    await github.create_branch(repo, "release/1.0", first)
    second = Sha(sim.commit(meeting.room.repo, {"a.txt": "a"}, by="developer").sha)
    assert [await github.is_on_branch(repo, sha, "main") for sha in (first, second)] == [True, True]
    assert [await github.is_on_branch(repo, sha, "release/1.0") for sha in (first, second)] == [True, False]
    aside = Sha(sim.commit(meeting.room.repo, {"b.txt": "b"}, by="developer", branch="release/1.0").sha)
    assert [await github.is_on_branch(repo, sha, "main") for sha in (aside, Sha("ab" * 20))] == [False, False]
    assert await github.is_on_branch(repo, first, "no/such") is False
    await github.move_branch(repo, "release/1.0", second)  # forward and aside at once
    assert await github.head_of(repo, "release/1.0") == second
    assert await github.is_on_branch(repo, aside, "release/1.0") is False
    with pytest.raises(Rejected):
        await github.move_branch(repo, "no/such", second)


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
    found = await github.find_check(repo, head, "release/gate", "r1")
    assert found is not None
    assert (found.id, found.url, found.conclusion) == (made.id, made.url, "failure")
    await github.update_check(repo, made.id, GATE)
    remarks = tuple(Annotation(path="plan.md", line=line, level="failure", message="why") for line in range(1, 60))
    plan = await github.create_check(repo, head, "release/plan", replace(GATE, annotations=remarks))
    await github.update_check(repo, plan.id, replace(GATE, annotations=remarks))
    assert [note.start_line for note in meeting.room.repo.checks[plan.id].notes] == list(range(1, 51))
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


async def test_tags_are_listed_read_and_deleted(meeting: Meeting) -> None:
    sim, github, repo, head = meeting.sim, meeting.github, meeting.repo, meeting.head
    assert await github.tags(repo, "") == []
    signed = "One\n\n-----BEGIN SSH SIGNATURE-----\nU1NI\n-----END SSH SIGNATURE-----\n"
    one = Sha(sim.push_tag(repo.full_name, "v1#1", head, by="developer", annotated=True, message=signed))
    two = Sha(sim.push_tag(repo.full_name, "v2/x", one, by="developer", annotated=True))
    sim.push_tag(repo.full_name, "w1", head, by="developer")
    assert await github.tags(repo, "v") == [
        TagRef(name="v1#1", object=one, is_annotated=True),
        TagRef(name="v2/x", object=two, is_annotated=True),
    ]
    assert [tag.name for tag in await github.tags(repo, "")] == ["v1#1", "v2/x", "w1"]
    assert [tag.name for tag in await github.tags(repo, "v2/")] == ["v2/x"]
    assert await github.tag(repo, "w1") == TagRef(name="w1", object=head, is_annotated=False)
    assert await github.tag(repo, "v1") is None
    assert await github.tag(repo, "..") is None
    annotated = await github.tag_object(repo, one)
    assert replace(annotated, data=b"") == TagObject(sha=one, target=head, target_type="commit", is_signed=True)
    assert object_id(annotated.data) == one
    assert await github.tag_object(repo, two) == TagObject(sha=two, target=one, target_type="tag", is_signed=False)
    with pytest.raises(Missing):
        await github.tag_object(repo, head)
    await github.delete_tag(repo, "v1#1")
    assert await github.tag(repo, "v1#1") is None
    with pytest.raises(Rejected):
        await github.delete_tag(repo, "v1#1")


async def test_an_unchanged_list_of_tags_costs_nothing(meeting: Meeting) -> None:
    meeting.sim.push_tag(meeting.repo.full_name, "v1", meeting.head, by="developer")
    await meeting.github.tags(meeting.repo, "v")
    used = meeting.room.installation.used
    await meeting.github.tags(meeting.repo, "v")
    assert (meeting.room.installation.used, meeting.sim.calls[-1].status) == (used, 304)


async def test_a_tag_is_made_with_the_id_that_its_bytes_have_and_read_back(meeting: Meeting) -> None:
    github, repo = meeting.github, meeting.repo
    bot = await github.own_account(repo)
    assert (bot.login, bot.id) == (meeting.room.app.bot.login, meeting.room.app.bot.id)
    tag = AnnotatedTag(
        name="v1.0.0",
        commit=meeting.head,
        tagger=Tagger(name=bot.login, email=f"{bot.id}+{bot.login}@users.noreply.github.com"),
        at=meeting.clock.now(),
        message=tag_message("Größer 1.0.0 🎉\n\n- new"),
    )
    assert await github.make_tag_object(repo, tag) == tag.id
    assert await github.tag(repo, "v1.0.0") is None
    await github.point_tag(repo, "v1.0.0", tag.id)
    assert await github.tag(repo, "v1.0.0") == TagRef(name="v1.0.0", object=tag.id, is_annotated=True)
    assert (await github.tag_object(repo, tag.id)).data == tag.data
    with pytest.raises(Rejected, match="already exists"):
        await github.point_tag(repo, "v1.0.0", tag.id)


async def test_our_own_account_is_asked_for_once(meeting: Meeting) -> None:
    await meeting.github.own_account(meeting.repo)
    used = len(meeting.sim.calls)
    await meeting.github.own_account(meeting.repo)
    assert len(meeting.sim.calls) == used


async def test_the_runs_that_a_tag_has_started_are_found(meeting: Meeting) -> None:
    sim, repo = meeting.sim, meeting.repo
    files = {".github/workflows/tags.yml": "on: {push: {tags: ['v*']}}\njobs: {a: {steps: [{run: x}]}}\n"}
    head = Sha(sim.commit(repo.full_name, files, by="developer").sha)
    sim.push_tags(repo.full_name, {"v1": head, "v2": head}, by="developer")
    (run,) = await meeting.github.runs_of_tag(repo, "v1", head)
    assert (run.sha, run.run_id) == (head, sim.runs(repo.full_name)[-2].id)
    assert await meeting.github.runs_of_tag(repo, "v3", head) == []


async def test_an_issue_of_ours_is_opened_and_found_by_what_it_says(meeting: Meeting) -> None:
    github, repo, now = meeting.github, meeting.repo, meeting.clock.now()
    meeting.sim.open_issue(repo.full_name, "A copy", "<!-- mark -->", by="developer")
    assert await github.find_issue(repo, "<!-- mark -->", now) is None
    number = await github.open_issue(repo, "Look at this", "It is odd. <!-- mark -->")
    assert await github.find_issue(repo, "<!-- mark -->", now) == number
    assert meeting.sim.issue(repo.full_name, number).title == "Look at this"
    meeting.clock.advance(3600)
    assert await github.find_issue(repo, "<!-- mark -->", meeting.clock.now()) is None
