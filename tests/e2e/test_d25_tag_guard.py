"""D25: tags that were pushed past the gate are told of, and put an end to where the plan says so."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from inline_snapshot import snapshot

from app.adapters.openpgp import OpenPgpSigner
from app.domain.release.events import Event
from app.domain.release.events_guard import GuardEvent
from app.sim.state import WorkflowRun
from tests.bot import REPO, Bot, TrackedRelease, running_bot
from tests.signing_keys import openpgp_key

pytestmark = pytest.mark.anyio

PLAN = """---
gate: {blockers: [P0]}
evidence:
  "Linter is quiet": check=lint
---
# Release plan

## Phase 1: Prepare

### 1.1 Look at it

- [ ] Looked at
- [ ] Linter is quiet

## Phase 2: Ship

### 2.1 Tag

```bash
git tag -a v1.0.0 -m "1.0.0"
```

- [ ] Tag pushed
"""
STRICT = PLAN.replace("evidence:", 'guard: {delete: true, exempt: ["v0.*", "v*-dev"]}\nevidence:')
ON_TAGS = """name: On tags
on: {push: {tags: ['v*']}}
jobs: {publish: {runs-on: ubuntu-24.04, steps: [{run: ./publish.sh}]}}
"""
FILES = {".github/workflows/on-tags.yml": ON_TAGS}
ONE_PERIOD = 301
TAGS = "refs/tags/"


@dataclass
class Guarded:
    """A bot that guards tags, with a release that is going on."""

    bot: Bot
    release: TrackedRelease

    @property
    def head(self) -> str:
        return self.bot.github.head(REPO)

    async def turn_green(self) -> str:
        """Have all done and said, and return the commit."""
        self.bot.github.check(REPO, self.head, "lint", app="github-actions", conclusion="success")
        await self.release.comment("/release check 1.1.1")
        await self.release.comment("/release go", seconds=8)
        assert self.bot.gate().conclusion == "success"
        return self.head

    async def push(self, name: str, sha: str, *, annotated: bool = True, seconds: float = 10) -> str:
        """Push a tag as a developer, and let the bot take it."""
        made = self.bot.github.push_tag(REPO, name, sha, by="developer", annotated=annotated)
        await self.bot.pass_time(seconds)
        return made

    async def look_for_runs(self) -> None:
        """Let the time go by for which runs of a deleted tag are looked for."""
        await self.bot.pass_time(140, step=10)

    def commit(self) -> str:
        """A commit that no release is at, on another branch."""
        return self.bot.github.commit(REPO, {"other.txt": "x"}, by="developer", branch="other").sha

    @property
    def tags(self) -> list[str]:
        return sorted(ref.removeprefix(TAGS) for ref in self.bot.room.repo.refs if ref.startswith(TAGS))

    @property
    def runs(self) -> list[WorkflowRun]:
        """What tags have started."""
        return [run for run in self.bot.github.runs(REPO) if run.workflow.name == "On tags"]

    async def log(self) -> list[Event]:
        """What the guard wrote into the release's log."""
        (id_,) = [r.id for r in await self.bot.service.releases.latest_in(self.bot.room.repo.id, 1)]
        return [event for event in await self.bot.service.releases.events(id_) if isinstance(event, GuardEvent)]

    def alarms(self) -> list[str]:
        return [text for text in self.release.replies() if text.startswith("🚨")]


async def guarded(bot: Bot) -> Guarded:
    bot.github.outcome("on-tags.yml", conclusion=None)
    found = Guarded(bot=bot, release=await bot.open_release())
    await bot.pass_time(3)
    return found


@pytest.fixture
async def telling(tmp_path: Path) -> AsyncIterator[Guarded]:
    """The plan says nothing of deleting."""
    async with running_bot(tmp_path, plan=PLAN, files=FILES) as bot:
        yield await guarded(bot)


@pytest.fixture
async def strict(tmp_path: Path) -> AsyncIterator[Guarded]:
    """The plan has bad tags deleted."""
    async with running_bot(tmp_path, plan=STRICT, files=FILES) as bot:
        yield (found := await guarded(bot))
        await found.look_for_runs()


