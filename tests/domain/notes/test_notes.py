"""A history told: grouped, each pull request once, what was taken back dropped, and those who made it named."""

from typing import Final

import pytest

from app.domain.notes.history import Author, Commit, History, MergedPull, author_named, oldest_first
from app.domain.notes.notes import Notes, logins, notes_of
from app.domain.notes.previous import previous_tags, tag_around
from app.domain.notes.rules import read_rules
from app.domain.notes.summary import summary_of
from app.domain.values import Sha

ANN, BOB, DEPENDABOT = author_named("Ann", "ann"), author_named("Bob", "bob"), author_named("dependabot[bot]")


def sha(number: int) -> Sha:
    return Sha(f"{number:02d}" * 20)


def made(number: int, message: str, by: Author | None = ANN, pull: MergedPull | None = None) -> Commit:
    return Commit(sha=sha(number), message=message, author=by, pull=pull)


def pulled(number: int, title: str, *labels: str, by: Author = ANN) -> MergedPull:
    return MergedPull(number=number, title=title, url="", author=by, labels=labels)


def told(
    *commits: Commit, rules: str = "", said: dict[int, str] | None = None, new: frozenset[str] = frozenset()
) -> Notes:
    history = History(base="v1.0.0", head=sha(99), commits=commits)
    return notes_of(history, rules=read_rules(rules), said=said, is_new=logins(new))


def groups(notes: Notes) -> dict[str, list[str]]:
    found = {"!": [line.words for line in notes.breaking]} if notes.breaking else {}
    return found | {g.title: [line.words for part in g.components for line in part.lines] for g in notes.groups}


# -- by kind and component -------------------------------------------------------------------------------------


def test_kinds_stand_in_their_order_and_what_breaks_first() -> None:
    notes = told(
        made(1, "chore: tidy"),
        made(2, "fix: b"),
        made(3, "whatever"),
        made(4, "feat: a"),
        made(5, "feat!: c"),
        made(6, "ci: d"),
    )

    assert groups(notes) == {
        "!": ["c"],
        "Features": ["a"],
        "Bug fixes": ["b"],
        "Continuous integration": ["d"],
        "Maintenance": ["tidy"],
        "Other changes": ["whatever"],
    }
    assert list(groups(notes)) == [
        "!",
        "Features",
        "Bug fixes",
        "Continuous integration",
        "Maintenance",
        "Other changes",
    ]


def test_components_stand_together_those_of_none_first() -> None:
    notes = told(made(1, "fix(ui): a"), made(2, "fix(core): b"), made(3, "fix: c"), made(4, "fix(UI): d"))

    (group,) = notes.groups
    assert [(part.name, [line.words for line in part.lines]) for part in group.components] == [
        (None, ["c"]),
        ("core", ["b"]),
        ("ui", ["a", "d"]),
    ]


@pytest.mark.parametrize(
    ("title", "labels", "group", "component"),
    [
        ("Sing", ("enhancement",), "Features", None),
        ("Sing", ("kind/bug", "area/audio"), "Bug fixes", "audio"),
        ("Sing", ("type: documentation", "component: Manual"), "Documentation", "Manual"),
        ("Sing", ("good first issue",), "Other changes", None),
        ("feat(ui): sing", ("bug", "area/audio"), "Features", "ui"),  # the title goes before labels
        ("chore(deps): bump", (), "Dependencies", "deps"),
        ("JIRA-7: sing", (), "Other changes", None),  # a word that is no known type stays in the line
    ],
)
def test_a_pull_requests_kind_and_component(
    title: str, labels: tuple[str, ...], group: str, component: str | None
) -> None:
    (line,) = told(made(1, "wip", pull=pulled(7, title, *labels))).lines

    assert (line.group, line.component) == (group, component)
    assert ("JIRA" in line.words) is ("JIRA" in title)


@pytest.mark.parametrize("label", ["breaking", "breaking-change", "Breaking Change", "semver:major", "type: breaking"])
def test_a_label_tells_what_breaks(label: str) -> None:
    notes = told(made(1, "x", pull=pulled(7, "Sing", label)))

    assert len(notes.breaking) == 1, label


# -- each once -------------------------------------------------------------------------------------------------


