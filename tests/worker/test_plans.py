"""Finding the plan of a release: where it is looked for, in which order, and which text counts."""

from dataclasses import replace

import pytest

from app.domain.facts import NoPlan, PlanSource, WorkflowInputs
from app.domain.values import Sha, Target
from app.ports import Missing, Rejected, Unclear
from app.worker.plans import Plans
from tests.given import OTHER_SHA, PLAN, PLAN_TEXT, REPO, SHA, TEAM_TEXT, plan_adopted, release
from tests.worker.fakes import FakeGitHub
from tests.worker.workshop import Workshop

pytestmark = pytest.mark.anyio

FIRST = ".github/release-plan.md"
NAMED = ".github/release-plans/hotfix.md"
TEMPLATE = ".github/ISSUE_TEMPLATE/Release.md"
LAST = "RELEASE_CHECKLIST.md"
DOCS = "docs/RELEASE_CHECKLIST.md"


async def find(
    shop: Workshop, *files: str, name: str | None = None, ref: str | None = None, text: str = PLAN_TEXT
) -> PlanSource | NoPlan:
    shop.github.files = dict.fromkeys(files, text)
    return await Plans(shop.github, shop.releases).find(REPO, "1.0.0", name=name, ref=ref)


@pytest.mark.parametrize(
    ("files", "found"),
    [
        ((FIRST, NAMED, TEMPLATE, LAST, DOCS), FIRST),
        ((NAMED, TEMPLATE, LAST, DOCS), NAMED),
        ((FIRST, NAMED, ".github/release-plans/minor.md"), FIRST),
        ((NAMED, ".github/release-plans/notes.txt"), NAMED),
        ((".github/ISSUE_TEMPLATE/bug.md", TEMPLATE, LAST), TEMPLATE),
        ((".github/ISSUE_TEMPLATE/release.yml", LAST, DOCS), LAST),
        ((DOCS,), DOCS),
    ],
)
async def test_plans_are_looked_for_in_the_order_they_are_kept_in(
    shop: Workshop, files: tuple[str, ...], found: str
) -> None:
    source = await find(shop, *files)
    assert isinstance(source, PlanSource)
    assert (source.path, source.text, source.target.sha, source.target.branch) == (found, PLAN_TEXT, SHA, "main")


@pytest.mark.parametrize("name", ["hotfix", "hotfix.md"])
async def test_a_plan_that_is_named_is_the_only_one_looked_at(shop: Workshop, name: str) -> None:
    source = await find(shop, FIRST, NAMED, name=name)
    assert isinstance(source, PlanSource)
    assert source.path == NAMED
    assert await find(shop, FIRST, name=name) == NoPlan(looked_at=(NAMED,), ref="main")


async def test_no_plan_is_told_with_where_it_was_looked_for(shop: Workshop) -> None:
    assert await find(shop) == NoPlan(looked_at=(FIRST, LAST, DOCS), ref="main")


async def test_the_text_that_counts_is_the_one_on_the_plan_s_own_branch(shop: Workshop) -> None:
    shop.github.heads["release/1.0.0"] = OTHER_SHA
    source = await find(shop, FIRST, text="---\nbranch: release/{version}\n---\n- [ ] Ship\n")
    assert isinstance(source, PlanSource)
    assert (source.target.branch, source.target.sha) == ("release/1.0.0", OTHER_SHA)


async def test_a_ref_that_is_named_goes_before_the_plan_s_own_branch(shop: Workshop) -> None:
    shop.github.heads["hotfix"] = OTHER_SHA
    source = await find(shop, FIRST, ref="hotfix", text="---\nbranch: release/{version}\n---\n- [ ] Ship\n")
    assert isinstance(source, PlanSource)
    assert (source.target.branch, source.target.sha) == ("hotfix", OTHER_SHA)


async def test_a_bare_sha_is_on_no_branch(shop: Workshop) -> None:
    shop.github.heads[SHA] = SHA
    source = await find(shop, FIRST, ref=SHA)
    assert isinstance(source, PlanSource)
    assert (source.target.branch, source.target.sha) == ("", SHA)


class Tagged(FakeGitHub):
    """`v1` is a tag: it names a commit and is no branch."""

    async def head_of(self, repo: object, branch: str) -> Sha | None:
        del repo, branch
        return None


async def test_a_tag_is_on_no_branch(shop: Workshop) -> None:
    tagged = Tagged(heads={"v1": SHA}, files={FIRST: PLAN_TEXT})
    source = await Plans(tagged, shop.releases).find(REPO, "1.0.0", name=None, ref="v1")
    assert isinstance(source, PlanSource)
    assert source.target.branch == ""


@pytest.mark.parametrize("error", [Missing(404, "Not Found"), Rejected(422, "No commit found for SHA: a..b")])
async def test_a_ref_that_names_nothing_is_an_answer(shop: Workshop, error: Rejected) -> None:
    shop.github.errors["commit_of"] = [error]
    assert await find(shop, FIRST, ref="a..b") == NoPlan(unknown_ref="a..b", ref="a..b")


@pytest.mark.parametrize("error", [Rejected(403, "Resource not accessible by integration"), Unclear("502")])
async def test_a_ref_that_cannot_be_looked_at_is_not(shop: Workshop, error: Rejected | Unclear) -> None:
    shop.github.errors["commit_of"] = [error]
    with pytest.raises(type(error)):
        await find(shop, FIRST)


async def test_workflows_are_read_once_per_commit_also_those_that_are_not_there(shop: Workshop) -> None:
    shop.github.files[".github/workflows/release.yml"] = "on: workflow_dispatch"
    reader = Plans(shop.github, shop.releases)
    for _ in range(2):
        assert await reader.workflows(release(), PLAN) == {
            "release.yml": WorkflowInputs(declared=frozenset()),
            "nightly.yml": None,
        }
    assert shop.github.calls == ["file", "file"]


