"""The desk for notes: which tag a release follows, who is new, and what is written of it."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from app.domain.notes.history import Commit, Gathered, History, MergedPull, author_named
from app.domain.notes.notes import PullNote
from app.domain.values import Sha
from app.ports import Commit as Written
from app.ports import TagRef, Throttled, Unclear
from app.worker.notes import PREVIEWED, NotesDesk
from tests.given import MANAGER, NOW, REPO, SHA
from tests.worker.workshop import Workshop

pytestmark = pytest.mark.anyio

EARLIER = datetime(2026, 1, 1, tzinfo=UTC)
ANN = author_named("ann", "ann")
SINGS = Commit(
    sha=Sha("a" * 40),
    message="feat: sing (#7)",
    author=ANN,
    pull=MergedPull(number=7, title="feat: sing", url="", author=ANN, merged_at=EARLIER),
)


def gathered(base: str | None, *commits: Commit, rules: str | None = None) -> Gathered:
    return Gathered(history=History(base=base, head=SHA, commits=commits), rules=rules, template=None)


def tagged(shop: Workshop, *names: str) -> None:
    for name in names:
        shop.github.tagged[name] = TagRef(name=name, object=SHA, is_annotated=False)


async def test_notes_are_since_the_latest_earlier_tag_that_the_release_comes_after(shop: Workshop) -> None:
    await shop.open_release()
    tagged(shop, "v2.0.0", "v0.9.0", "v0.8.0", "other-0.9.5")
    shop.github.histories["v0.8.0"] = gathered("v0.8.0", SINGS)  # v0.9.0 has all that the release has

    preview = await NotesDesk(shop.bench).preview(await shop.release())

    assert preview.base == "v0.8.0"
    assert shop.github.calls.count("history") == 2


async def test_without_an_earlier_tag_everything_is_told(shop: Workshop) -> None:
    await shop.open_release()
    shop.github.histories[None] = gathered(None, SINGS)
    release = await shop.release()

    assert (await NotesDesk(shop.bench).preview(release)).base is None


async def test_the_tag_is_told_in_plain_text_and_nobody_is_asked_who_is_new(shop: Workshop) -> None:
    await shop.open_release()
    tagged(shop, "v0.9.0")
    shop.github.histories["v0.9.0"] = gathered("v0.9.0", SINGS)
    release = await shop.release()
    plan = await shop.bench.plans.of(release)

    summary = await NotesDesk(shop.bench).summary(release, plan)

    assert summary == "Changes since v0.9.0\n\nFeatures:\n- sing (#7)"
    assert "new_people" not in shop.github.calls


async def test_the_release_mentions_and_links(shop: Workshop) -> None:
    await shop.open_release()
    tagged(shop, "v0.9.0")
    shop.github.histories["v0.9.0"] = gathered("v0.9.0", SINGS)
    shop.github.new = {"ann"}
    release = await shop.release()

    markdown = await NotesDesk(shop.bench).markdown(release, await shop.bench.plans.of(release))

    pull = f"[#7](https://github.com/{REPO.full_name}/pull/7)"
    assert f"- sing ({pull}) by @ann" in markdown
    assert f"- @ann made their first contribution in {pull}" in markdown


async def test_notes_do_not_wait_for_who_is_new_unless_github_says_to_wait(shop: Workshop) -> None:
    await shop.open_release()
    shop.github.histories[None] = gathered(None, SINGS)
    release = await shop.release()
    shop.github.errors["new_people"] = [Unclear("no answer"), Throttled(NOW)]

    assert "first contribution" not in (await NotesDesk(shop.bench).preview(release)).markdown
    with pytest.raises(Throttled):
        await NotesDesk(shop.bench).preview(release)


async def test_a_preview_ends_at_a_line_where_a_comment_has_no_more_room(shop: Workshop) -> None:
    await shop.open_release()
    many = (Commit(sha=Sha(f"{number:040x}"), message=f"fix: {'x' * 60} {number}") for number in range(900))
    shop.github.histories[None] = gathered(None, *many)

    preview = await NotesDesk(shop.bench).preview(await shop.release())

    assert preview.is_cut
    assert PREVIEWED - 200 < len(preview.markdown) <= PREVIEWED
    assert preview.markdown.endswith(")")


async def test_a_preview_without_line_ends_ends_where_there_is_no_more_room(shop: Workshop) -> None:
    await shop.open_release()
    template = "# {{ version }}\n{% for group in groups %}{% for line in group.lines %}{{ line.words }}; {% endfor %}{% endfor %}"
    many = (Commit(sha=Sha(f"{number:040x}"), message=f"fix: {'x' * 60} {number}") for number in range(1_200))
    shop.github.histories[None] = replace(gathered(None, *many), template=template)

    preview = await NotesDesk(shop.bench).preview(await shop.release())

    assert preview.is_cut
    assert len(preview.markdown) == PREVIEWED


async def test_of_a_history_that_was_cut_it_is_told_that_not_all_is_there(shop: Workshop) -> None:
    await shop.open_release()
    cut = replace(gathered(None, SINGS).history, is_cut=True)
    shop.github.histories[None] = replace(gathered(None), history=cut)

    assert "not all changes are told" in (await NotesDesk(shop.bench).preview(await shop.release())).markdown


async def test_rules_that_cannot_be_read_are_told(shop: Workshop) -> None:
    await shop.open_release()
    shop.github.histories[None] = gathered(None, SINGS, rules="changelog: [")

    (trouble,) = (await NotesDesk(shop.bench).preview(await shop.release())).troubles

    assert trouble.startswith(".github/release.yml: line 1")


async def test_of_two_lines_for_a_pull_request_the_later_said_counts_whichever_comes_first(shop: Workshop) -> None:
    def line(text: str, said_at: datetime) -> PullNote:
        return PullNote(repo=REPO.id, pull=7, text=text, by=MANAGER, said_at=said_at)

    await shop.releases.commit(Written(notes=[line("later", NOW)]), NOW)
    await shop.releases.commit(Written(notes=[line("earlier", EARLIER)]), NOW)

    assert await shop.releases.pull_notes(REPO.id) == {7: "later"}
    assert await shop.releases.pull_notes(REPO.id + 1) == {}
