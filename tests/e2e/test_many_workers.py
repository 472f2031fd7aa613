"""Several processes on one PostgreSQL: whoever dies, stands still or is cut off, another goes on, and nothing is twice."""

import os
import signal
from pathlib import Path

import pytest

from tests.e2e.cluster import REPO, Cluster, running_cluster
from tests.real_postgres import postgres
from tools.postgres import Server

__all__ = ["postgres"]  # a fixture
pytestmark = [
    pytest.mark.anyio,
    pytest.mark.allow_hosts(["127.0.0.1"]),
    pytest.mark.skipif(
        os.environ.get("GONOGO_LONG") != "1", reason="twice a minute of looking for a run: make workers"
    ),
]

PLAN = "---\nworkflow: release.yml\n---\n# Plan\n\n## Phase 1: Build\n" + "".join(
    f"\n### 1.{number} Build {name}\n\n```bash\n./scripts/build-{name}.sh\n```\n\n- [ ] {name.title()} built\n"
    for number, name in enumerate(("alpha", "beta", "gamma"), start=1)
)


def is_settled(cluster: Cluster, comment: int) -> bool:
    """Whether a command was answered, and nothing is left to be done."""
    reactions = [r.content for r in cluster.github.repo(REPO).comments[comment].reactions]
    left = cluster.ask("SELECT count(*) FROM ledger WHERE state = 'todo'")[0][0]
    return reactions == ["eyes", "rocket"] and left == 0


def is_heard(cluster: Cluster, comment: int) -> bool:
    """Whether the first reaction is there: what is asked for next is asked for the command's sake."""
    return bool(cluster.github.repo(REPO).comments[comment].reactions)


UNHANDLED = "SELECT count(*) FROM deliveries WHERE handled_at IS NULL"


async def test_d13_a_worker_killed_stopped_or_cut_off_is_taken_over_and_nothing_is_done_twice(
    tmp_path: Path, postgres: Server
) -> None:
    async with running_cluster(tmp_path, postgres, PLAN) as cluster:
        issue = cluster.github.open_issue(REPO, "Release 1.0.0", "", by="release-manager").number

        def say(text: str, by: str = "release-manager") -> int:
            return cluster.github.comment(REPO, issue, text, by=by).id

        cluster.start("door", "serve", "--no-worker")
        await cluster.until(lambda: cluster.is_up("door"), "the door opens")
        first = cluster.start("first", "work")
        start = say("/release start 1.0.0")
        await cluster.until(lambda: is_settled(cluster, start), "the release is started")

        # Killed after GitHub has dispatched, and before it could hear of it.
        held = cluster.front.hold("first", "POST", "/dispatches", is_answered_late=True)
        alpha = say("/release alpha")
        await cluster.until(held.reached.is_set, "the first worker dispatches")
        second = cluster.start("second", "work")
        await cluster.until(lambda: cluster.is_up("second"), "the second worker begins")
        first.send(signal.SIGKILL)
        await cluster.until(lambda: is_settled(cluster, alpha), "the second worker takes over")
        assert [run.inputs["task"] for run in cluster.dispatched] == ["build-alpha"]

        # Stopped between its look and its call, and woken when another has gone on.
        beta = say("/release beta")
        held = cluster.front.hold("second", "GET", "/git/ref/heads", when=lambda: is_heard(cluster, beta))
        await cluster.until(held.reached.is_set, "the second worker looks at the branch")
        third = cluster.start("third", "work", is_by_wire=True)
        await cluster.until(lambda: cluster.is_up("third"), "the third worker begins")
        assert not is_settled(cluster, beta)
        second.send(signal.SIGSTOP)
        held.go_on.set()
        await cluster.until(lambda: is_settled(cluster, beta), "the third worker takes over")
        second.send(signal.SIGCONT)
        await cluster.until(lambda: "turns.lost" in second.said, "the second worker hears that it was given up")
        assert [run.inputs["task"] for run in cluster.dispatched] == ["build-alpha", "build-beta"]

        # Cut off from the database between its look and its call, while GitHub can still be reached.
        second.send(signal.SIGSTOP)
        gamma = say("/release gamma")
        held = cluster.front.hold("third", "GET", "/git/ref/heads", when=lambda: is_heard(cluster, gamma))
        await cluster.until(held.reached.is_set, "the third worker looks at the branch")
        second.send(signal.SIGCONT)
        cluster.wire.cut()
        await cluster.until(lambda: is_settled(cluster, gamma), "the second worker takes over")
        held.go_on.set()
        cluster.wire.mend()
        await cluster.until(lambda: third.said.count("worker.started") == 1, "the third worker lives")
        assert [run.inputs["task"] for run in cluster.dispatched] == ["build-alpha", "build-beta", "build-gamma"]

        # Both can still be told to stop, and end in order. What came is all there, once.
        await cluster.until(lambda: cluster.ask(UNHANDLED) == [(0,)], "all that came is handled")
        for process in (second, third, cluster.processes["door"]):
            process.send(signal.SIGTERM)
        assert [p.popen.wait(60) for p in (second, third, cluster.processes["door"])] == [0, 0, 0]
        assert cluster.ask(UNHANDLED) == [(0,)]
        kinds = cluster.ask(
            "SELECT kind, count(*) FROM events WHERE kind IN ('run_requested', 'run_started') GROUP BY 1"
        )
        assert dict(kinds) == {"run_requested": 3, "run_started": 3}
        assert cluster.ask("SELECT max(attempts) FROM ledger")[0][0] > 1
