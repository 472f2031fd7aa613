"""From a green gate to the release's tag: once, at the right commit, and so that git itself takes it for good."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from inline_snapshot import snapshot

from app.adapters.openpgp import OpenPgpSigner
from app.adapters.signing import load_signer
from app.ports import Signer
from app.sim.doing.ruling import RuleViolation
from app.sim.faults import FaultHow
from app.sim.shapes.tags import object_text
from app.sim.state import Tag
from app.sim.wire import Json
from tests.bot import REPO, Bot, TrackedRelease, running_bot
from tests.real_git import Gpg, gnupg, make_repo, need_tools, ssh_key
from tests.signing_keys import openpgp_key

__all__ = ["gnupg"]  # a fixture
pytestmark = pytest.mark.anyio

PLAN = """---
name: White Room
roles:
  Release Manager: [release-manager]
evidence:
  "Linter is quiet": check=lint
---
# Release plan

## Phase 1: Prepare

### 1.1 Check the code

- [ ] Linter is quiet

## Phase 2: Ship

### 2.1 Tag

```bash
git tag -a v1.0.0 -m "1.0.0"
```

- [ ] Tag is there <!-- gonogo: evidence=tag -->
"""
CONFIRM = "/release tag --confirm v1.0.0"
TAGS_URL = "/git/tags$"
REFS_URL = "/git/refs$"


@pytest.fixture
async def bot(tmp_path: Path) -> AsyncIterator[Bot]:
    need_tools("ssh-keygen")
    async with running_bot(tmp_path, plan=PLAN, signer=load_signer(ssh_key(tmp_path))) as running:
        yield running


async def green(bot: Bot) -> TrackedRelease:
    """Bring a release to a green gate."""
    release = await bot.open_release()
    bot.github.check(REPO, bot.github.head(REPO), "lint", app="github-actions", conclusion="success")
    await bot.pass_time(10)
    await release.comment("/release go", seconds=10)
    assert bot.gate().conclusion == "success"
    return release


def the_tag(bot: Bot) -> Tag:
    """The one tag there is, with its object."""
    (ref,) = [ref for ref in bot.room.repo.refs if ref.startswith("refs/tags/")]
    assert ref == "refs/tags/v1.0.0"
    return bot.room.repo.tags[bot.room.repo.refs[ref]]


def no_tag(bot: Bot) -> bool:
    return not any(ref.startswith("refs/tags/") for ref in bot.room.repo.refs)


async def test_a_green_release_is_tagged_and_shows_it(bot: Bot) -> None:
    release = await green(bot)
    comment = await release.comment(CONFIRM, seconds=20)
    assert release.reactions(comment) == ["eyes", "rocket"]
    tag = the_tag(bot)
    assert tag.object == bot.github.head(REPO)
    assert release.replies()[-1].replace(tag.sha, "OBJECT") == snapshot("""\