# -- what is told -------------------------------------------------------------------------------------------------


async def test_d25_a_tag_at_a_red_gate_is_told_of_once_and_nothing_is_done(telling: Guarded) -> None:
    await telling.push("v1.0.0", telling.head)
    assert telling.alarms() == snapshot(
        [
            """\
🚨 A release tag needs a look:

- `v1.0.0` at `0dfb00f`: the gate is not green there

Nothing was done about it. Runs that it has started may be going on.

Whoever may push tags puts it right:

- away: `git push --delete origin refs/tags/v1.0.0`

What keeps the gate from green: `/release why`\
"""
        ]
    )
    assert telling.tags == ["v1.0.0"]
    await telling.bot.pass_time(ONE_PERIOD)
    assert len(telling.alarms()) == 1
    assert [run.conclusion for run in telling.runs] == [None]
    assert [event.kind for event in await telling.log()] == ["tag_incident"]


async def test_d25_a_tag_at_a_commit_of_no_release_is_told_of(telling: Guarded) -> None:
    sha = telling.commit()
    await telling.push("v1.0.0", sha)
    await telling.push("v3.0.0", sha, annotated=False)
    assert telling.alarms() == snapshot(
        [
            """\
🚨 A release tag needs a look:

- `v1.0.0` at `5d95d99`: 1.0.0 is to be made of `0dfb00f`

Nothing was done about it. Runs that it has started may be going on.

Whoever may push tags puts it right:

- away: `git push --delete origin refs/tags/v1.0.0`\
""",
            """\
🚨 A release tag needs a look:

- `v3.0.0` at `5d95d99`: no release is to be made of that commit; it is lightweight, without a message and a date of its own

Nothing was done about it. Runs that it has started may be going on.

Whoever may push tags puts it right:

- away: `git push --delete origin refs/tags/v3.0.0`\
""",
        ]
    )


async def test_d25_five_tags_in_one_push_are_found_within_a_period(telling: Guarded) -> None:
    sha = telling.commit()
    await telling.bot.pass_time(5)
    telling.bot.github.push_tags(REPO, {f"v2.0.{number}": sha for number in range(5)}, by="developer")
    assert telling.bot.github.outbox == []
    await telling.bot.pass_time(ONE_PERIOD, step=5)
    assert telling.alarms() == snapshot(
        [
            """\
🚨 5 release tags need a look:

- `v2.0.0` at `5d95d99`: no release is to be made of that commit; it is lightweight, without a message and a date of its own
- `v2.0.1` at `5d95d99`: no release is to be made of that commit; it is lightweight, without a message and a date of its own
- `v2.0.2` at `5d95d99`: no release is to be made of that commit; it is lightweight, without a message and a date of its own
- `v2.0.3` at `5d95d99`: no release is to be made of that commit; it is lightweight, without a message and a date of its own
- `v2.0.4` at `5d95d99`: no release is to be made of that commit; it is lightweight, without a message and a date of its own

Nothing was done about them. Runs that they have started may be going on.

Whoever may push tags puts it right:

- away: `git push --delete origin refs/tags/v2.0.0`
- away: `git push --delete origin refs/tags/v2.0.1`
- away: `git push --delete origin refs/tags/v2.0.2`
- away: `git push --delete origin refs/tags/v2.0.3`
- away: `git push --delete origin refs/tags/v2.0.4`\
"""
        ]
    )


@pytest.mark.parametrize("annotated", [True, False])
async def test_d25_a_tag_that_is_moved_is_told_of(telling: Guarded, annotated: bool) -> None:
    good = await telling.turn_green()
    await telling.push("v1.0.0", good)
    assert telling.alarms() == []
    await telling.push("v1.0.0", telling.commit(), annotated=annotated)
    (alarm,) = telling.alarms()
    assert f"it was moved from `{good[:7]}`, where it was accepted" in alarm


