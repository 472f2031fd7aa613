"""Commit messages by Conventional Commits 1.0: what is one, what it says, and what breaks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.notes.conventional import Conventional, read_conventional, subject_of
from app.domain.notes.reverts import Reverted, reverted_in
from tests.steps import steps

# the examples of the standard: https://www.conventionalcommits.org/en/v1.0.0/#examples
CONFIG = (
    "feat: allow provided config object to extend other configs\n\n"
    "BREAKING CHANGE: `extends` key in config file is now used for extending other config files"
)
FOOTERS = (
    "fix: prevent racing of requests\n\nIntroduce a request id and a reference to latest request.\n\n"
    "Remove timeouts which were used to mitigate the racing issue.\n\nReviewed-by: Z\nRefs: #123"
)


@pytest.mark.parametrize(
    ("message", "type_", "scope", "words", "is_breaking"),
    [
        (CONFIG, "feat", None, "allow provided config object to extend other configs", True),
        ("feat!: send an email", "feat", None, "send an email", True),
        ("feat(api)!: send an email", "feat", "api", "send an email", True),
        ("docs: correct spelling of CHANGELOG", "docs", None, "correct spelling of CHANGELOG", False),
        ("feat(lang): add Polish language", "feat", "lang", "add Polish language", False),
        (FOOTERS, "fix", None, "prevent racing of requests", False),
        ("FIX(Core): shout\r\n\r\nbody\r\n", "fix", "Core", "shout", False),
        ("chore: x\n\nBREAKING-CHANGE: drop support for Node 6", "chore", None, "x", True),
        ("chore: x\n\nsome words\nBREAKING CHANGE: told in the body", "chore", None, "x", True),
        ("chore: x\n\nbreaking change: in small letters it is none", "chore", None, "x", False),
    ],
)
def test_a_message_is_read(message: str, type_: str, scope: str | None, words: str, *, is_breaking: bool) -> None:
    read = read_conventional(message)

    assert read is not None
    assert (read.type, read.scope, read.words, read.is_breaking) == (type_, scope, words, is_breaking)


@pytest.mark.parametrize(
    "message",
    [
        "",
        "\n",
        "Add a thing",
        "feat:no blank",
        "feat : x",
        "feat(): x",
        "feat(a)(b): x",
        "feat: ",
        ": x",
        "(a): x",
        "http://x",
    ],
)
def test_what_is_not_of_the_convention_is_not_read(message: str) -> None:
    assert read_conventional(message) is None


def test_footers_go_on_until_the_next_token() -> None:
    message = (
        "fix: x\n\nbody: is: none\nwords\n\nAcked-by: Ann\nCloses #7\nBREAKING CHANGE: one\n  two\n\nthree\nRefs: a"
    )

    read = read_conventional(message)

    assert read is not None
    assert read.footers[-4:] == (
        ("Acked-by", "Ann"),
        ("Closes", "#7"),
        ("BREAKING CHANGE", "one two three"),
        ("Refs", "a"),
    )
    assert read.breaking == "one two three"


@pytest.mark.parametrize(
    ("message", "found"),
    [
        ("feat: x", None),
        ('Revert "feat: x"\n\nThis reverts commit 1234567.', Reverted(shas=("1234567",), title="feat: x")),
        ('Revert "feat: x (#12)" (#13)', Reverted(title="feat: x")),
        ('Revert "x" (#13)\n\nReverts octo-org/app#12', Reverted(pulls=(12,), title="x")),
        ('Reapply "x"\n\nThis reverts commit 1234567.', Reverted(shas=("1234567",), title='Revert "x"')),
        (
            "revert: let us never again speak of it\n\nRefs: 676104e, a215868",
            Reverted(shas=("676104e", "a215868"), title="let us never again speak of it"),
        ),
        ("revert: feat: x", Reverted(title="feat: x")),
    ],
)
def test_a_message_says_what_it_takes_back(message: str, found: Reverted | None) -> None:
    assert reverted_in(message) == found


@given(st.text())
def test_any_text_is_read_or_not_and_nothing_else_happens(message: str) -> None:
    assert isinstance(read_conventional(message), Conventional | None)
    assert isinstance(reverted_in(message), Reverted | None)
    assert "\n" not in subject_of(message)


@pytest.mark.parametrize(
    "piece",
    [
        " ",
        "(",
        "a",
        "-",
        ":",
        "feat(",
        'Revert "',
        "BREAKING CHANGE: ",
        "a: b\n",
        "\n",
        "This reverts commit ",
        "(#1",
        "f" * 64,
    ],
)
def test_reading_takes_work_in_proportion(piece: str) -> None:
    def work(size: int) -> int:
        message = f"feat(x): y\n\n{piece * (size // len(piece))}"
        texts = (message, message[10:], 'Revert "' + message[12:])
        return steps(lambda: [(read_conventional(text), reverted_in(text)) for text in texts])

    # Twice the text, twice the work: quadratic would be four times. A floor for what is done with at a glance.
    assert work(3_000) <= 2.6 * max(work(1_500), 1_000)
