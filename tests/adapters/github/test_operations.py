"""Each operation on code, runs and checks asks GitHub the right thing and reads its answer."""

import base64
from dataclasses import replace
from datetime import timedelta

import pytest

from app.domain.release.model import Progress, Sight
from app.domain.values import Sha
from app.ports import Annotation, FileText, GitHub, Missing, OwnCheck, Posted, Rejected, StartedRun, Throttled, Unclear
from tests.adapters.github.scripted import APP_ID, AT_REPO, MISSING, REPO, SHA, URL, Reply, Scripted
from tests.clock import NOON

pytestmark = pytest.mark.anyio

MARK = "gng-0123456789abcdef"
GATE = OwnCheck(
    status="completed",
    conclusion="failure",
    title="Not ready",
    summary="Nobody said go.",
    details_url=None,
    external_id="r1",
)


def test_the_adapter_is_the_port(hub: Scripted) -> None:
    github: GitHub = hub.github()
    assert github


# -- code ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ref", ["main", "release/1.0", "v1.0.0", "heads/a#b?c", SHA])
async def test_a_ref_names_a_commit(hub: Scripted, ref: str) -> None:
    hub.then(Reply(200, raw=SHA.encode(), headers={"content-type": "application/vnd.github.sha; charset=utf-8"}))
    assert await hub.github().commit_of(REPO, ref) == SHA
    assert hub.calls[0].headers["accept"] == "application/vnd.github.sha"
    assert hub.calls[0].path == f"{AT_REPO}/commits/{ref.replace('#', '%23').replace('?', '%3F')}"


async def test_a_server_that_answers_with_the_whole_commit_is_understood(hub: Scripted) -> None:
    hub.then(Reply(200, {"sha": SHA.upper()}))
    assert await hub.github().commit_of(REPO, "main") == SHA


@pytest.mark.parametrize("status", [404, 409, 422])
async def test_a_ref_that_names_nothing_is_missing(hub: Scripted, status: int) -> None:
    hub.then(Reply(status, {"message": "No commit found for SHA: nope"}))
    with pytest.raises(Missing, match="No commit found"):
        await hub.github().commit_of(REPO, "nope")


@pytest.mark.parametrize("ref", ["", "..", "../../../../app", "a/../b", "a//b", "/a", "a/.", "."])
async def test_a_ref_cannot_lead_to_another_address(hub: Scripted, ref: str) -> None:
    github = hub.github()
    with pytest.raises(Missing):
        await github.commit_of(REPO, ref)
    assert await github.head_of(REPO, ref) is None
    assert await github.is_on_branch(REPO, SHA, ref) is False
    with pytest.raises(Missing):
        await github.move_branch(REPO, ref, SHA)
    assert await github.file(REPO, ref, "main") is None
    with pytest.raises(Missing):
        await github.dispatch(REPO, "..", "main", {})
    assert hub.asked == []


async def test_an_answer_that_is_no_commit_is_unclear(hub: Scripted) -> None:
    hub.then(Reply(200, raw=b"hello", headers={"content-type": "text/plain"}))
    with pytest.raises(Unclear):
        await hub.github().commit_of(REPO, "main")


async def test_the_head_of_a_branch_is_read_and_made(hub: Scripted) -> None:
    ref = {"ref": "refs/heads/gonogo/1.0.0", "object": {"sha": SHA, "type": "commit"}}
    hub.then(MISSING, Reply(201, ref), Reply(200, ref))
    github = hub.github()
    assert await github.head_of(REPO, "gonogo/1.0.0") is None
    await github.create_branch(REPO, "gonogo/1.0.0", SHA)
    assert await github.head_of(REPO, "gonogo/1.0.0") == SHA
    assert hub.told == [
        ("GET", "/git/ref/heads/gonogo/1.0.0"),
        ("POST", "/git/refs"),
        ("GET", "/git/ref/heads/gonogo/1.0.0"),
    ]
    assert hub.calls[1].data == {"ref": "refs/heads/gonogo/1.0.0", "sha": SHA}