async def test_d25_a_tag_that_is_moved_to_a_green_commit_is_told_of_and_never_deleted(strict: Guarded) -> None:
    first = await strict.turn_green()
    await strict.push("v1.0.0", first)
    second = strict.bot.github.commit(REPO, {"a.txt": "a"}, by="developer").sha
    await strict.release.comment("/release retarget", seconds=8)
    assert await strict.turn_green() == second
    made = await strict.push("v1.0.0", second)
    assert len(strict.alarms()) == 1
    await strict.bot.pass_time(ONE_PERIOD, step=5)
    assert strict.bot.room.repo.refs["refs/tags/v1.0.0"] == made


async def test_d25_a_tag_that_is_deleted_is_told_of_with_what_puts_it_back(telling: Guarded) -> None:
    good = await telling.turn_green()
    made = await telling.push("v1.0.0", good)
    telling.bot.github.delete_tags(REPO, ["v1.0.0"], by="developer")
    await telling.bot.pass_time(10)
    (alarm,) = telling.alarms()
    assert f"`git push --force origin {made}:refs/tags/v1.0.0`" in alarm
    await telling.bot.pass_time(ONE_PERIOD, step=5)
    telling.bot.github.push_tags(REPO, {"v1.0.0": made}, by="developer")  # put back
    await telling.bot.pass_time(10)
    assert len(telling.alarms()) == 1


async def test_d25_a_deleted_and_remade_tag_is_a_moved_one(telling: Guarded) -> None:
    good = await telling.turn_green()
    await telling.push("v1.0.0", good)
    telling.bot.github.delete_tags(REPO, ["v1.0.0"], by="developer")
    await telling.push("v1.0.0", telling.commit())
    assert "it was moved from" in telling.alarms()[-1]


async def test_d25_a_lightweight_tag_at_a_green_gate_is_remarked_and_no_incident(strict: Guarded) -> None:
    good = await strict.turn_green()
    await strict.push("v1.0.0", good, annotated=False)
    await strict.push("v1.0.1", good)
    await strict.bot.pass_time(ONE_PERIOD, step=5)
    assert (strict.alarms(), strict.tags) == ([], ["v1.0.0", "v1.0.1"])
    assert strict.release.replies()[-2:] == snapshot(
        [
            """\
The gate is green where this tag stands, so it stays; it is only not as a tag of mine would be:

- `v1.0.0` at `0dfb00f`: it is lightweight, without a message and a date of its own

Nothing has to be done. Next time `/release tag --confirm <tag>` makes the tag.\
""",
            """\
The gate is green where this tag stands, so it stays; it is only not as a tag of mine would be:

- `v1.0.1` at `0dfb00f`: no release has a tag of that name

Nothing has to be done. Next time `/release tag --confirm <tag>` makes the tag.\
""",
        ]
    )


async def test_d25_a_lightweight_tag_at_a_red_gate_is_an_incident(telling: Guarded) -> None:
    await telling.push("v1.0.0", telling.head, annotated=False)
    (alarm,) = telling.alarms()
    assert "the gate is not green there; it is lightweight" in alarm


# -- what is done ---------------------------------------------------------------------------------------------------


async def test_d25_a_bad_tag_is_deleted_and_its_run_cancelled_where_the_plan_says_so(strict: Guarded) -> None:
    made = await strict.push("v1.0.0", strict.head)
    assert strict.tags == []
    assert [(run.branch, run.conclusion) for run in strict.runs] == [("v1.0.0", "cancelled")]
    assert strict.alarms() == snapshot(
        [
            """\
🚨 A release tag needs a look:

- ✂️ `v1.0.0` at `0dfb00f`: the gate is not green there

It is being deleted, unless the gate has turned green meanwhile, and the runs that it has started are cancelled. Another answer follows only if that fails.

What keeps the gate from green: `/release why`\
"""
        ]
    )
    assert [event.kind for event in await strict.log()] == ["tag_incident", "tag_reverted"]
    await strict.bot.pass_time(ONE_PERIOD, step=5)
    assert [event.kind for event in await strict.log()] == ["tag_incident", "tag_reverted", "tag_runs_cancelled"]
    assert len(strict.alarms()) == 1
    # whoever pushes the very same tag again has it deleted again
    strict.bot.github.push_tags(REPO, {"v1.0.0": made}, by="developer")
    await strict.bot.pass_time(10)
    assert (strict.tags, len(strict.alarms())) == ([], 2)
    assert [run.conclusion for run in strict.runs] == ["cancelled", "cancelled"]


