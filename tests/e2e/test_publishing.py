"""Stories of how releases were published broken, played on ours: at no moment is anything public and not whole (D26)."""

import hashlib
import os
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from app.sim.state import GitHubRelease
from tests.bot import REPO, Bot, TrackedRelease, running_bot

pytestmark = pytest.mark.anyio

PLAN = """---
name: White Room
gate: {before: "2"}
PUBLISH
---
# White Room {version}

## Phase 1: Build

### 1.1 Build

- [ ] It was built

## Phase 2: Launch

### 2.1 Tag

```bash
git tag -s v{version}
```

- [ ] The tag stands

### 2.2 Publish

```bash
gh release create v{version} build/*.dmg build/*.exe
```

- [ ] The release is public
- [ ] The installer is in it <!-- gonogo: evidence="asset=*-{version}.dmg" -->
"""
DMG, EXE, LIST = "daw-1.0.0.dmg", "daw-1.0.0.exe", "daw-1.0.0-checksums.txt"
FILES = {DMG: b"for macOS", EXE: b"for Windows"}
IS_LONG = os.environ.get("GONOGO_LONG") == "1"
"""Whether each fault is tried at each step, as `make faults` does: the plain run takes a part of them."""

PUBLISH = "/release publish --confirm v1.0.0"


def sums(files: Mapping[str, bytes]) -> bytes:
    return "".join(f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in files.items()).encode()


WHOLE = {**FILES, LIST: sums(FILES)}


@dataclass
class Launch:
    """A release whose tag is made, and whoever uploads its files. It watches what the public can see, all the time."""

    bot: Bot
    release: TrackedRelease
    seen: list[str] = field(default_factory=list[str])
    wanted: dict[str, bytes] = field(default_factory=lambda: dict(WHOLE))

    def watch(self) -> None:
        """Note a public release that is not whole, a second one, and a second draft of the bot."""
        hosted = self.bot.github.releases(REPO)
        public = [one for one in hosted if not one.draft]
        for one in public:
            files = {asset.name: asset.data for asset in one.assets.values() if asset.state == "uploaded"}
            if any(files.get(name) != data for name, data in self.wanted.items()):
                self.seen.append(f"{one.id} was public with {sorted(files)}")
        if len(public) > 1:
            self.seen.append("two were public")
        if sum("gonogo:release" in (one.body or "") for one in hosted) > 1:
            self.seen.append("two bore our mark")

    @property
    def draft(self) -> GitHubRelease:
        """The one release there is."""
        (one,) = self.bot.github.releases(REPO)
        return one

    def upload(self, files: Mapping[str, bytes] = WHOLE, *, to: GitHubRelease | None = None) -> None:
        """Upload files to the draft, as a workflow does."""
        for name, data in files.items():
            self.bot.github.upload_asset(REPO, (to or self.draft).id, name, data, by="github-actions[bot]")

    async def publish(self, more: str = "", *, seconds: float = 10) -> int:
        """Ask for it to be published."""
        return await self.release.comment(f"{PUBLISH} {more}".strip(), seconds=seconds)

    @property
    def said(self) -> str:
        """The bot's last words."""
        return self.release.replies()[-1]

    def assert_published(self) -> None:
        """Raise AssertionError unless there is one release, public and whole, and nothing else ever was."""
        self.watch()
        assert self.seen == []
        one = self.draft
        files = {asset.name: asset.data for asset in one.assets.values()}
        assert (one.draft, one.tag, {name: files.get(name) for name in self.wanted}) == (False, "v1.0.0", self.wanted)
        assert "The release is public" in self.release.ticked()
        assert "🚀 [v1.0.0]" in self.said

    def assert_nothing_public(self) -> None:
        """Raise AssertionError where anything is public, or ever was."""
        self.watch()
        assert self.seen == []
        assert all(one.draft for one in self.bot.github.releases(REPO))


async def launch(bot: Bot) -> Launch:
    """Take a release to its tag."""
    release = await bot.open_release()
    await bot.pass_time(5)
    await release.comment("/release check 1.1.1 it is", seconds=8)
    await release.comment("/release go", seconds=8)
    await release.comment("/release tag --confirm v1.0.0", seconds=10)
    assert "refs/tags/v1.0.0" in bot.room.repo.refs, release.replies()
    one = Launch(bot, release)
    bot.meddler.watchers.append(one.watch)
    return one


def plan(publish: str = "") -> str:
    return PLAN.replace("PUBLISH\n", f"publish: {publish}\n" if publish else "")


@pytest.fixture
async def story(tmp_path: Path) -> AsyncIterator[Launch]:
    async with running_bot(tmp_path, plan=plan()) as bot:
        yield await launch(bot)