async def test_only_so_many_are_kept_in_memory(shop: Workshop) -> None:
    reader = Plans(shop.github, shop.releases)
    for number in range(101):  # of two workflows each
        target = Target(sha=Sha(f"{number:040x}"), branch="main")
        await reader.workflows(replace(release(), target=target), PLAN)
    asked = len(shop.github.calls)
    for number, more in ((100, 0), (0, 2)):
        target = Target(sha=Sha(f"{number:040x}"), branch="main")
        await reader.workflows(replace(release(), target=target), PLAN)
        assert len(shop.github.calls) - asked == more


async def test_a_pinned_plan_is_read_once_for_its_release(shop: Workshop) -> None:
    await shop.open_release(plan="# Release\n\n- [ ] Ship X.Y.Z\n")
    reader = Plans(shop.github, shop.releases)
    plan = await reader.of(await shop.release())
    assert [item.text for item in plan.items()] == ["Ship 1.0.0"]
    assert await reader.of(await shop.release()) is plan


async def test_of_several_named_plans_one_has_to_be_named(shop: Workshop) -> None:
    found = await find(shop, NAMED, ".github/release-plans/minor.md", LAST)
    assert found == NoPlan(named=("hotfix", "minor"), ref="main")


@pytest.mark.parametrize("ref", ["pull/3/head", "refs/pull/3/head", "refs/heads/main"])
async def test_a_pull_request_s_head_is_no_target(shop: Workshop, ref: str) -> None:
    assert await find(shop, FIRST, ref=ref) == NoPlan(unknown_ref=ref, ref=ref)


# -- a bare commit ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ref", [OTHER_SHA, OTHER_SHA[:7], OTHER_SHA.upper()])
async def test_d17_a_commit_that_stands_on_no_branch_releases_come_from_is_no_target(shop: Workshop, ref: str) -> None:
    """GitHub finds the commits of every fork by their sha."""
    shop.github.heads[ref] = OTHER_SHA
    assert await find(shop, FIRST, ref=ref) == NoPlan(stray=OTHER_SHA, branches=("main",), ref=ref)


async def test_a_commit_that_a_branch_has_behind_it_is_a_target(shop: Workshop) -> None:
    shop.github.heads[OTHER_SHA] = OTHER_SHA
    shop.github.reachable["main"] = {OTHER_SHA}
    source = await find(shop, FIRST, ref=OTHER_SHA)
    assert isinstance(source, PlanSource)
    assert source.target == Target(sha=OTHER_SHA, branch="")


async def test_a_branch_that_is_named_like_a_commit_is_a_branch(shop: Workshop) -> None:
    shop.github.heads["cafe"] = OTHER_SHA
    source = await find(shop, FIRST, ref="cafe")
    assert isinstance(source, PlanSource)
    assert source.target == Target(sha=OTHER_SHA, branch="cafe")


# -- the plan of a release, once more -------------------------------------------------------------------------------


async def again(shop: Workshop, text: str | None = TEAM_TEXT, ref: str | None = None) -> PlanSource | NoPlan:
    """The release's plan file as it reads now."""
    await shop.open_team_release()
    shop.github.files = {} if text is None else {FIRST: text}
    return await Plans(shop.github, shop.releases).again(await shop.release(), ref=ref)


async def test_the_plan_is_looked_at_where_the_target_comes_from(shop: Workshop) -> None:
    shop.github.heads["main"] = OTHER_SHA
    source = await again(shop)
    assert isinstance(source, PlanSource)
    assert (source.path, source.target, source.changes) == (FIRST, Target(sha=OTHER_SHA, branch="main"), ())


async def test_it_says_in_words_how_it_reads_otherwise(shop: Workshop) -> None:
    source = await again(shop, TEAM_TEXT.replace("- [ ] Screenshots are new\n", ""))
    assert isinstance(source, PlanSource)
    assert any("Screenshots" in line for line in source.changes)


@pytest.mark.parametrize(
    ("ref", "text", "expected"),
    [
        (None, None, NoPlan(looked_at=(FIRST,), ref="main")),
        ("hotfix", None, NoPlan(looked_at=(FIRST,), ref="hotfix")),
        ("pull/3/head", TEAM_TEXT, NoPlan(unknown_ref="pull/3/head", ref="pull/3/head")),
    ],
)
async def test_where_there_is_no_such_plan_any_more_that_is_an_answer(
    shop: Workshop, ref: str | None, text: str | None, expected: NoPlan
) -> None:
    shop.github.heads["hotfix"] = OTHER_SHA
    assert await again(shop, text, ref) == expected


async def test_the_people_of_a_plan_are_looked_up_when_it_is_taken(shop: Workshop) -> None:
    shop.github.users = {"tess": 12, "sam": 13}
    source = await again(shop)
    assert isinstance(source, PlanSource)
    assert source.people == {}
    found = await Plans(shop.github, shop.releases).with_people(REPO, source)
    assert found == replace(source, people={"tess": 12, "sam": 13})
    nothing = NoPlan(ref="main")
    assert await Plans(shop.github, shop.releases).with_people(REPO, nothing) is nothing


async def test_a_new_text_of_the_plan_is_read_from_the_log(shop: Workshop) -> None:
    await shop.open_team_release()
    adopted = plan_adopted("# Release\n\n- [ ] Ship X.Y.Z\n", path=FIRST)
    await shop.happened(adopted)
    plan = await Plans(shop.github, shop.releases).of(await shop.release())
    assert [item.text for item in plan.items()] == ["Ship 1.0.0"]