def test_a_merged_pull_request_counts_once_by_its_title_and_its_commits_do_not() -> None:
    pull = pulled(7, "Sing in tune")
    commits = (
        made(1, "fix: wip", pull=pull),
        made(2, "feat: more\n\nBREAKING CHANGE: no more humming", BOB, pull),
        made(3, "Merge pull request #7 from ann/sing\n\nSing in tune", pull=pull),
        made(4, "Merge branch 'main' into sing"),
    )

    (line,) = told(*commits).lines

    assert (line.words, line.number, line.kind) == ("Sing in tune", 7, "feat")
    assert (line.is_breaking, line.breaking) == (True, "no more humming")
    assert line.authors == (ANN, BOB)


def test_what_only_the_messages_tell_of_pull_requests_is_enough() -> None:
    notes = told(made(1, "feat: sing (#7)"), made(2, "Merge pull request #8 from ann/hum\n\nfix: hum"))

    assert [(line.words, line.number) for line in notes.lines] == [("sing", 7), ("hum", 8)]


# -- taken back ------------------------------------------------------------------------------------------------


def revert(number: int, of: int, title: str = "x") -> Commit:
    return made(number, f'Revert "{title}"\n\nThis reverts commit {sha(of)}.')


SINGS: Final = made(1, "feat: sing")


@pytest.mark.parametrize(
    ("commits", "left", "dropped"),
    [
        ((SINGS, revert(2, 1)), [], 2),
        ((SINGS, revert(2, 1), revert(3, 2)), ["sing"], 2),
        ((SINGS, revert(2, 1), revert(3, 2), revert(4, 3)), [], 4),
        ((SINGS, revert(2, 50, "older")), ["sing", 'Revert "older"'], 0),  # an earlier release brought that one
        ((SINGS, made(2, 'Revert "feat: sing"')), [], 2),
        ((SINGS, made(2, "revert: feat: sing\n\nRefs: " + sha(1)[:7])), [], 2),
        ((made(1, "x", pull=pulled(7, "Sing")), made(2, 'Revert "Sing" (#8)\n\nReverts o/r#7')), [], 2),
        ((made(1, "Sing (#7)"), made(2, 'Revert "Sing (#7)" (#8)')), [], 2),
        # one commit of several was taken back: the pull request is still there
        (
            (
                made(1, "a", pull=pulled(7, "Sing")),
                made(2, "b", pull=pulled(7, "Sing")),
                revert(3, 1, "a"),
            ),
            ["Sing", 'Revert "a"'],
            0,
        ),
        # what is named is meant, and nothing else of the same title
        ((SINGS, revert(2, 50, "feat: sing")), ["sing", 'Revert "feat: sing"'], 0),
        ((SINGS, made(2, 'Revert "feat: sing" (#8)\n\nReverts o/r#7')), ["sing", 'Revert "feat: sing"'], 0),
        # a change that says among other things what it takes the place of
        ((SINGS, made(2, f"feat!: hum\n\nThis reverts commit {sha(1)}, and hums.")), ["sing", "hum"], 0),
        ((revert(1, 2), made(2, "feat: sing")), ["sing", 'Revert "x"'], 0),  # nothing takes back what comes after it
    ],
)
def test_what_was_taken_back_goes_with_what_took_it_back(
    commits: tuple[Commit, ...], left: list[str], dropped: int
) -> None:
    notes = told(*commits)

    assert sorted(line.words for line in notes.lines) == sorted(left)
    assert notes.dropped == dropped


def test_a_pull_request_is_a_revert_by_its_title_alone() -> None:
    message = 'Sing (#7)\n\n* add x\n\n* Revert "add x"\n\nThis reverts commit abcdef12.'
    only = 'Revert "add x"\n\nThis reverts commit abcdef12.'

    assert groups(told(made(1, message, pull=pulled(7, "feat: sing")))) == {"Features": ["sing"]}
    assert groups(told(made(1, message, pull=pulled(7, "Sing", "enhancement")))) == {"Features": ["Sing"]}
    assert groups(told(made(1, only, pull=pulled(7, "feat: sing")))) == {"Features": ["sing"]}
    assert groups(told(made(1, only, pull=pulled(7, 'Revert "add x"')))) == {"Reverts": ['Revert "add x"']}


# -- the repository's rules, and people's words ----------------------------------------------------------------

RULES: Final = """
changelog:
  exclude:
    labels: [ignore-for-release]
    authors: [octocat, "dependabot[bot]"]
  categories:
    - title: Loud
      labels: [loud]
      exclude: {labels: [quiet]}
    - title: The rest
      labels: ["*"]
"""