@pytest.mark.parametrize(
    ("reply", "is_on"),
    [
        (Reply(200, {"status": "identical"}), True),
        (Reply(200, {"status": "behind"}), True),
        (Reply(200, {"status": "ahead"}), False),
        (Reply(200, {"status": "diverged"}), False),
        (Reply(200, {"status": "a word of tomorrow"}), False),
        (MISSING, False),
    ],
)
async def test_a_commit_is_on_a_branch_that_is_level_with_it_or_past_it(
    hub: Scripted, reply: Reply, is_on: bool
) -> None:
    hub.then(reply)
    assert await hub.github().is_on_branch(REPO, SHA, "release/1#0") is is_on
    assert hub.told == [("GET", f"/compare/release/1%230...{SHA}?per_page=1")]


@pytest.mark.parametrize(
    "branch",
    ["", "main^", "main~1", "main..other", "fork:main", "main@{1}", "ma in", "ma\x00in", "m*", "m?", "[m]", "a\\b"],
)
async def test_what_can_be_no_branch_s_name_is_not_asked_about(hub: Scripted, branch: str) -> None:
    assert await hub.github().is_on_branch(REPO, SHA, branch) is False
    assert hub.asked == []


@pytest.mark.parametrize(
    ("replies", "error"),
    [
        ([Reply(403, {"message": "Resource not accessible by integration"})], Rejected),
        ([Reply(503)] * 3, Unclear),
        ([Reply(200, {"status": None})], Unclear),
        ([Reply(429)], Throttled),
    ],
)
async def test_a_comparison_that_cannot_be_read_says_nothing(
    hub: Scripted, replies: list[Reply], error: type[Exception]
) -> None:
    hub.then(*replies)
    with pytest.raises(error):
        await hub.github().is_on_branch(REPO, SHA, "main")


async def test_a_branch_is_moved_wherever_it_stood(hub: Scripted) -> None:
    hub.then(Reply(200, {"ref": "refs/heads/gonogo/1.0.0", "object": {"sha": SHA, "type": "commit"}}))
    await hub.github().move_branch(REPO, "gonogo/1.0.0", SHA)
    assert hub.told == [("PATCH", "/git/refs/heads/gonogo/1.0.0")]
    assert hub.calls[0].data == {"sha": SHA, "force": True}


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (Reply(422, {"message": "Reference does not exist"}), Rejected),
        (Reply(403, {"message": "Resource not accessible by integration"}), Rejected),
        (Reply(502), Unclear),
    ],
)
async def test_a_branch_that_cannot_be_moved_says_so_and_is_not_tried_again(
    hub: Scripted, reply: Reply, error: type[Exception]
) -> None:
    hub.then(reply)
    with pytest.raises(error):
        await hub.github().move_branch(REPO, "gonogo/1.0.0", SHA)
    assert len(hub.calls) == 1


def entry(name: str, kind: str = "file", **more: object) -> dict[str, object]:
    return {"type": kind, "name": name, "sha": SHA, "size": 1, **more}


async def test_a_file_is_read_at_a_ref_and_at_a_sha_only_once(hub: Scripted) -> None:
    content = base64.encodebytes("# Plän\r\n".encode() * 20).decode()
    hub.then(Reply(200, entry("plan.md", encoding="base64", content=content), headers={"etag": '"1"'}))
    github = hub.github()
    wanted = FileText(path=".github/my plan.md", blob=SHA, text="# Plän\r\n" * 20)
    assert await github.file(REPO, ".github/my plan.md", SHA) == wanted
    assert await github.file(REPO, ".github/my plan.md", SHA) == wanted
    assert hub.told == [("GET", f"/contents/.github/my%20plan.md?ref={SHA}")]


async def test_a_file_at_a_branch_is_asked_for_again(hub: Scripted) -> None:
    hub.then(Reply(200, entry("a", encoding="base64", content=""), headers={"etag": '"1"'}), Reply(304))
    github = hub.github()
    assert await github.file(REPO, "a", "release/1.0") == await github.file(REPO, "a", "release/1.0")
    assert hub.told == [("GET", "/contents/a?ref=release%2F1.0")] * 2


@pytest.mark.parametrize(
    "reply",
    [
        MISSING,
        Reply(200, [entry("a")]),
        Reply(200, entry("a", "symlink")),
        Reply(200, entry("a", "submodule")),
    ],
)
async def test_what_is_no_file_is_none(hub: Scripted, reply: Reply) -> None:
    hub.then(reply)
    assert await hub.github().file(REPO, "a", "main") is None