async def test_a_release_is_published_when_its_files_are_there(story: Launch) -> None:
    asked = await story.publish()
    assert story.release.reactions(asked) == ["eyes"]
    story.assert_nothing_public()
    assert "Publishing waits for 4 files" in story.release.body
    story.upload()
    await story.bot.pass_time(70)
    story.assert_published()
    assert story.release.reactions(asked) == ["eyes", "rocket"]
    assert "The installer is in it" in story.release.ticked()
    assert (story.draft.immutable, story.bot.room.repo.latest_release) == (False, story.draft.id)
    again = await story.publish()
    assert (story.release.reactions(again), "is public already" in story.said) == (["eyes", "-1"], True)


async def test_a_workflow_that_ends_has_the_draft_looked_at_at_once(story: Launch) -> None:
    await story.publish()
    story.bot.github.ships("release.yml", WHOLE)
    story.bot.github.dispatch(REPO, "release.yml", "main", {"task": "x", "version": "1.0.0"}, by="devops")
    await story.bot.pass_time(12)
    story.assert_published()


async def test_d26_wrong_bytes_are_never_public(story: Launch) -> None:
    story.wanted = dict(WHOLE)
    await story.publish()
    story.upload({**WHOLE, EXE: b"something else"})
    await story.bot.pass_time(70)
    story.assert_nothing_public()
    assert "these files have other bytes than their checksums say" in story.said
    assert f"- `{EXE}`" in story.said
    story.bot.github.delete_asset(REPO, story.draft.id, EXE, by="developer")
    story.upload({EXE: FILES[EXE]})
    await story.publish()
    story.assert_published()


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({**WHOLE, "extra.zip": b"x"}, "no checksum is given for these files"),
        ({**WHOLE, LIST: b"rubbish\n"}, "line 1: this line is no SHA-256 and file name"),
        ({**WHOLE, "SHA256SUMS": sums(FILES)}, "there are several files of checksums"),
    ],
)
async def test_d26_files_that_cannot_be_checked_are_never_public(
    story: Launch, files: dict[str, bytes], words: str
) -> None:
    await story.publish()
    story.upload(files)
    await story.bot.pass_time(70)
    story.assert_nothing_public()
    assert words in story.said


async def test_d26_a_file_that_is_missing_is_waited_for_and_told(story: Launch) -> None:
    await story.publish()
    story.upload({name: data for name, data in WHOLE.items() if name != EXE})
    await story.bot.pass_time(70)
    story.assert_nothing_public()
    assert "Publishing waits for 1 file in" in story.release.body
    assert "`*.exe`" in story.release.body
    await story.publish()
    assert "is being published already" in story.said
    await story.bot.pass_time(6 * 3600, step=60)
    story.assert_nothing_public()
    assert "these files were waited for and have not come" in story.said
    story.upload({EXE: FILES[EXE]})
    await story.publish()
    story.assert_published()


async def test_d26_a_file_that_the_checksums_list_is_waited_for_too(story: Launch) -> None:
    more = {**FILES, "daw-1.0.0.ipa": b"for iOS"}
    story.wanted = {**more, LIST: sums(more)}
    await story.publish()
    story.upload({**FILES, LIST: sums(more)})
    await story.bot.pass_time(70)
    story.assert_nothing_public()
    assert "`daw-1.0.0.ipa`" in story.release.body
    story.upload({"daw-1.0.0.ipa": b"for iOS"})
    await story.bot.pass_time(70)
    story.assert_published()


async def test_d26_an_upload_that_is_going_on_is_waited_for_and_a_broken_one_set_free(story: Launch) -> None:
    await story.publish()
    story.upload({name: data for name, data in WHOLE.items() if name != EXE})
    (one,) = [asset for asset in story.draft.assets.values() if asset.name == DMG]
    one.state = "starter"
    await story.bot.pass_time(70)
    assert f"`{DMG} (its upload is not done)`" in story.release.body
    await story.bot.pass_time(16 * 60, step=5)
    assert DMG not in {asset.name for asset in story.draft.assets.values()}
    story.upload({DMG: FILES[DMG], EXE: FILES[EXE]})
    await story.bot.pass_time(70)
    story.assert_published()


async def test_d26_on_an_immutable_repository_all_is_checked_before(story: Launch) -> None:
    story.bot.room.repo.immutable_releases = True
    await story.publish()
    story.upload()
    await story.bot.pass_time(70)
    story.assert_published()
    assert story.draft.immutable
    assert "GitHub keeps it immutable" in story.said