def test_githubs_own_rules_make_the_titles_and_leave_out() -> None:
    notes = told(
        made(1, "x", pull=pulled(1, "feat: one", "LOUD")),
        made(2, "x", pull=pulled(2, "feat: two", "loud", "quiet")),
        made(3, "x", pull=pulled(3, "feat: three", "Ignore-for-release")),
        made(4, "x", pull=pulled(4, "feat: four", by=author_named("x", "dependabot", is_bot=True))),
        made(5, "feat: five"),
        rules=RULES,
    )

    assert groups(notes) == {"Loud": ["one"], "The rest": ["two"], "Features": ["five"]}


@pytest.mark.parametrize(
    "text", ["changelog: [", "- a", "changelog: 7", "changelog: {categories: [7, {title: 8}]}", "a: &x 1"]
)
def test_rules_that_cannot_be_read_say_nothing(text: str) -> None:
    assert groups(told(SINGS, rules=text)) == {"Features": ["sing"]}


def test_people_word_the_line_of_a_pull_request_or_leave_it_out() -> None:
    commits = (made(1, "feat: a (#1)"), made(2, "feat: b (#2)"), made(3, "feat: c (#3)"))

    assert groups(told(*commits, said={1: "Better", 2: " None "})) == {"Features": ["Better", "c"]}


# -- who made it -----------------------------------------------------------------------------------------------


def test_contributors_are_people_each_once_and_the_new_with_their_first_pull_request() -> None:
    notes = told(
        made(1, "x", pull=pulled(5, "feat: a", by=BOB)),
        made(2, "fix: b"),
        made(3, "x", pull=pulled(6, "fix: c", by=BOB)),
        made(4, "chore: d", DEPENDABOT),
        new=frozenset({"Bob"}),
    )

    assert [(c.author.login, c.is_new, c.number) for c in notes.contributors] == [
        ("ann", False, None),
        ("bob", True, 5),
    ]


# -- the tag before --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("version", "first"),
    [
        ("1.4.2", "v1.4.1"),
        ("2.0.0", "v1.9.3"),
        ("2.0.1", "v2.0.0"),
        ("2.1.0", "v2.0.0"),  # not its own release candidate
        ("2.1.0-rc.2", "v2.1.0-rc.1"),
        ("2.1.0-rc.1", "v2.0.0"),
        ("0.1.0", None),
    ],
)
def test_a_release_follows_the_last_one_on_its_line(version: str, first: str | None) -> None:
    tags = ["v1.4.1", "v1.9.3", "v2.0.0", "v2.1.0-rc.1", "vnext", "app-1.4.9", "v1.4.1-beta"]

    assert next(iter(previous_tags(tags, f"v{version}", version)), None) == first


def test_only_tags_of_the_plans_form_count() -> None:
    assert tag_around("app/1.0.0-final", "1.0.0") == ("app/", "-final")
    assert previous_tags(["app/0.9.0-final", "app/0.9.1", "0.9.2"], "app/1.0.0-final", "1.0.0") == ["app/0.9.0-final"]


# -- order and summary -----------------------------------------------------------------------------------------


def test_a_listing_is_turned_to_begin_with_the_oldest_whichever_way_it_came() -> None:
    commits = [Commit(sha=sha(n), message="x", parents=(sha(n - 1),)) for n in (1, 2, 3)]

    assert oldest_first(commits) == tuple(commits)
    assert oldest_first(commits[::-1]) == tuple(commits)


def test_a_summary_is_plain_and_bounded_and_nothing_foreign_begins_a_line() -> None:
    notes = told(
        made(1, "feat(ui)!: a\u202e\x07 b"),
        made(2, "-----BEGIN PGP SIGNATURE-----"),
        *(made(n, f"fix: {n}") for n in range(3, 90)),
    )

    summary = summary_of(notes)

    assert summary.startswith(
        "Changes since v1.0.0\n\nBreaking changes:\n- ui: a b (0101010)\n\nBug fixes:\n- 3 (0303030)"
    )
    assert "\n-----BEGIN" not in summary
    assert summary.endswith("more changes")
    assert len(summary.splitlines()) < 70
    assert summary_of(told()) == "No changes since v1.0.0"


def test_a_title_of_the_repositorys_own_begins_no_line_of_a_summary() -> None:
    rules = "changelog: {categories: [{title: '-----BEGIN SSH SIGNATURE-----', labels: ['*']}]}"

    summary = summary_of(told(made(1, "x", pull=pulled(7, "Sing")), rules=rules))

    assert summary == "Changes since v1.0.0\n\n“-----BEGIN SSH SIGNATURE-----”:\n- Sing (#7)"
