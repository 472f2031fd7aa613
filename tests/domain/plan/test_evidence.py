"""What an item waits for, in the plan's words."""

import pytest

from app.domain.plan.evidence import parse_evidence, readiness_in_words
from app.domain.plan.model import (
    ByAsset,
    ByCheck,
    ByJob,
    ByMetric,
    ByNoOpenIssues,
    ByReadiness,
    ByRelease,
    ByRun,
    ByStatus,
    ByTag,
    ByWorkflow,
    Manual,
    Wanted,
)
from app.domain.plan.words import wanted_in_words
from tests.domain.plan.reading import items, read


@pytest.mark.parametrize(
    ("expression", "wanted", "words"),
    [
        ("run", ByRun(), "its task's run"),
        ("tag", ByTag(), "the tag"),
        ("release", ByRelease(), "the release"),
        ("manual", Manual(), "a person"),
        ("job=notarize (intel)", ByJob(name="notarize (intel)"), "job notarize (intel)"),
        ("check=lint", ByCheck(name="lint"), "check lint by github-actions"),
        ("check=code scan app=sonar", ByCheck(name="code scan", app="sonar"), "check code scan by sonar"),
        ("status=ci/x by=octocat", ByStatus(context="ci/x", by="octocat"), "status ci/x by octocat"),
        ("status=ci/x", ByStatus(context="ci/x"), "status ci/x by anyone"),
        ("workflow=.github/workflows/ci.yml", ByWorkflow(workflow="ci.yml"), "workflow ci.yml"),
        (
            "metric=coverage.lines>85",
            ByMetric(name="coverage.lines", operator=">", limit=85),
            "metric coverage.lines > 85",
        ),
        (
            "metric=crash.rate ≤ 0.5 %",
            ByMetric(name="crash.rate", operator="<=", limit=0.5),
            "metric crash.rate <= 0.5",
        ),
        ("asset=*-checksums.txt", ByAsset(pattern="*-checksums.txt"), "asset *-checksums.txt"),
        ("no-open-issues=P0, P1", ByNoOpenIssues(labels=("P0", "P1")), "no open issue labelled P0, P1"),
        ("readiness=P1>=90", ByReadiness(scope="P1", operator=">=", limit=90), "readiness P1 >= 90%"),
        ("readiness=overall>95", ByReadiness(scope="overall", operator=">", limit=95), "readiness overall > 95%"),
    ],
)
def test_each_kind_of_evidence_is_read_and_said(expression: str, wanted: Wanted, words: str) -> None:
    assert parse_evidence(expression) == wanted
    assert wanted_in_words(wanted) == words


@pytest.mark.parametrize(
    "expression",
    [
        "",
        "luck",
        "job",
        "job=",
        "check= app=x",
        "status= by=x",
        "workflow=ci",
        "metric=x",
        "metric=x>",
        "readiness=now>1",
        "no-open-issues=,",
        "run=now",
        "asset=" + "x" * 600,
    ],
)
def test_what_is_no_evidence_is_said_why(expression: str) -> None:
    assert isinstance(parse_evidence(expression), str)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("P1 completion ≥90%", ByReadiness(scope="P1", operator=">=", limit=90)),
        ("P2 at least 70%", ByReadiness(scope="P2", operator=">=", limit=70)),
        ("Overall score >= 95 %", ByReadiness(scope="overall", operator=">=", limit=95)),
        ("All P0 items verified complete.", ByReadiness(scope="P0", operator=">=", limit=100)),
        ("Zero P0/P1 bugs in tracker", None),
        ("P1 bugs fixed", None),
        ("Coverage ≥90%", None),
    ],
)
def test_exit_criteria_in_words_are_readiness(text: str, wanted: ByReadiness | None) -> None:
    assert readiness_in_words(text) == wanted


def test_an_items_own_words_go_before_front_matter_and_that_before_a_link_and_the_task() -> None:
    link = "https://github.com/octo/app/actions/workflows/ci.yml"
    plan = read(f"""
        ---
        evidence:
          "b [run]({link})": check=b
        ---
        ## Test <!-- gonogo: evidence="check=task" -->
        - [ ] a <!-- gonogo: evidence="job=a" -->
        - [ ] b [run]({link})
        - [ ] c {link}
        - [ ] d
        - [ ] [e][] is green

        [e]: {link}
        """)

    assert [item.wanted for item in items(plan)] == [
        ByJob(name="a"),
        ByCheck(name="b"),
        ByWorkflow(workflow="ci.yml", repo="octo/app"),
        ByCheck(name="task"),
        ByWorkflow(workflow="ci.yml", repo="octo/app"),
    ]


def test_one_entry_of_front_matter_fits_every_item_that_reads_so() -> None:
    plan = read("---\nevidence:\n  done: check=x\n---\n## A\n- [ ] done\n## B\n- [ ] (P0) done\n- [ ] other\n")

    assert [item.wanted for item in items(plan)] == [ByCheck(name="x"), ByCheck(name="x"), Manual()]
