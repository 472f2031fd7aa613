"""A pull request that touches a plan gets one check run that says what is wrong with it and what it would change."""

from dataclasses import dataclass, field, replace

import pytest
from inline_snapshot import snapshot

from app.domain.release.events import ReleaseStarted
from app.domain.values import Repo, Sha, Target
from app.ports import Annotation, Change, Commit, FileText, Missing, OwnCheck, Posted, Throttled, Unclear
from app.worker.plan_checks import MAX_FILES, PlanChecker, may_be_plan
from tests.adapters.test_render_hostile import HOSTILE, LONG, live_parts
from tests.clock import NOON
from tests.given import OTHER_SHA, PLAN_TEXT, REPO, SHA, STARTED
from tests.worker.fakes import FakeGitHub
from tests.worker.workshop import R1, Workshop

pytestmark = pytest.mark.anyio

PLAN = ".github/release-plan.md"
TEMPLATE = ".github/ISSUE_TEMPLATE/release.md"
CHANGED = PLAN_TEXT.replace("- [ ] Tag pushed", "- [ ] Tag pushed\n- [ ] Page is up")
BROKEN = PLAN_TEXT.replace("- [ ] Tag pushed", "- [] Tag pushed")
ASKED = ["pull_files", "find_check", "file", "file", "create_check"]


@dataclass
class Pull(FakeGitHub):
    """Pull request 5: files as its head `a1a1...` has them, and as `main` has them."""

    at_head: dict[str, str] = field(default_factory=dict[str, str])
    at_base: dict[str, str] = field(default_factory=dict[str, str])
    posted: list[tuple[Sha, str]] = field(default_factory=list[tuple[Sha, str]])

    async def file(self, repo: Repo, path: str, ref: str) -> FileText | None:
        del repo
        self._called("file")
        text = {SHA: self.at_head, "main": self.at_base}[ref].get(path)
        return None if text is None else FileText(path=path, blob=SHA, text=text)

    async def create_check(self, repo: Repo, sha: Sha, name: str, check: OwnCheck) -> Posted:
        self.posted.append((sha, name))
        return await super().create_check(repo, sha, name, check)


def pull(head: dict[str, str], base: dict[str, str] | None = None) -> Pull:
    before = base or {}
    return Pull(pulls={5: [*{**head, **before}, "README.md"]}, at_head=head, at_base=before)


async def checked(shop: Workshop, github: Pull) -> OwnCheck | None:
    """Check pull request 5, and return what was posted, if anything."""
    await PlanChecker(replace(shop.bench, github=github)).check(REPO, 5, SHA, "main")
    return github.gates.get(600)


async def found(shop: Workshop, head: dict[str, str], base: dict[str, str] | None = None) -> OwnCheck:
    check = await checked(shop, pull(head, base))
    assert check is not None
    return check


# -- what is looked at ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "is_one"),
    [
        (PLAN, True),
        (".github/release-plans/hotfix.md", True),
        (TEMPLATE, True),
        (".github/ISSUE_TEMPLATE/Major-Release.md", True),
        ("RELEASE_CHECKLIST.md", True),
        ("docs/RELEASE_CHECKLIST.md", True),
        (".github/ISSUE_TEMPLATE/bug.md", False),
        (".github/ISSUE_TEMPLATE/release.yml", False),
        (".github/release-plans/notes.txt", False),
        (".github/release-plans/old/hotfix.md", False),
        ("src/.github/release-plan.md", False),
        ("README.md", False),
    ],
)
def test_plans_are_looked_for_where_they_are_kept(path: str, is_one: bool) -> None:
    assert may_be_plan(path) is is_one


async def test_a_pull_request_that_touches_no_plan_is_left_alone(shop: Workshop) -> None:
    github = pull({"src/app.py": ""})
    assert await checked(shop, github) is None
    assert github.calls == ["pull_files"]


async def test_a_plan_that_reads_well_passes(shop: Workshop) -> None:
    github = pull({PLAN: CHANGED}, {PLAN: PLAN_TEXT})
    check = await checked(shop, github)
    assert check is not None
    assert (check.status, check.conclusion, check.title) == ("completed", "success", "The plan is in order")
    assert (check.external_id, check.annotations) == (f"plan:5:{SHA}", ())
    assert github.posted == [(SHA, "release/plan")]
    assert github.calls == ASKED


async def test_the_same_commit_is_checked_once(shop: Workshop) -> None:
    github = pull({PLAN: CHANGED})
    await checked(shop, github)
    github.calls.clear()
    await checked(shop, github)
    assert github.calls == ["pull_files", "find_check"]


async def test_an_error_fails_and_stands_beside_its_line(shop: Workshop) -> None:
    check = await found(shop, {PLAN: BROKEN}, {PLAN: PLAN_TEXT})
    line = BROKEN.splitlines().index("- [] Tag pushed") + 1
    assert (check.conclusion, check.title) == ("failure", "1 error")
    assert check.annotations == (
        Annotation(
            path=PLAN,
            line=line,
            level="failure",
            message="`- [] Tag pushed` is no checkbox on GitHub: between the brackets stands '', not one blank or x. "
            "Write `- [ ] text` [malformed-checkbox]",
        ),
    )


async def test_several_plans_make_one_check(shop: Workshop) -> None:
    hotfix, minor = ".github/release-plans/hotfix.md", ".github/release-plans/minor.md"
    check = await found(shop, {PLAN: CHANGED, hotfix: BROKEN, minor: BROKEN, TEMPLATE: CHANGED})
    assert check.title == "2 errors"
    assert [annotation.path for annotation in check.annotations] == [hotfix, minor]
    assert [line for line in check.summary.splitlines() if line.startswith("### ")] == [
        f"### `{path}`" for path in (PLAN, hotfix, minor, TEMPLATE)
    ]


