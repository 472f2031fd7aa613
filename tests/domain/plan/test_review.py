"""A pull request that touches a plan is told what is wrong with it and what it would change, and for whom."""

from dataclasses import replace

from app.domain.plan.reader import read_plan
from app.domain.plan.review import MAX_REMARKS, OpenPlan, PlanCheckView, ReleaseReview, Remark, review_plan

PATH = ".github/release-plan.md"
PLAN = "# Plan\n\n## Ship\n\n- [ ] Tag of {version} pushed\n- [ ] Page is up\n"
CHANGED = PLAN.replace("- [ ] Page", "- [ ] Mail of {version} is out\n- [ ] Page")
BROKEN = PLAN.replace("- [ ] Page is up", "- [] Page is up <!-- gonogo: evidence=status=legal -->")


def open_plan(version: str = "1.0.0", text: str = PLAN) -> OpenPlan:
    return OpenPlan(version=version, issue=12, plan=read_plan(text, path=PATH, version=version))


def test_a_plan_in_order_passes_and_says_what_would_change() -> None:
    review = review_plan(PATH, CHANGED, PLAN, [])
    assert review.conclusion == "success"
    assert (review.items, review.errors, review.warnings) == (3, 0, 1)
    assert [(remark.line, remark.level) for remark in review.remarks] == [(1, "warning")]
    assert review.changes == ('added to Ship: "Mail of {version} is out" (P0, by hand)',)


def test_an_error_fails_and_stands_beside_its_line_before_any_warning() -> None:
    review = review_plan(PATH, BROKEN, PLAN, [])
    assert review.conclusion == "failure"
    assert (review.errors, review.warnings) == (1, 2)
    assert review.remarks[0] == Remark(
        path=PATH,
        line=6,
        level="failure",
        message="`- [] Page is up <!-- gonogo: evidence=status=legal -->` is no checkbox on GitHub: "
        "between the brackets stands '', not one blank or x. Write `- [ ] text` [malformed-checkbox]",
    )
    assert [remark.level for remark in review.remarks] == ["failure", "warning", "warning"]


def test_of_many_problems_the_first_fifty_are_remarked_and_the_rest_counted() -> None:
    text = "## Ship\n" + "- [ ] a <!-- gonogo: evidence=status=legal -->\n" * 60 + "- [] b\n" * 10
    review = review_plan(PATH, text, None, [])
    view = PlanCheckView(external_id="plan:5:a1", reviews=(review, replace(review, path="docs/other.md")))
    assert len(review.remarks) == MAX_REMARKS
    assert [remark.level for remark in review.remarks].count("failure") == review.errors == 10
    assert (view.errors, view.warnings, view.unlisted) == (20, 122, 92)
    assert [remark.level for remark in view.remarks[:21]] == ["failure"] * 20 + ["warning"]
    assert len(view.remarks) == MAX_REMARKS


def test_a_new_plan_changes_nothing_that_was_there() -> None:
    assert review_plan(PATH, PLAN, None, []).changes is None


def test_prose_changes_nothing() -> None:
    assert review_plan(PATH, PLAN.replace("## Ship", "Read this.\n\n## Ship"), PLAN, []).changes == ()


def test_each_open_release_is_told_what_replan_would_change_there_with_its_own_version() -> None:
    older = PLAN.replace("- [ ] Page is up\n", "")
    review = review_plan(
        PATH, CHANGED, PLAN, [open_plan("1.0.0"), open_plan("2.0.0", older), open_plan("3.0.0", CHANGED)]
    )
    mail = 'added to Ship: "Mail of {} is out" (P0, by hand)'
    assert review.releases == (
        ReleaseReview(version="1.0.0", issue=12, changes=(mail.format("1.0.0"),), anew=1),
        ReleaseReview(
            version="2.0.0",
            issue=12,
            changes=(mail.format("2.0.0"), 'added to Ship: "Page is up" (P0, by hand)'),
            anew=2,
        ),
        ReleaseReview(version="3.0.0", issue=12),
    )


def test_of_many_open_releases_a_few_are_looked_at() -> None:
    many = [open_plan(f"1.0.{patch}") for patch in range(8)]
    assert (len(review_plan(PATH, PLAN, PLAN, many).releases), review_plan(PATH, PLAN, PLAN, many).more_releases) == (
        5,
        3,
    )
    assert review_plan(PATH, None, PLAN, many).more_releases == 3


def test_a_deleted_plan_fails_and_names_the_releases_that_go_by_it() -> None:
    review = review_plan(PATH, None, PLAN, [open_plan()])
    assert review.is_gone
    assert review.is_plan
    assert review.conclusion == "failure"
    assert review.releases == (ReleaseReview(version="1.0.0", issue=12),)
    assert PlanCheckView(external_id="plan:5:a1", reviews=(review,)).unlisted == 0


def test_a_text_without_a_checkbox_is_no_plan_unless_it_was_one() -> None:
    assert not review_plan("docs/x.md", "Ask us.", None, []).is_plan
    assert not review_plan("docs/x.md", None, "Ask us.", []).is_plan
    assert review_plan("docs/x.md", "Ask us.", PLAN, []).is_plan
    assert review_plan("docs/x.md", PLAN, "Ask us.", []).is_plan


def test_the_check_succeeds_only_where_every_file_was_looked_at_and_is_in_order() -> None:
    fine, broken = review_plan(PATH, PLAN, None, []), review_plan(PATH, BROKEN, None, [])
    assert PlanCheckView(external_id="plan:5:a1", reviews=(fine, fine)).conclusion == "success"
    assert PlanCheckView(external_id="plan:5:a1", reviews=(fine, broken)).conclusion == "failure"
    assert PlanCheckView(external_id="plan:5:a1", reviews=(fine,), unread=("docs/x.md",)).conclusion == "failure"