async def test_d25_five_bad_tags_in_one_push_are_deleted_within_a_period(strict: Guarded) -> None:
    sha = strict.commit()
    strict.bot.github.push_tags(REPO, {f"v2.0.{number}": sha for number in range(5)}, by="developer")
    await strict.bot.pass_time(ONE_PERIOD, step=5)
    assert (strict.tags, len(strict.alarms())) == ([], 1)


async def test_d25_a_run_that_is_listed_late_is_cancelled_all_the_same(strict: Guarded) -> None:
    strict.bot.github.pace.listing = 25
    await strict.push("v1.0.0", strict.head)
    assert (strict.tags, [run.conclusion for run in strict.runs]) == ([], [None])
    await strict.bot.pass_time(40)
    assert [run.conclusion for run in strict.runs] == ["cancelled"]


async def test_d25_a_run_of_a_tag_that_is_pushed_again_is_cancelled_though_its_first_is_listed(strict: Guarded) -> None:
    made = await strict.push("v1.0.0", strict.head)
    await strict.bot.pass_time(ONE_PERIOD, step=5)
    strict.bot.github.pace.listing = 25
    strict.bot.github.push_tags(REPO, {"v1.0.0": made}, by="developer")
    await strict.bot.pass_time(40)
    assert [run.conclusion for run in strict.runs] == ["cancelled", "cancelled"]


async def test_d25_a_tag_that_a_rule_protects_is_told_of_and_its_run_cancelled(strict: Guarded) -> None:
    strict.bot.github.fault("DELETE", r"/git/refs/tags/", status=422, message="Cannot delete this tag")
    await strict.push("v1.0.0", strict.head)
    assert (strict.tags, [run.conclusion for run in strict.runs]) == (["v1.0.0"], ["cancelled"])
    assert strict.release.replies()[-1] == snapshot("""\
`v1.0.0` could not be deleted: GitHub answered 422: Cannot delete this tag. The runs that it has started are cancelled all the same.

If a rule of the repository or an immutable release protects it, somebody who may change that has to decide. Until then nobody should take what stands there for a release.

Whoever may push tags puts it right:

- away: `git push --delete origin refs/tags/v1.0.0`\
""")
    await strict.bot.pass_time(ONE_PERIOD, step=5)
    assert len(strict.alarms()) == 1


async def test_d25_a_tag_that_has_moved_on_meanwhile_is_not_deleted_for_what_it_was(strict: Guarded) -> None:
    good = await strict.turn_green()
    bad = strict.commit()

    def moved() -> None:
        strict.bot.github.push_tag(REPO, "v1.0.0", good, by="developer", annotated=True)

    strict.bot.meddler.before("GET", "/git/ref/tags/v1.0.0", moved)
    await strict.push("v1.0.0", bad)
    assert strict.tags == ["v1.0.0"]
    assert [event.kind for event in await strict.log()][:2] == ["tag_incident", "tag_left"]
    await strict.bot.pass_time(10)
    assert [(run.sha, run.conclusion) for run in strict.runs] == [(bad, "cancelled"), (good, None)]


async def test_d25_a_lost_answer_deletes_nothing_twice(strict: Guarded) -> None:
    strict.bot.github.fault("DELETE", r"/git/refs/tags/", status=502, after_doing=True)
    await strict.push("v1.0.0", strict.head, seconds=20)
    assert strict.tags == []
    assert [event.kind for event in await strict.log()] == ["tag_incident", "tag_reverted"]


