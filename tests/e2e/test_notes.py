"""Release notes on GitHub: previewed in a comment, with lines that people gave to pull requests, and what that costs."""

import re

import pytest

from tests.bot import REPO, Bot, TrackedRelease

pytestmark = pytest.mark.anyio


def merged(bot: Bot, title: str, *labels: str, by: str = "developer") -> int:
    """Merge a pull request of one commit, squashed."""
    branch = f"b{len(bot.github.repo(REPO).issues)}"
    bot.github.commit(REPO, {f"{branch}.txt": title}, title, by=by, branch=branch)
    pull = bot.github.open_pull(REPO, title, head=branch, by=by)
    if labels:
        bot.github.label(REPO, pull.number, *labels, by=by)
    bot.github.merge_pull(REPO, pull.number, by="release-manager", is_squash=True)
    return pull.number


def tagged(bot: Bot, *tags: str) -> None:
    for tag in tags:
        bot.github.push_tags(REPO, {tag: bot.github.head(REPO)}, by="release-manager")


def asked(bot: Bot, since: int) -> list[str]:
    """What was asked of GitHub for the notes: the tags, and GraphQL."""
    paths = [call.path for call in bot.github.calls[since:]]
    return [path.rpartition("/")[2] for path in paths if "matching-refs" in path or path == "/graphql"]


async def preview(release: TrackedRelease) -> str:
    await release.comment("/release notes")
    return release.replies()[-1]


async def test_notes_are_previewed_since_the_last_release_on_this_line(bot: Bot) -> None:
    tagged(bot, "v0.9.0", "v2.0.0")
    number = merged(bot, "feat(audio): sing")
    merged(bot, "docs: tell how", by="release-manager")
    release = await bot.open_release("1.0.0")
    before = len(bot.github.calls)

    text = await preview(release)

    assert "Since `v0.9.0`" in text
    assert re.search(rf"- \*\*audio:\*\* sing \(&#35;\u200b{number}\) by developer", text)
    assert "@developer" not in text
    assert "developer made their first contribution" in text
    assert "## Documentation" in text
    assert len(asked(bot, before)) == 3  # the tags, one page of commits, who is new


async def test_a_first_release_tells_everything(bot: Bot) -> None:
    release = await bot.open_release("1.0.0")

    assert "no earlier release on this line" in await preview(release)


async def test_a_pull_request_has_the_line_that_was_given_to_it_before_any_release(bot: Bot) -> None:
    tagged(bot, "v0.9.0")
    kept, dropped = merged(bot, "feat: sing"), merged(bot, "feat: hum")
    for number, text in ((kept, "first try"), (kept, "It sings, at last"), (dropped, "none")):
        comment = bot.github.comment(REPO, number, f"/release note {text}", by="developer")
        await bot.pass_time(2)
        assert [r.content for r in comment.reactions] == ["eyes", "rocket"]
    release = await bot.open_release("1.0.0")

    text = await preview(release)

    assert "It sings, at last" in text
    assert "first try" not in text
    assert "hum" not in text


async def test_a_note_belongs_to_a_pull_request(bot: Bot) -> None:
    release = await bot.open_release("1.0.0")

    await release.comment("/release note It sings")

    assert release.replies()[-1].startswith("A line for the notes belongs to a pull request")


async def test_the_repositorys_own_rules_and_template_are_read_at_the_target(bot: Bot) -> None:
    tagged(bot, "v0.9.0")
    files = {
        ".github/release.yml": "changelog:\n  exclude: {labels: [skip]}\n  categories:\n  - {title: Loud, labels: ['*']}\n",
        ".github/release-notes.md.j2": "{% for g in groups %}{{ g.title }}={{ g.lines|length }} {% endfor %}",
    }
    bot.github.commit(REPO, files, "chore: notes", by="release-manager")
    merged(bot, "sing")
    merged(bot, "hum", "skip")
    release = await bot.open_release("1.0.0")

    assert "Loud=1 Maintenance=1" in await preview(release)


async def test_250_commits_cost_three_calls_and_the_one_for_people(bot: Bot) -> None:
    tagged(bot, "v0.9.0")
    for number in range(249):
        bot.github.preload(REPO, {"log.txt": str(number)}, f"fix: change {number}", by="release-manager")
    merged(bot, "feat: sing")
    release = await bot.open_release("1.0.0")
    before = len(bot.github.calls)

    await preview(release)

    assert asked(bot, before).count("graphql") == 3 + 1
