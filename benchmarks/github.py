"""The GitHub of the benchmarks: the simulation on loopback, with teams that all release at once, and a way to steer it.

`python -m benchmarks.github TEAMS TASKS` says its port, then serves the REST API at `/api/v3` and, below `/bench`, what
the benchmark asks for: the public methods of `Teams`, as `/bench/<method>/<argument>`.
"""

import asyncio
import json
import random
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator, MutableMapping, Sequence
from copy import deepcopy
from http import HTTPStatus
from typing import Any, TypeAlias, cast

import uvicorn

from app.adapters.clock import SystemClock
from app.serving import KEPT_SECONDS, listen
from app.sim.github import SimGitHub
from app.sim.http.asgi import Receive, Scope, Send
from app.sim.scenario import Room, white_room
from app.sim.state import WorkflowRun
from app.sim.webhooks import WebhookPost, make_post
from app.sim.wire import dumps
from benchmarks.load import mixed
from benchmarks.machine import HOST

PARTS = 500
"""Jobs that complete in the burst."""

BURST_BODY = "write the body of the burst's issue"

_BY = "release-manager"
_BURST = "burst/app"
_ASIDE = "aside"
_OF_RUNS = ("workflow_dispatch", "workflow_run", "workflow_job", "check_run", "check_suite")
_WORKFLOW = """
name: Release
run-name: ${{ inputs.task }} [${{ inputs.gonogo_id }}]
on:
  workflow_dispatch:
    inputs:
      task: {type: string, required: true}
      version: {type: string, default: ""}
      gonogo_id: {type: string, default: ""}
jobs:
  task:
    name: ${{ inputs.task }}
    runs-on: ubuntu-24.04
    steps: [{run: ./run-task.sh}]
"""

KINDS = {
    "token": r"POST /app/installations/\d+/access_tokens",
    "reaction": r"POST .*/issues/comments/\d+/reactions",
    "permission": r"GET .*/collaborators/[^/]+/permission",
    "head of the branch": r"GET .*/git/ref/.*",
    "dispatch": r"POST .*/dispatches",
    "reply": r"POST .*/issues/\d+/comments",
    "read the body": r"GET .*/issues/\d+",
    BURST_BODY: rf"PATCH /repos/{_BURST}/issues/\d+",
    "write the body": r"PATCH .*/issues/\d+",
    "status comment": r"PATCH .*/issues/comments/\d+",
    "gate": r"(?:POST|PATCH) .*/check-runs.*",
}
"""What a call is for, by method and path."""

PROJECTIONS = (BURST_BODY, "read the body", "write the body", "status comment", "gate")
"""Kinds that show a release as it stands, whatever command or job has changed it."""

Webhooks: TypeAlias = list[WebhookPost]


def plan_of(tasks: int) -> str:
    """Return a plan of that many tasks, each with a script to run and an item that its run ticks."""
    steps = (
        f"### 1.{n} Step {n}\n\n```bash\n./scripts/step-{n}.sh\n```\n\n- [ ] Step {n} is done\n"
        for n in range(1, tasks + 1)
    )
    return "---\nworkflow: release.yml\n---\n# Release plan\n\n## Phase 1: Ship\n\n" + "\n".join(steps)


def burst_plan() -> str:
    """Return a plan of one task, whose every item waits for a job of its run."""
    evidence = "".join(f'  "Part {n} is done": job=part {n}\n' for n in range(PARTS))
    items = "".join(f"- [ ] Part {n} is done\n" for n in range(PARTS))
    script = "```bash\n./scripts/all.sh\n```\n"
    settings = f"---\nworkflow: release.yml\nevidence:\n{evidence}---\n"
    return f"{settings}# Release plan\n\n## Phase 1: All\n\n### 1.1 All\n\n{script}\n{items}"