# -- what is left alone ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["v0.9", "v2.0.0-dev", "nightly-2026", "vendor-drop"])
async def test_d25_exempt_tags_and_others_are_nobody_s_business(strict: Guarded, name: str) -> None:
    await strict.push(name, strict.commit(), annotated=False)
    strict.bot.github.push_tags(REPO, {name: strict.head}, by="developer")
    await strict.bot.pass_time(ONE_PERIOD, step=5)
    strict.bot.github.delete_tags(REPO, [name], by="developer")
    await strict.bot.pass_time(10)
    assert (strict.release.replies(), await strict.log()) == ([], [])


async def test_d25_a_tag_with_a_green_gate_behind_it_is_never_touched(strict: Guarded) -> None:
    good = await strict.turn_green()
    strict.bot.github.push_tag(REPO, "v1.0.0", good, by="developer", annotated=True)
    webhooks = [post for post in strict.bot.github.outbox if post.event in ("create", "push")]
    await strict.bot.pass_time(10)
    await strict.release.comment("/release hold Somebody has doubts", seconds=8)
    assert strict.bot.gate().conclusion == "failure"
    for webhook in webhooks * 2:  # as a redelivery, and as a delivery of its own
        await strict.bot.post(webhook)
    await strict.bot.pass_time(ONE_PERIOD, step=5)
    await strict.bot.stop()
    await strict.bot.start()
    await strict.bot.pass_time(10)
    assert (strict.alarms(), strict.tags) == ([], ["v1.0.0"])
    assert [event.kind for event in await strict.log()] == ["tag_accepted"]


async def test_d25_the_bot_s_own_tag_is_its_own_and_no_remark(tmp_path: Path) -> None:
    async with running_bot(
        tmp_path, plan=STRICT, files=FILES, signer=OpenPgpSigner(openpgp_key("gonogo@example.com"))
    ) as bot:
        strict = await guarded(bot)
        await strict.turn_green()
        await strict.release.comment("/release tag --confirm v1.0.0", seconds=10)
        assert (strict.alarms(), strict.tags, await strict.log()) == ([], ["v1.0.0"], [])
        await strict.push("v1.0.0", strict.commit())
        await strict.bot.pass_time(10)
        assert "it was moved from" in strict.alarms()[0]
        await strict.look_for_runs()


async def test_d25_a_tag_that_lacks_a_signature_is_told_of_as_such(tmp_path: Path) -> None:
    async with running_bot(
        tmp_path, plan=PLAN, files=FILES, signer=OpenPgpSigner(openpgp_key("gonogo@example.com"))
    ) as bot:
        telling = await guarded(bot)
        await telling.push("v1.0.0", telling.head)
        assert "the gate is not green there; it is not signed" in telling.alarms()[0]
        good = await telling.turn_green()
        await telling.push("v1.0.1", good)
        assert "it is not signed" in telling.release.replies()[-1]
        assert len(telling.alarms()) == 1


async def test_d25_nobody_is_accused_on_what_is_only_remembered(strict: Guarded) -> None:
    """GitHub never told us that the blocker was closed: it is asked before anything is said or deleted."""
    good = await strict.turn_green()
    bug = strict.bot.github.open_issue(REPO, "It crashes", by="developer", labels=["P0"])
    await strict.bot.pass_time(130, step=5)
    assert strict.bot.gate().conclusion == "failure"
    strict.bot.github.close_issue(REPO, bug.number, by="developer")
    strict.bot.github.take()  # lost
    await strict.push("v1.0.0", good)
    assert (strict.alarms(), strict.tags) == ([], ["v1.0.0"])


async def test_d25_tags_from_before_the_first_release_stay_as_they_are(tmp_path: Path) -> None:
    async with running_bot(tmp_path, plan=STRICT, files=FILES) as bot:
        bot.github.outcome("on-tags.yml", conclusion=None)
        old = bot.github.head(REPO)
        bot.github.push_tags(REPO, {f"v1.{number}": old for number in range(5)}, by="owner")
        strict = await guarded(bot)
        await bot.pass_time(ONE_PERIOD, step=5)
        assert (strict.release.replies(), len(strict.tags)) == ([], 5)
        await strict.push("v1.3", strict.commit())
        assert "it was moved from" in strict.alarms()[0]
        assert "v1.3" not in strict.tags
        await strict.look_for_runs()