async def test_d26_what_somebody_else_has_published_is_told_and_left(story: Launch) -> None:
    other = story.bot.github.draft_release(REPO, "v1.0.0", by="developer")
    story.wanted = {}
    story.bot.github.publish_release(REPO, other.id, by="developer")
    await story.bot.pass_time(5)
    assert "🚨 developer has published" in story.said
    asked = await story.publish()
    assert story.release.reactions(asked) == ["eyes", "-1"]
    assert "**is public already**, and not by the bot" in story.said
    assert [one.id for one in story.bot.github.releases(REPO)] == [other.id]


async def test_d26_a_draft_of_ours_that_somebody_publishes_too_early_is_told_at_once(story: Launch) -> None:
    await story.publish()
    story.wanted = {}
    story.bot.github.publish_release(REPO, story.draft.id, by="developer")
    await story.bot.pass_time(12)
    assert "🚨 `v1.0.0` **is public**, and it is not what was checked" in story.said
    assert "The release is public" not in story.release.ticked()


async def test_d26_a_draft_is_published_at_its_own_tag_whatever_somebody_made_of_it(story: Launch) -> None:
    await story.publish()
    story.upload()
    ending = f"/releases/{story.draft.id}"

    def retag() -> None:
        story.draft.tag = "v9.9.9"

    story.bot.meddler.before("PATCH", ending, retag)
    await story.bot.pass_time(70)
    story.assert_published()
    assert "refs/tags/v9.9.9" not in story.bot.room.repo.refs


async def test_d26_a_draft_of_others_is_taken_over_only_where_that_is_said(story: Launch) -> None:
    foreign = story.bot.github.draft_release(REPO, "v1.0.0", by="github-actions[bot]", body="From CI")
    story.upload(to=foreign)
    await story.publish()
    story.assert_nothing_public()
    assert "`/release publish --confirm v1.0.0 --adopt`" in story.said
    await story.publish("--adopt")
    story.assert_published()
    assert story.draft.id == foreign.id
    assert (story.draft.body or "").startswith("From CI\n\n<!-- gonogo:release:")


async def test_d26_a_draft_of_others_takes_the_place_of_an_empty_one_of_ours(story: Launch) -> None:
    await story.publish()
    foreign = story.bot.github.draft_release(REPO, "v1.0.0", by="github-actions[bot]")
    story.upload(to=foreign)
    await story.publish("--adopt")
    story.assert_published()
    assert story.draft.id == foreign.id


async def test_d26_of_several_drafts_none_is_chosen(story: Launch) -> None:
    for _ in range(2):
        story.bot.github.draft_release(REPO, "v1.0.0", by="developer")
    await story.publish("--adopt")
    story.assert_nothing_public()
    assert "there are several drafts for that tag" in story.said


async def test_d26_a_gate_that_has_turned_red_meanwhile_keeps_it_from_being_public(story: Launch) -> None:
    await story.publish()
    await story.release.comment("/release hold a crash was found", by="release-manager")
    story.upload()
    await story.bot.pass_time(70)
    story.assert_nothing_public()
    assert "the gate was green when it was asked for, and is not any more" in story.said


async def test_d26_a_tag_that_is_gone_or_moved_keeps_it_from_being_public(story: Launch) -> None:
    await story.publish()
    other = story.bot.github.commit(REPO, {"a.txt": "a"}, by="developer").sha
    story.bot.github.push_tags(REPO, {"v1.0.0": other}, by="owner")
    story.upload()
    await story.bot.pass_time(70)
    story.assert_nothing_public()
    assert "its tag points at" in story.said


async def test_a_release_is_not_published_before_its_tag_or_by_another_name(tmp_path: Path) -> None:
    async with running_bot(tmp_path, plan=plan()) as bot:
        release = await bot.open_release()
        await release.comment(PUBLISH)
        assert "its tag `v1.0.0` is not made" in release.replies()[-1]
        await release.comment("/release publish --confirm v1.0.1")
        assert "v1.0.1" in release.replies()[-1]
        await release.comment(PUBLISH, by="developer")
        assert bot.github.releases(REPO) == []


async def test_what_the_bot_makes_itself_is_made_and_checked(tmp_path: Path) -> None:
    async with running_bot(tmp_path, plan=plan("{checksums: generate, notes: true}")) as bot:
        story = await launch(bot)
        story.wanted = dict(FILES)
        await story.publish()
        story.upload(FILES)
        await bot.pass_time(70)
        story.assert_published()
        files = {asset.name: asset.data for asset in story.draft.assets.values()}
        listed = {name: data for name, data in files.items() if not name.endswith("checksums.txt")}
        assert sorted(listed) == [DMG, EXE, "white-room-1.0.0-notes.md"]
        lines = files["white-room-1.0.0-checksums.txt"].splitlines()
        assert sorted(lines) == sorted(sums(listed).splitlines())