class Teams:
    """Teams on one GitHub, each with an organisation, an installation, a repository and a release of its own."""

    def __init__(self, teams: int, tasks: int) -> None:
        self.github = SimGitHub(SystemClock())
        self.github.outcome("release.yml", conclusion=None)  # runs go on until `done` ends them
        self._rooms: list[Room] = []
        for number in range(1, teams + 1):
            self._rooms.append(self._room(f"team-{number}/app", plan_of(tasks)))
        self._burst = self._room(_BURST, burst_plan())
        self._next_task = 1
        self._seen_calls = 0
        self._noise = 0
        self._aside: list[Room] = []
        self.stuck: asyncio.Event | None = None  # set when what hangs goes on
        self._chance = random.Random(1)  # noqa: S311 - how long GitHub takes is no secret
        self._takes = (0.0, 0.0)  # seconds for an answer
        self._is_silent = False  # about the next run that is dispatched
        for room in (*self._rooms, self._burst):
            self.github.open_issue(room.repo, "Release 1.0.0", "We ship.\n", by=_BY)
        self.github.take()

    def _room(self, name: str, plan: str) -> Room:
        app = self._rooms[0].app if self._rooms else None
        return white_room(
            self.github, plan=plan, files={".github/workflows/release.yml": _WORKFLOW}, name=name, app=app
        )

    # -- what is asked for below /bench -------------------------------------------------------------------

    def app(self) -> dict[str, object]:
        """Return who the App is."""
        room = self._burst
        return {"id": room.app.id, "private_key": room.private_key, "webhook_secret": room.webhook_secret}

    def start(self) -> Webhooks:
        """Start a release in every repository."""
        return self._say([*self._rooms, self._burst], "/release start 1.0.0")

    def start_some(self, first: str, last: str) -> Webhooks:
        """Start a release in the repositories from one number to another, which is left out."""
        return self._say(self._rooms[int(first) : int(last)], "/release start 1.0.0")

    def run_some(self, teams: str, count: str) -> Webhooks:
        """Run so many tasks of the first teams' releases, team by team, round after round."""
        said: Webhooks = []
        while (left := int(count) - len(said)) > 0:
            said += self._say(self._rooms[: min(int(teams), left)], f"/release 1.{self._next_task}")
            self._next_task += 1
        return said

    def done_all(self) -> Webhooks:
        """End all runs that go on; return what tells that they have completed."""
        return [post for team in range(len(self._rooms)) for post in self.done(str(team))]

    def run(self, count: str) -> Webhooks:
        """Run the next tasks of every release, team by team, round after round."""
        said: Webhooks = []
        for _ in range(int(count)):
            said += self._say(self._rooms, f"/release 1.{self._next_task}")
            self._next_task += 1
        return said

    def run_all(self) -> Webhooks:
        """Run the one task of the release that the burst comes to."""
        return self._say([self._burst], "/release 1.1")

    def done(self, team: str) -> Webhooks:
        """End all runs of a team that go on; return what tells that they have completed."""
        self.github.take()
        for room, run in list(self._running([self._rooms[int(team)]])):
            self.github.finish(room.repo, run.id, run.latest[0].name)
        return [post for post in self.github.take() if (post.event, post.action) == ("workflow_run", "completed")]

    def burst(self) -> Webhooks:
        """End the job of the burst's run, again and again under other names: PARTS jobs of one run."""
        self.github.take()
        ((room, run),) = list(self._running([self._burst]))
        self.github.finish(room.repo, run.id, run.latest[0].name)
        posts = self.github.take()
        told = next(post for post in posts if (post.event, post.action) == ("workflow_job", "completed"))
        return [self._part(room, told, number) for number in range(PARTS)]

    def noise(self, count: str) -> Webhooks:
        """Return deliveries that concern no release: other Apps' checks, other statuses, talk."""
        self.github.take()
        while len(self.github.outbox) < int(count):
            for room in self._rooms:
                self._noise += 1
                sha = self.github.head(room.repo)
                self.github.check(room.repo, sha, f"other {self._noise}", app="other-ci", conclusion="success")
                self.github.status(room.repo, sha, f"other/{self._noise}", "success", by="developer")
                self.github.comment(room.repo, 1, "Me too.", by="reader")
        return self.github.take()[: int(count)]

    def pile(self, commands: str, count: str) -> Webhooks:
        """Return that many deliveries: all that tells of the runs that go on, which end; commands; noise between them.

        Each release gets so many commands. Of the noise there is as much as is left.
        """
        told = self.github.take()
        for room, run in sorted(self._running(self._rooms), key=lambda one: one[1].number):
            self.github.finish(room.repo, run.id, run.latest[0].name)
        told = [post for post in (*told, *self.github.take()) if post.event in _OF_RUNS and not _is_gate(post)]
        said = self.run(commands)
        return mixed(mixed(told, self.noise(str(int(count) - len(told) - len(said)))), said)

    def slow(self, least: str, most: str) -> None:
        """Take so many milliseconds for each answer from now on."""
        self._takes = (int(least) / 1_000, int(most) / 1_000)

    async def take_time(self) -> None:
        """Wait as long as GitHub takes for an answer."""
        if self._takes[1]:
            await asyncio.sleep(self._chance.uniform(*self._takes))

    def be_silent(self) -> None:
        """Start the next run that is dispatched, and never say so."""
        self._is_silent = True
        self.stuck = None

    def is_silent(self) -> bool:
        """Whether a run has been started of which nothing was said."""
        return self.stuck is not None

    def swallows(self, path: str) -> asyncio.Event | None:
        """Return what the answer to a request for that path has to wait for, where it is one that does not come."""
        if not (self._is_silent and path.endswith("/dispatches")):
            return None
        self._is_silent = False
        self.stuck = asyncio.Event()
        return self.stuck

    def hang(self, count: str) -> Webhooks:
        """Let everything hang for one more installation; return what is asked for in that many of its repositories."""
        for number in range(len(self._aside), int(count)):
            self._aside.append(white_room(self.github, name=f"{_ASIDE}/part-{number}", app=self._rooms[0].app))
            self.github.open_issue(self._aside[-1].repo, "A question", "", by=_BY)
        self.stuck = asyncio.Event()
        return self._say(self._aside, "/release why")

    def go_on(self) -> None:
        """Let what hangs go on."""
        if self.stuck is not None:
            self.stuck.set()

    def hangs(self, path: str) -> asyncio.Event | None:
        """Return what a request for that path has to wait for."""
        return self.stuck if f"/{_ASIDE}/" in path else None

    def calls(self) -> dict[str, int]:
        """Return how often each kind of call was made since this was asked last."""
        calls, self._seen_calls = self.github.calls[self._seen_calls :], len(self.github.calls)
        return Counter(_kind(f"{call.method} {call.path}") for call in calls)

    def dispatches(self) -> dict[str, int]:
        """Return how often each task of each repository was dispatched."""
        runs = [(room, run) for room in (*self._rooms, self._burst) for run in self.github.runs(room.repo)]
        return Counter(f"{room.repo.full_name} {run.inputs['task']}" for room, run in runs)

    # -------------------------------------------------------------------------------------------------------

    def _say(self, rooms: Sequence[Room], text: str) -> Webhooks:
        self.github.take()
        for room in rooms:
            self.github.comment(room.repo, 1, text, by=_BY)
        return [post for post in self.github.take() if post.event == "issue_comment"]  # runs go on meanwhile

    def _running(self, rooms: Sequence[Room]) -> Iterator[tuple[Room, WorkflowRun]]:
        for room in rooms:
            for run in self.github.runs(room.repo):
                if run.status != "completed":
                    yield room, run

    @staticmethod
    def _part(room: Room, told: WebhookPost, number: int) -> WebhookPost:
        payload = cast("dict[str, Any]", deepcopy(told.payload))
        payload["workflow_job"]["id"] += number
        payload["workflow_job"]["name"] = f"part {number}"
        return make_post(room.app, told.event, told.action, dumps(payload), f"{number:08x}{'0' * 32}")