async def test_a_file_of_more_than_a_megabyte_is_refused(hub: Scripted) -> None:
    hub.then(Reply(200, entry("a", encoding="none", content="")))
    with pytest.raises(Rejected, match="a is larger than 1 MB"):
        await hub.github().file(REPO, "a", "main")


async def test_content_that_cannot_be_decoded_is_unclear(hub: Scripted) -> None:
    hub.then(Reply(200, entry("a", encoding="base64", content="x")))
    with pytest.raises(Unclear):
        await hub.github().file(REPO, "a", "main")


async def test_bytes_that_are_no_text_are_replaced(hub: Scripted) -> None:
    hub.then(Reply(200, entry("a", encoding="base64", content=base64.b64encode(b"a\xffb").decode())))
    found = await hub.github().file(REPO, "a", "main")
    assert found is not None
    assert found.text == "a\ufffdb"


async def test_a_folder_tells_the_names_of_its_files(hub: Scripted) -> None:
    hub.then(Reply(200, [entry("b.md"), entry("a.md"), entry("sub", "dir")]), MISSING, Reply(200, entry("a")))
    github = hub.github()
    assert [await github.file_names(REPO, ".github", "main") for _ in range(3)] == [["a.md", "b.md"], [], []]


# -- runs ---------------------------------------------------------------------------------------------------


def run(id_: int, title: str = "Release", **more: object) -> dict[str, object]:
    return {
        "id": id_,
        "run_attempt": 1,
        "event": "workflow_dispatch",
        "path": ".github/workflows/release.yml",
        "name": None,
        "display_title": title,
        "head_sha": SHA,
        "status": "completed",
        "conclusion": "success",
        "updated_at": "2026-03-10T12:00:00Z",
        "html_url": f"{URL}/actions/runs/{id_}",
        **more,
    }


async def test_a_dispatch_tells_its_run(hub: Scripted) -> None:
    hub.then(Reply(200, {"workflow_run_id": 9, "run_url": "x", "html_url": f"{URL}/actions/runs/9"}))
    started = await hub.github().dispatch(REPO, "release.yml", "release/1.0", {"task": "notarize"})
    assert started == StartedRun(id=9, url=f"{URL}/actions/runs/9")
    assert hub.told == [("POST", "/actions/workflows/release.yml/dispatches")]
    assert hub.calls[0].data == {"ref": "release/1.0", "inputs": {"task": "notarize"}}


async def test_an_older_server_takes_a_dispatch_without_telling_its_run(hub: Scripted) -> None:
    hub.then(Reply(204))
    assert await hub.github().dispatch(REPO, "release.yml", "main", {}) is None


async def test_a_run_is_found_again_by_its_mark_the_oldest_one(hub: Scripted) -> None:
    nxt = {"link": f'<https://api.github.com{AT_REPO}/x?page=2>; rel="next"'}
    hub.then(
        Reply(200, {"workflow_runs": [run(9, f"[{MARK}]"), run(8)]}, headers=nxt),
        Reply(200, {"workflow_runs": [run(7, f"Release [{MARK}]")]}),
    )
    found = await hub.github().find_run(REPO, "release.yml", MARK, NOON)
    assert found == StartedRun(id=7, url=f"{URL}/actions/runs/7")
    query = "event=workflow_dispatch&created=%3E%3D2026-03-10T11%3A59%3A00Z&exclude_pull_requests=true"
    assert hub.told[0] == ("GET", f"/actions/workflows/release.yml/runs?{query}&per_page=100&page=1")


async def test_a_run_that_is_not_there_is_none_and_the_search_ends(hub: Scripted) -> None:
    nxt = {"link": f'<https://api.github.com{AT_REPO}/x?page=2>; rel="next"'}
    hub.then(*[Reply(200, {"workflow_runs": [run(9)]}, headers=nxt)] * 50)
    assert await hub.github().find_run(REPO, "release.yml", MARK, NOON) is None
    assert len(hub.calls) == 10


async def test_runs_are_run_again_and_cancelled(hub: Scripted) -> None:
    hub.then(
        Reply(201, {}),
        Reply(201, {}),
        Reply(202, {}),
        Reply(409, {"message": "Cannot cancel a workflow run that is completed."}),
    )
    github = hub.github()
    await github.rerun(REPO, 9, failed_only=False)
    await github.rerun(REPO, 9, failed_only=True)
    await github.cancel(REPO, 9)
    with pytest.raises(Rejected, match="that is completed"):
        await github.cancel(REPO, 9)
    assert hub.told == [
        ("POST", "/actions/runs/9/rerun"),
        ("POST", "/actions/runs/9/rerun-failed-jobs"),
        ("POST", "/actions/runs/9/cancel"),
        ("POST", "/actions/runs/9/cancel"),
    ]


