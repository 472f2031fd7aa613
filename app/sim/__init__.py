"""A GitHub in memory, for the demo, rehearsals and tests: state, REST API, signed webhooks, CI that runs on a clock.

    clock = SimClock()                      # or anything with `now()`, such as the real clock in the demo
    github = SimGitHub(clock)
    room = white_room(github)               # organisation, people, repository, App, installation: see app.sim.scenario
    httpx.ASGITransport(app=github.asgi)    # or `uvicorn.run(github.asgi)` on loopback

Set up: `add_repo`, `add_user`, `collaborate`, `add_team`, `add_app`, `install`, `guard` (an environment), `ping`.
Act as a person (by login): `open_issue`, `edit_issue`, `close_issue`, `reopen_issue`, `delete_issue`, `transfer_issue`,
`lock_issue`, `unlock_issue`, `comment`, `edit_comment`, `delete_comment`, `react`, `label`, `unlabel`, `fork`,
`open_pull`, `merge_pull`, `commit`, `push_branch`, `push_tag`, `push_tags`, `delete_tags`, `delete_ref`, `dispatch`,
`status`, and as any App `check`. What GitHub refuses raises `Refusal`. Hands for issues are good for pull requests too.
Run the organisation: `add_to_team`, `remove_from_team`, `add_to_org`, `remove_from_org`, `set_role`, `set_team_role`,
`rename_user`, `add_ruleset`. Where the rules stand against a change of a ref, `RuleViolation` (a `Refusal`) reads as
what git prints: `GH013`, and the rules by their lines.
Steer CI: `outcome(workflow, task=, job=, conclusion=, seconds=)`, `finish(repo, run, job)`, `pace` (seconds to queue,
run and cancel, and the delay until a run is listed). Runs progress when the clock has moved: before each request, when
the outbox is looked at, and on `tick()`; each change is stamped with its own moment. `next_due()` says when.
Look: `repo(name)`, `issue(repo, number)`, `team(org, slug)`, `runs(repo)`, `head(repo, branch)`, and the records of
app.sim.state.
Webhooks: `take()` returns and forgets, `outbox` only shows, what is to be posted: `WebhookPost(headers, body, event,
action, id, payload)`, signed with the App's secret. All changes send them, the App's own ones too. `delivered(post,
status_code)` notes in the App's log of deliveries what came of one; `hooks` holds that log and where the App points.
Requests: `calls` lists what was answered; a route that does not exist answers 501, and `unknown_calls` and
`assert_no_unknown_calls()` tell of it.
Trouble: `fault("POST", r"/dispatches$", status=502, after_doing=True, times=1)`, with `headers=`, `skip=` and
`lost="closed"` or `"timeout"` for no answer at all (a lost answer raises httpx.ReadError or httpx.ReadTimeout through
httpx.ASGITransport, and cuts the connection under a real server); `exhaust(installation)` uses up the rate limit;
`fault(..., bend=how)` answers something else than it would, such as a list that is behind;
`stale_issue(repo, number, reads=1)` lets the next reads of an issue miss its latest edit.

Of workflow files `on`, `run-name`, `jobs.*.{name,if,needs,runs-on,environment,strategy.matrix,steps}` are read. A job
with an environment makes a deployment, and waits where an App guards that environment. What is understood of
expressions stands in app.sim.expressions, and anything else raises instead of being guessed.
"""

from app.sim.clock import SimClock
from app.sim.expressions import Unsupported
from app.sim.github import SimGitHub
from app.sim.scenario import Room, white_room
from app.sim.webhooks import WebhookPost
from app.sim.wire import Refusal
from app.sim.world import Call

__all__ = ["Call", "Refusal", "Room", "SimClock", "SimGitHub", "Unsupported", "WebhookPost", "white_room"]