def _is_gate(post: WebhookPost) -> bool:
    """Whether it tells of our own check run."""
    return b'"release/gate"' in post.body


def _kind(call: str) -> str:
    return next((kind for kind, pattern in KINDS.items() if re.fullmatch(pattern, call)), "other")


class Steered:
    """An ASGI application: the simulated GitHub, and the benchmark's own addresses before it."""

    def __init__(self, teams: Teams) -> None:
        self._teams = teams

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer an ASGI request."""
        _, _, asked = scope.get("path", "").partition("/bench/")
        if not asked:
            await self._answer(scope, receive, send)
            return
        name, *args = asked.split("/")
        ask: Callable[..., object] = getattr(self._teams, name)
        said = ask(*args)
        if isinstance(said, list):
            posts = cast("Webhooks", said)
            said = [{"headers": post.headers, "body": post.body.decode()} for post in posts]
        body = json.dumps(said).encode()
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        await self._teams.take_time()
        if (stuck := self._teams.hangs(path)) is not None:
            await stuck.wait()
        if (stuck := self._teams.swallows(path)) is None:
            await self._teams.github.asgi(scope, receive, send)
            return
        await self._teams.github.asgi(scope, receive, _say_nothing)
        await stuck.wait()  # by then nobody listens any more
        await send({"type": "http.response.start", "status": HTTPStatus.BAD_GATEWAY, "headers": []})
        await send({"type": "http.response.body", "body": b""})


async def _say_nothing(_message: MutableMapping[str, Any]) -> None:
    """Swallow a message."""


def main() -> None:
    """Serve until told to stop."""
    teams = Teams(int(sys.argv[1]), int(sys.argv[2]))
    sock = listen(HOST, 0)
    sys.stdout.write(f"{sock.getsockname()[1]}\n")
    sys.stdout.flush()
    # Kept for longer than the service keeps them, as GitHub does: what is sent on a connection that is closed just then
    # gets no answer, and the service would look for a run for a minute before it dispatched again.
    config = uvicorn.Config(
        Steered(teams), log_level="warning", access_log=False, server_header=False, timeout_keep_alive=KEPT_SECONDS
    )
    asyncio.run(uvicorn.Server(config).serve(sockets=[sock]))


if __name__ == "__main__":
    main()