async def test_a_run_and_the_runs_at_a_commit_are_seen(hub: Scripted) -> None:
    hub.then(Reply(200, run(9, f"Release [{MARK}]")), Reply(200, {"workflow_runs": [run(9), run(8, status=None)]}))
    github = hub.github()
    seen = await github.run(REPO, 9)
    assert (seen.kind, seen.key, seen.mark, seen.progress) == (Sight.RUN, "run:9", MARK, Progress.SUCCESS)
    runs = await github.workflow_runs(REPO, SHA)
    assert [(one.kind, one.run_id, one.progress) for one in runs] == [
        (Sight.WORKFLOW, 9, Progress.SUCCESS),
        (Sight.WORKFLOW, 8, Progress.OTHER),
    ]


async def test_the_jobs_of_a_run_are_seen(hub: Scripted) -> None:
    job = {
        "id": 70,
        "run_id": 9,
        "run_attempt": 2,
        "name": "notarize (intel)",
        "head_sha": SHA,
        "status": "in_progress",
        "conclusion": None,
        "started_at": "2026-03-10T12:00:00Z",
        "completed_at": None,
        "html_url": None,
    }
    hub.then(Reply(200, {"total_count": 1, "jobs": [job]}))
    (seen,) = await hub.github().jobs(REPO, 9)
    assert (seen.key, seen.progress) == ("job:9:notarize (intel)", Progress.RUNNING)
    assert seen.order == (70, 2, 0, int(NOON.timestamp()))
    assert hub.told == [("GET", "/actions/runs/9/jobs?filter=latest&per_page=100&page=1")]


# -- checks -------------------------------------------------------------------------------------------------


def check_run(id_: int, name: str, app: int | None, external_id: str | None = "r1") -> dict[str, object]:
    return {
        "id": id_,
        "name": name,
        "head_sha": SHA,
        "status": "completed",
        "conclusion": "success",
        "external_id": external_id,
        "started_at": "2026-03-10T12:00:00Z",
        "completed_at": None,
        "html_url": f"{URL}/runs/{id_}",
        "details_url": "https://ci.example",
        "app": app and {"id": app, "slug": f"app-{app}"},
    }


async def test_checks_are_seen_with_the_app_that_made_them(hub: Scripted) -> None:
    hub.then(Reply(200, {"check_runs": [check_run(1, "lint", 3), check_run(2, "old", None)]}))
    seen = await hub.github().checks(REPO, SHA)
    assert [one.key for one in seen] == ["check:app-3:lint", "check::old"]


async def test_the_newest_status_of_each_context_and_person_is_seen(hub: Scripted) -> None:
    def status(id_: int, context: str, login: str | None, state: str) -> dict[str, object]:
        return {
            "id": id_,
            "context": context,
            "state": state,
            "creator": login and {"id": 1, "login": login},
            "updated_at": "2026-03-10T12:00:00Z",
            "target_url": None,
        }

    hub.then(
        Reply(200, [
            status(4, "CI/build", "octocat", "failure"),
            status(3, "ci/build", "octocat", "success"),
            status(2, "ci/build", "release-manager", "success"),
            status(1, "ci/build", None, "pending"),
        ])
    )  # fmt: skip
    seen = await hub.github().statuses(REPO, SHA)
    assert {one.key: one.progress for one in seen} == {
        "status:ci/build:octocat": Progress.FAILURE,
        "status:ci/build:release-manager": Progress.SUCCESS,
        "status:ci/build:": Progress.QUEUED,
    }