async def test_of_very_many_plans_a_few_are_read_and_the_rest_named(shop: Workshop) -> None:
    paths = [f".github/release-plans/p{number}.md" for number in range(MAX_FILES + 2)]
    check = await found(shop, dict.fromkeys(paths, PLAN_TEXT))
    assert (check.conclusion, check.title) == ("failure", "Too many plan files to look at")
    assert "Not looked at: `.github/release-plans/p5.md`, `.github/release-plans/p6.md`." in check.summary


async def test_a_deleted_plan_fails(shop: Workshop) -> None:
    await shop.open_release()
    check = await found(shop, {}, {PLAN: PLAN_TEXT})
    assert (check.conclusion, check.title, check.annotations) == ("failure", "The plan is deleted", ())
    assert check.summary == snapshot("""\
### `.github/release-plan.md`

❌ This pull request deletes the plan.
- 1.0.0 (issue 12) goes by it and keeps the text it has: `/release replan` would find none.\
""")


async def test_an_issue_template_for_something_else_is_no_plan(shop: Workshop) -> None:
    assert await checked(shop, pull({TEMPLATE: "Tell us."}, {TEMPLATE: "Ask us."})) is None
    assert await checked(shop, pull({PLAN: "Tell us."})) is not None


async def test_a_file_that_is_neither_here_nor_there_is_left_alone(shop: Workshop) -> None:
    github = pull({})
    github.pulls[5] = [PLAN]
    assert await checked(shop, github) is None


# -- open releases ------------------------------------------------------------------------------------------------


async def test_an_open_release_is_told_what_replan_would_change_there(shop: Workshop) -> None:
    await shop.open_release(plan=PLAN_TEXT.replace("- [ ] Installers archived\n", ""))
    check = await found(shop, {PLAN: CHANGED}, {PLAN: PLAN_TEXT})
    assert check.summary == snapshot("""\
### `.github/release-plan.md`

12 items, 0 errors, 0 warnings.

What would change in the plan:

- added to 2.1 Tag: "Page is up" (P1, the tag)

Once this is merged, `/release replan` in 1.0.0 (issue 12) would change this, and 2 items would stand open, to be done or done again:

- added to 1.1 Build installers: "Installers archived" (P1, its task's run)
- added to 2.1 Tag: "Page is up" (P1, the tag)\
""")


async def test_a_release_that_would_change_the_same_is_told_so(shop: Workshop) -> None:
    await shop.open_release()
    check = await found(shop, {PLAN: CHANGED}, {PLAN: PLAN_TEXT})
    assert check.summary == snapshot("""\
### `.github/release-plan.md`

12 items, 0 errors, 0 warnings.

What would change in the plan:

- added to 2.1 Tag: "Page is up" (P1, the tag)

Once this is merged, `/release replan` in 1.0.0 (issue 12) would change the same, and 1 item would stand open, to be done or done again.\
""")


async def test_a_release_that_has_the_plan_already_would_not_change(shop: Workshop) -> None:
    await shop.open_release(plan=CHANGED)
    check = await found(shop, {PLAN: CHANGED}, {PLAN: PLAN_TEXT})
    assert "Nothing would change in 1.0.0 (issue 12): it has the plan as it reads here." in check.summary


@pytest.mark.parametrize(
    ("started", "is_told"),
    [
        (STARTED, True),
        (replace(STARTED, target=Target(sha=OTHER_SHA, branch="")), True),
        (replace(STARTED, target=Target(sha=OTHER_SHA, branch="release/1.0")), False),
        (replace(STARTED, plan_path=TEMPLATE), False),
    ],
)
async def test_only_releases_whose_plan_comes_from_there_are_told_of(
    shop: Workshop, started: ReleaseStarted, is_told: bool
) -> None:
    change = Change(release=R1, expected=0, events=(started,))
    await shop.releases.commit(Commit(changes=[change]), NOON)
    check = await found(shop, {PLAN: CHANGED}, {PLAN: PLAN_TEXT})
    assert ("`/release replan` in 1.0.0" in check.summary) is is_told


# -- what goes wrong ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["pull_files", "find_check", "file", "create_check"])
@pytest.mark.parametrize("error", [Unclear("no answer"), Missing(404, "Not Found")])
async def test_what_github_fails_at_is_left_to_the_next_push(
    shop: Workshop, method: str, error: Unclear | Missing
) -> None:
    github = pull({PLAN: CHANGED}, {PLAN: PLAN_TEXT})
    github.errors[method] = [error]
    assert await checked(shop, github) is None
    assert await checked(shop, github) is not None


async def test_a_rate_limit_is_told_to_whoever_asked(shop: Workshop) -> None:
    github = pull({PLAN: CHANGED})
    github.errors["create_check"] = [Throttled(NOON)]
    with pytest.raises(Throttled):
        await checked(shop, github)


async def test_a_hostile_plan_is_nothing_but_text(shop: Workshop) -> None:
    one_line = " ".join(HOSTILE.split())
    plan = f"# {one_line}\n\n## {one_line}\n\n- [ ] {one_line}\n- [] {one_line}\n"
    await shop.open_release(plan=plan.replace("octocat", "hubot"))
    check = await found(shop, {PLAN: plan}, {PLAN: plan.replace("octocat", "other")})
    assert live_parts(check.summary) == []


async def test_a_long_plan_makes_no_text_that_github_refuses(shop: Workshop) -> None:
    lines = "".join(f"- [] {number} {LONG[:1500]}\n" for number in range(100))
    await shop.open_release()
    check = await found(shop, {PLAN: f"## A\n{lines}"}, {PLAN: PLAN_TEXT})
    assert len(check.summary) <= 65_535
    assert len(check.annotations) == 50