async def test_a_digest_that_github_does_not_tell_is_worked_out(story: Launch) -> None:
    await story.publish()
    for name, data in WHOLE.items():
        story.bot.github.upload_asset(REPO, story.draft.id, name, data, by="developer", has_digest=False)
    await story.bot.pass_time(70)
    story.assert_published()


# -- GitHub fails, or the process dies, at each step ---------------------------------------------------------------


async def test_a_release_whose_notes_cannot_be_had_is_published_with_a_pointer_to_its_issue(tmp_path: Path) -> None:
    async with running_bot(tmp_path, plan=plan("{checksums: generate, notes: true}")) as bot:
        story = await launch(bot)
        story.wanted = dict(FILES)
        bot.github.fault("POST", "graphql", times=1_000)
        await story.publish(seconds=1)
        await bot.pass_time(180, step=1)
        story.upload(FILES)
        await bot.pass_time(120, step=1)

        story.assert_published()
        assert f"/issues/{story.release.issue}" in (story.draft.body or "")


STEPS = {
    "create": ("POST", "/releases$"),
    "upload": ("POST", "/assets$"),
    "publish": ("PATCH", "/releases/\\d+$"),
    "list": ("GET", "/releases$"),
    "assets": ("GET", "/assets$"),
    "read-back": ("GET", "/releases/\\d+$"),
}
FAULTS: dict[str, Callable[[Bot, str, str], object]] = {
    "502": lambda bot, method, path: bot.github.fault(method, path),
    "502-though-done": lambda bot, method, path: bot.github.fault(method, path, after_doing=True),
    "half-done": lambda bot, method, path: bot.github.fault(method, path, half_done=True),
    "six-in-a-row": lambda bot, method, path: bot.github.fault(method, path, status=503, times=6),
}


@pytest.mark.parametrize(
    ("step", "fault"),
    [(step, fault) for i, step in enumerate(STEPS) for j, fault in enumerate(FAULTS) if IS_LONG or (i + j) % 2 == 0],
)
async def test_d26_a_fault_at_any_step_ends_in_exactly_one_whole_release(tmp_path: Path, step: str, fault: str) -> None:
    async with running_bot(tmp_path, plan=plan("{checksums: generate, notes: true}")) as bot:
        story = await launch(bot)
        story.wanted = dict(FILES)
        FAULTS[fault](bot, *STEPS[step])
        await story.publish(seconds=30)
        await bot.pass_time(240 if fault == "six-in-a-row" else 120, step=1)  # each wait is twice the one before
        story.upload(FILES)
        await bot.pass_time(200, step=1)
        assert bot.github.faults[0].times < (6 if fault == "six-in-a-row" else 1)  # it did strike
        story.assert_published()


DEATHS: list[tuple[int | None, bool]] = [
    *((None, is_done) for is_done in (True, False)),  # the one that publishes
    *(
        (at, is_done)
        for at in range(0, 28, 1 if IS_LONG else 9)
        for is_done in (True, False)
        if IS_LONG or at % 2 == is_done
    ),
]


@pytest.mark.parametrize(("at", "is_done"), DEATHS)
async def test_d26_a_process_that_dies_at_any_request_ends_in_exactly_one_whole_release(
    tmp_path: Path, at: int | None, is_done: bool
) -> None:
    """The connection breaks off at the so-manieth request and every one after, done or not; then a new process."""
    async with running_bot(tmp_path, plan=plan("{checksums: generate, notes: true}")) as bot:
        story = await launch(bot)
        story.wanted = dict(FILES)
        foreign = bot.github.draft_release(REPO, "v1.0.0", by="github-actions[bot]")
        story.upload(FILES, to=foreign)

        def die() -> None:
            bot.github.fault("*", ".", lost="closed", after_doing=is_done, times=1000)

        if at is not None:
            bot.meddler.within(at, die)
        else:  # the first write takes the draft over, the second publishes it
            path = f"/releases/{foreign.id}"
            bot.meddler.before("PATCH", path, lambda: bot.meddler.before("PATCH", path, die))
        await story.publish("--adopt", seconds=8)
        assert bot.github.faults[0].times < 1000  # it did strike
        assert at is not None or foreign.draft is not is_done
        await bot.stop()
        bot.github.faults.clear()
        await bot.start()
        await bot.pass_time(200, step=1)
        story.assert_published()