async def test_a_finished_gate_has_buttons_and_one_under_way_has_none(hub: Scripted) -> None:
    hub.then(Reply(201, {"id": 3, "html_url": f"{URL}/runs/3"}), Reply(200, {}))
    github = hub.github()
    assert await github.create_check(REPO, SHA, "release/gate", GATE) == Posted(id=3, url=f"{URL}/runs/3")
    going = OwnCheck(
        status="in_progress",
        conclusion=None,
        title="Looking",
        summary="",
        details_url="https://gonogo.example/r1",
        external_id="r1",
    )
    await github.update_check(REPO, 3, going)
    made, changed = hub.calls
    assert (made.method, made.path) == ("POST", f"{AT_REPO}/check-runs")
    assert made.data["head_sha"] == SHA
    assert made.data["conclusion"] == "failure"
    assert [button["identifier"] for button in made.data["actions"]] == ["recheck"]
    assert all(len(button["label"]) <= 20 and len(button["description"]) <= 40 for button in made.data["actions"])
    assert (changed.method, changed.path) == ("PATCH", f"{AT_REPO}/check-runs/3")
    assert changed.data == {
        "status": "in_progress",
        "external_id": "r1",
        "details_url": "https://gonogo.example/r1",
        "output": {"title": "Looking", "summary": ""},
    }


async def test_the_first_fifty_annotations_go_out_when_the_check_is_made_and_none_later(hub: Scripted) -> None:
    hub.then(Reply(201, {"id": 3, "html_url": None}), Reply(200, {}))
    remarks = tuple(
        Annotation(path=".github/release.md", line=line, level="warning", message=f"about line {line}")
        for line in range(1, 61)
    )
    github = hub.github()
    check = replace(GATE, annotations=remarks)
    assert await github.create_check(REPO, SHA, "release/plan", check) == Posted(id=3, url="")
    await github.update_check(REPO, 3, check)
    made, changed = (call.data["output"] for call in hub.calls)
    assert made["annotations"][0] == {
        "path": ".github/release.md",
        "start_line": 1,
        "end_line": 1,
        "annotation_level": "warning",
        "message": "about line 1",
    }
    assert [remark["start_line"] for remark in made["annotations"]] == list(range(1, 51))
    assert changed == {"title": "Not ready", "summary": "Nobody said go."}


@pytest.mark.parametrize("summary", ["line\n" * 20_000, "x" * 70_000, "✓" * 65_536])
async def test_a_long_summary_is_cut_to_what_github_takes(hub: Scripted, summary: str) -> None:
    hub.then(Reply(200, {}))
    long = OwnCheck(
        status="completed", conclusion="failure", title="t" * 999, summary=summary, details_url=None, external_id="r1"
    )
    await hub.github().update_check(REPO, 3, long)
    sent = hub.calls[0].data["output"]
    assert len(sent["title"]) == 255
    assert 65_000 < len(sent["summary"]) <= 65_535
    assert sent["summary"].endswith("\n\n…")
    assert summary.startswith(sent["summary"].removesuffix("\n\n…"))


async def test_our_own_check_is_found_by_its_id_and_read_as_it_stands(hub: Scripted) -> None:
    runs = [
        check_run(1, "release/gate", 1),
        check_run(2, "release/gate", APP_ID, "r2"),
        check_run(3, "release/gate", APP_ID),
    ]
    hub.then(Reply(200, {"check_runs": runs}), Reply(200, {"check_runs": runs[:2]}))
    github = hub.github()
    found = await github.find_check(REPO, SHA, "release/gate", "r1")
    assert found is not None
    assert (found.id, found.url, found.external_id) == (3, f"{URL}/runs/3", "r1")
    assert (found.status, found.conclusion) == (runs[2]["status"], runs[2]["conclusion"])
    assert await github.find_check(REPO, SHA, "release/gate", "r1") is None
    path = f"/commits/{SHA}/check-runs?check_name=release%2Fgate&app_id={APP_ID}&filter=latest&per_page=100&page=1"
    assert hub.told[0] == ("GET", path)


async def test_writes_beyond_the_pace_are_put_off_without_asking(hub: Scripted) -> None:
    github = hub.github()
    hub.then(*[Reply(201, {"id": 5, "html_url": ""})] * 20)
    for _ in range(20):
        await github.comment(REPO, 1, "hello")
    with pytest.raises(Throttled) as told:
        await github.comment(REPO, 1, "hello")
    assert timedelta(0) < told.value.retry_at - hub.clock.now() < timedelta(seconds=2)
    assert len(hub.calls) == 20


async def test_a_sha_of_sha256_is_a_commit_too(hub: Scripted) -> None:
    hub.then(Reply(200, raw=b"cd" * 32, headers={"content-type": "application/vnd.github.sha"}))
    assert await hub.github().commit_of(REPO, "main") == Sha("cd" * 32)