🏷️ [`v1.0.0`](https://github.com/white-room/daw/releases/tag/v1.0.0) is made at `0dfb00f`: annotated, signed, and read back from GitHub as it was to be.

Its object is `OBJECT`. To check it on a clone that knows the bot's public key: `git fetch --tags && git tag -v v1.0.0`\
""")
    assert tag.message.partition("-----BEGIN")[0].replace(tag.object, "COMMIT") == snapshot("""\
White Room 1.0.0

The first release

Other changes:
- Add the release plan (0dfb00f)

Commit: COMMIT
Tracking-Issue: https://github.com/white-room/daw/issues/1
Plan: .github/release-plan.md
""")
    assert "Tag is there" in release.ticked()
    assert "**Tag** [`v1.0.0`](https://github.com/white-room/daw/releases/tag/v1.0.0) (signed)" in release.body
    assert (
        "tag [`v1.0.0`](https://github.com/white-room/daw/releases/tag/v1.0.0) (signed)" in release.status_comments()[0]
    )

    again = await release.comment(CONFIRM, seconds=20)
    assert release.reactions(again) == ["eyes", "-1"]
    assert "was made before" in release.replies()[-1]
    await release.comment("/release report")
    assert "The tag v1.0.0 was made at" in release.replies()[-1]


def ssh_signer(folder: Path) -> Signer:
    return load_signer(ssh_key(folder))


def pgp_signer(_folder: Path) -> Signer:
    return OpenPgpSigner(openpgp_key("gonogo@example.com"))


@pytest.mark.parametrize("make", [ssh_signer, pgp_signer])
async def test_git_takes_the_tag_that_was_made_on_github_for_good(
    make: Callable[[Path], Signer], tmp_path: Path, gnupg: Path
) -> None:
    """The commit is one that git has made; the tag's bytes are those that the simulated GitHub keeps."""
    need_tools()
    signer = make(tmp_path)
    real = make_repo(tmp_path / "clone", gnupg=gnupg)
    commit = real.commit(name="README.md", text="# White Room, really\n", message="Say what it is")
    async with running_bot(tmp_path, plan=PLAN, signer=signer) as bot:
        files = {"README.md": "# White Room, really\n"}
        bot.github.push_made(REPO, commit, files, "Say what it is", by="developer")
        release = await green(bot)
        await release.comment(CONFIRM, seconds=20)
        tag = the_tag(bot)
    assert tag.object == commit
    assert real.put_tag("v1.0.0", object_text(tag).encode()) == tag.sha
    public = signer.public_key(tag.email)
    if signer.kind == "openpgp":
        assert Gpg(home=gnupg).run("--import", data=public.encode()).is_good
    said = real.verify("v1.0.0", signers=public if signer.kind == "ssh" else "")
    assert said.is_good, said.text
    assert signer.fingerprint in said.text.replace(" ", "")
    assert real.made("rev-parse", "v1.0.0^{commit}") == commit
    assert real.made("fsck", "--strict") == ""


async def test_without_a_key_the_tag_is_annotated_and_the_answer_says_that_it_is_not_signed(tmp_path: Path) -> None:
    async with running_bot(tmp_path, plan=PLAN) as bot:
        release = await green(bot)
        await release.comment(CONFIRM, seconds=20)
        assert the_tag(bot).reason == "unsigned"
        assert "Nobody can prove who made it" in release.replies()[-1]
        assert "(not signed)" in release.body


async def test_a_gate_that_is_not_green_is_told_with_what_is_open(bot: Bot) -> None:
    release = await bot.open_release()
    comment = await release.comment(CONFIRM)
    assert release.reactions(comment) == ["eyes", "-1"]
    assert release.replies()[-1] == snapshot("""\
`/release tag --confirm v1.0.0` was not taken: the gate of `1.0.0` at `0dfb00f` is ⏳ not green yet.

- ⏳ P0: 1 item open since 2026-03-02 09:00 UTC (0 of 100 %). What each waits for stands beside its box in the tracking issue.
- ⏳ Go by a release manager, waited for since 2026-03-02 09:00 UTC. It comes last: `/release go`

Once that is settled: `/release tag --confirm v1.0.0`\
""")
    assert no_tag(bot)


@pytest.mark.parametrize("typed", ["v1.0", "1.0.0", "V1.0.0", "v1.0.0-rc.1"])
async def test_what_is_typed_out_has_to_be_the_tag_itself(typed: str, bot: Bot) -> None:
    release = await green(bot)
    await release.comment(f"/release tag --confirm {typed}")
    assert f"`{typed}` was typed" in release.replies()[-1]
    assert CONFIRM in release.replies()[-1]
    assert no_tag(bot)


async def test_a_gate_that_turns_red_before_the_tag_is_made_stops_it(bot: Bot) -> None:
    """The check fails after the command was decided on, and GitHub has not told of it: only reading again finds it."""
    release = await green(bot)
    head = bot.github.head(REPO)

    def fail() -> None:
        bot.github.check(REPO, head, "lint", app="github-actions", conclusion="failure")

    bot.meddler.before("GET", "/git/ref/tags/v1.0.0", fail)
    comment = await release.comment(CONFIRM, seconds=20)
    assert release.reactions(comment) == ["eyes", "-1"]
    assert release.replies()[-1] == snapshot("""\
`v1.0.0` was not made at `0dfb00f`: the gate was green when it was asked for, and is not any more now that everything was read again.

- ❌ 1.1 Check the code: Linter is quiet. [check lint: failure](https://github.com/white-room/daw/runs/40000000003). Run it again where it ran, then look again with `/release status`
- ⏳ P0: 1 item open since 2026-03-02 09:00 UTC (0 of 100 %). What each waits for stands beside its box in the tracking issue.

Once that is settled: `/release tag --confirm v1.0.0`\
""")
    assert no_tag(bot)
    assert bot.room.repo.tags == {}
    assert bot.gate().conclusion == "failure"


@pytest.mark.parametrize("kind", ["elsewhere", "lightweight", "foreign"])
async def test_a_tag_that_somebody_else_made_is_left_and_told(kind: str, bot: Bot) -> None:
    release = await green(bot)
    at = bot.github.head(REPO)
    if kind == "elsewhere":
        at = bot.github.commit(REPO, {"x": "1"}, by="developer", branch="other").sha
    bot.github.push_tag(REPO, "v1.0.0", at, by="developer", annotated=kind == "foreign")
    before = dict(bot.room.repo.refs)
    comment = await release.comment(CONFIRM, seconds=20)
    assert "-1" in release.reactions(comment)
    assert "No tag is made over another" in "".join(release.replies())
    assert dict(bot.room.repo.refs) == before


FAULTS: dict[str, FaultHow] = {
    "502 and nothing done": {"status": 502},
    "502 after doing it": {"status": 502, "after_doing": True},
    "the connection lost": {"lost": "closed"},
    "the connection lost after doing it": {"lost": "closed", "after_doing": True},
    "no answer after doing it": {"lost": "timeout", "after_doing": True},
    "a secondary rate limit": {"status": 403, "message": "You have exceeded a secondary rate limit"},
}


@pytest.mark.parametrize("url", [TAGS_URL, REFS_URL])
@pytest.mark.parametrize("fault", FAULTS)
async def test_d11_an_unclear_answer_makes_no_second_tag_and_no_other(fault: str, url: str, bot: Bot) -> None:
    release = await green(bot)
    bot.github.fault("POST", url, **FAULTS[fault])
    comment = await release.comment(CONFIRM, seconds=100)
    assert release.reactions(comment) == ["eyes", "rocket"]
    assert the_tag(bot).object == bot.github.head(REPO)
    assert sum("is made at" in reply for reply in release.replies()) == 1
    assert "Tag is there" in release.ticked()


async def test_a_tag_that_was_asked_for_before_a_crash_is_made_after_it(bot: Bot) -> None:
    release = await green(bot)
    bot.github.comment(REPO, release.issue, CONFIRM, by="release-manager")
    await bot.service.scheduler.stop()
    for webhook in bot.github.take():
        assert await bot.post(webhook) == 202
    await bot.stop()
    await bot.start()
    await bot.pass_time(20)
    assert the_tag(bot).object == bot.github.head(REPO)


async def test_the_same_command_fifty_times_makes_one_tag(bot: Bot) -> None:
    release = await green(bot)
    for _ in range(3):
        bot.github.comment(REPO, release.issue, CONFIRM, by="release-manager")
    webhooks = [webhook for webhook in bot.github.take() if webhook.event == "issue_comment"]
    await bot.post_at_once(webhooks * 10)
    await bot.pass_time(30)
    assert len(bot.room.repo.tags) == 1
    assert the_tag(bot).object == bot.github.head(REPO)


# -- rulesets --------------------------------------------------------------------------------------------------


def ruleset(rule: Json, *bypass: Json) -> Json:
    return {
        "name": str(rule["type"]),
        "target": "tag",
        "enforcement": "active",
        "conditions": {"ref_name": {"include": ["refs/tags/v*"], "exclude": []}},
        "rules": [rule],
        "bypass_actors": list(bypass),
    }


def wants(context: str, app: int | None = None) -> Json:
    check: Json = {"context": context} if app is None else {"context": context, "integration_id": app}
    return {
        "type": "required_status_checks",
        "parameters": {
            "required_status_checks": [check],
            "strict_required_status_checks_policy": False,
            "do_not_enforce_on_create": False,
        },
    }


async def test_both_rulesets_let_the_bot_make_its_tag_and_nobody_else(bot: Bot) -> None:
    app = bot.room.app.id
    only_us: Json = {"actor_id": app, "actor_type": "Integration", "bypass_mode": "always"}
    bot.github.add_ruleset(REPO, ruleset({"type": "creation"}, only_us))
    bot.github.add_ruleset(REPO, ruleset(wants("release/gate", app)))
    release = await green(bot)
    with pytest.raises(RuleViolation, match="GH013"):
        bot.github.push_tag(REPO, "v1.0.0", bot.github.head(REPO), by="owner", annotated=True)
    bot.room.repo.tags.clear()
    comment = await release.comment(CONFIRM, seconds=20)
    assert release.reactions(comment) == ["eyes", "rocket"]
    assert the_tag(bot).object == bot.github.head(REPO)


@pytest.mark.parametrize(
    ("rule", "is_terse", "words"),
    [
        ({"type": "creation"}, False, "Let the App past that ruleset"),
        (wants("security/scan"), False, 'Required status check "security/scan" is expected'),
        ({"type": "creation"}, True, "GitHub says: Reference update failed"),
    ],
)
async def test_a_ruleset_in_the_way_is_told_with_what_to_do(rule: Json, is_terse: bool, words: str, bot: Bot) -> None:
    release = await green(bot)
    one = bot.github.add_ruleset(REPO, ruleset(rule))
    bot.github.is_terse = is_terse
    comment = await release.comment(CONFIRM, seconds=20)
    assert release.reactions(comment) == ["eyes", "-1"]
    assert words in release.replies()[-1]
    assert "`gonogo doctor`" in release.replies()[-1]
    assert CONFIRM in release.replies()[-1]
    assert no_tag(bot)
    assert "`v1.0.0` was not made: " in release.body

    one.enforcement = "disabled"
    again = await release.comment(CONFIRM, seconds=20)
    assert release.reactions(again) == ["eyes", "rocket"]
    assert the_tag(bot).object == bot.github.head(REPO)
    assert "was not made" not in release.body


# -- afterwards ------------------------------------------------------------------------------------------------


async def test_a_release_stays_at_the_commit_that_is_tagged(bot: Bot) -> None:
    release = await green(bot)
    await release.comment(CONFIRM, seconds=20)
    tagged = bot.github.head(REPO)
    bot.github.commit(REPO, {"later.py": "1"}, by="developer")
    await bot.pass_time(10)
    assert "retarget" not in release.body
    comment = await release.comment("/release retarget", seconds=10)
    assert release.reactions(comment) == ["eyes", "-1"]
    assert "people may have it by now" in release.replies()[-1]
    assert the_tag(bot).object == tagged

    await release.comment("/release abandon it burns", seconds=10)
    assert "the bot deletes no tag that was good when it was made" in release.replies()[-1]
    assert the_tag(bot).object == tagged