# -- with no release going on -----------------------------------------------------------------------------------------


async def finished(strict: Guarded) -> str:
    good = await strict.turn_green()
    await strict.push("v1.0.0", good)
    await strict.release.comment("/release finish", seconds=8)
    return good


async def test_d25_after_the_release_its_tag_is_still_guarded(strict: Guarded) -> None:
    good = await finished(strict)
    await strict.push("v1.0.0", strict.commit())
    (alarm,) = strict.alarms()
    assert f"it was moved from `{good[:7]}`" in alarm
    assert strict.tags == []
    await strict.look_for_runs()
    assert [event.kind for event in await strict.log()][1:] == ["tag_incident", "tag_reverted", "tag_runs_cancelled"]


async def test_d25_a_tag_of_no_release_is_told_of_in_a_new_issue(strict: Guarded) -> None:
    await finished(strict)
    before = set(strict.bot.room.repo.issues)
    strict.bot.github.fault("POST", r"/issues$", status=502, after_doing=True)
    await strict.push("v2.0.0", strict.commit(), seconds=20)
    (number,) = set(strict.bot.room.repo.issues) - before
    issue = strict.bot.room.repo.issues[number]
    assert (strict.tags, strict.alarms()) == (["v1.0.0"], [])
    assert (issue.title, (issue.body or "").partition("\n\n<!--")[0]) == snapshot(
        (
            "A release tag needs a look",
            """\
🚨 A release tag needs a look:

- ✂️ `v2.0.0` at `5d95d99`: no release is to be made of that commit

It is being deleted, unless the gate has turned green meanwhile, and the runs that it has started are cancelled. Another answer follows only if that fails.\
""",
        )
    )
    await strict.bot.pass_time(ONE_PERIOD, step=5)
    assert set(strict.bot.room.repo.issues) - before == {number}


async def test_d25_with_no_release_and_a_tag_that_is_kept_a_second_issue_says_so(strict: Guarded) -> None:
    await finished(strict)
    strict.bot.github.fault("DELETE", r"/git/refs/tags/", status=422, message="Cannot delete this tag")
    await strict.push("v2.0.0", strict.commit(), seconds=20)
    titles = [issue.title for issue in strict.bot.room.repo.issues.values()]
    assert titles[1:] == ["A release tag needs a look", "A release tag could not be deleted"]


# -- what it costs ----------------------------------------------------------------------------------------------------


async def test_d25_looking_costs_next_to_nothing(telling: Guarded) -> None:
    good = await telling.turn_green()
    calls = telling.bot.github.calls
    at = len(calls)
    await telling.push("v1.0.0", good)
    asked = [call for call in calls[at:] if "/git/" in call.path]
    assert [(call.status, call.path.rpartition("/git/")[2].partition("/")[0]) for call in asked[:2]] == [
        (200, "matching-refs"),
        (200, "tags"),
    ]
    assert all(call.status == 304 for call in asked[2:])  # the second event finds it where it stands
    at = len(calls)
    telling.bot.github.push_branch(REPO, "quiet", good, by="developer")
    await telling.bot.pass_time(5)
    assert [call for call in calls[at:] if "tags" in call.path] == []
    await telling.bot.pass_time(ONE_PERIOD, step=5)
    assert {call.status for call in calls[at:] if "matching-refs" in call.path} == {304}


async def test_d25_a_repository_that_never_had_a_release_costs_nothing(tmp_path: Path) -> None:
    async with running_bot(tmp_path, plan=STRICT) as bot:
        at = len(bot.github.calls)
        bot.github.push_tag(REPO, "v1.0.0", bot.github.head(REPO), by="developer")
        await bot.pass_time(10)
        assert len(bot.github.calls) == at
