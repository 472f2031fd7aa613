"""Which lines of a comment are commands."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.slash import MAX_COMMENT, MAX_INVOCATIONS, MAX_TEXT, Invocation, find_invocations
from tests.steps import steps


def texts(comment: str) -> list[str]:
    return [invocation.text for invocation in find_invocations(comment)]


@pytest.mark.parametrize(
    ("comment", "found"),
    [
        pytest.param("/release notarize", ["notarize"], id="alone"),
        pytest.param("/release", [""], id="nothing behind it"),
        pytest.param("  /Release NOTARIZE  ", ["NOTARIZE"], id="any case, indented, trailing blanks"),
        pytest.param("Ready now.\n/release go\nThank you", ["go"], id="between lines of text"),
        pytest.param("text\n    /release go", ["go"], id="an indented line of a paragraph is no code"),
        pytest.param("/release hold a\r\n\r\n/release why\r\n", ["hold a", "why"], id="CRLF"),
        pytest.param("/release hold a\r/release why", ["hold a", "why"], id="lone CR"),
        pytest.param("/release go\\\nnow", ["go"], id="hard break"),
        pytest.param("/release\tgo", ["go"], id="tab"),
        pytest.param("\ufeff\u200b/release\u00a0start\u202f1.0.0\u200b", ["start 1.0.0"], id="odd blanks, zero width"),
        pytest.param("/release note a\u202eb\x07c", ["note abc"], id="bidi and controls"),
        pytest.param(
            "/release note \U0001f469\u200d\U0001f4bb", ["note \U0001f469\u200d\U0001f4bb"], id="joined emoji"
        ),
        pytest.param("/release waive x _why_ `a` \\*", ["waive x _why_ `a` \\*"], id="markup of the text is kept"),
        pytest.param('/release note "a `b\n/release go`', ['note "a `b'], id="a code span that swallows the next line"),
        pytest.param("> /release go\n\n/release why", ["why"], id="quoted in a reply"),
        pytest.param("```\n/release go\n```\n/release why", ["why"], id="below fenced code"),
        pytest.param("<!-- a -->\n\n/release go", ["go"], id="below an HTML comment"),
        pytest.param("/release go <!-- --force -->", ["go"], id="hidden words are not read"),
        pytest.param("/release go <!-- --force\n/release why -->", ["go"], id="hidden words over two lines"),
        pytest.param("<details>\n\n/release a\n\n</details>\n\n/release b", ["b"], id="below folded text"),
        pytest.param("a <code>\n/release a</code>\n/release b", ["b"], id="after an HTML code element"),
        pytest.param("<br>\n\n/release go", ["go"], id="below an element that shelters nothing"),
        pytest.param("</code> a\n/release go", ["go"], id="below a stray end tag"),
        pytest.param("<!-- <pre> -->\n\n/release go", ["go"], id="a tag within an HTML comment opens nothing"),
        pytest.param("`<code>`\n/release go", ["go"], id="a tag within code opens nothing"),
        pytest.param("/release go\n\n```\nlog", ["go"], id="above an open fence"),
        pytest.param("/release go\n\n" + "a line of a log\n" * 4_000, ["go"], id="above a long log"),
    ],
)
def test_a_line_of_plain_text_is_a_command(comment: str, found: list[str]) -> None:
    assert texts(comment) == found


@pytest.mark.parametrize(
    "comment",
    [
        pytest.param("", id="empty"),
        pytest.param("please /release go", id="within a line"),
        pytest.param("/releases go", id="longer word"),
        pytest.param("/release-notes", id="hyphenated word"),
        pytest.param("/release: go", id="colon"),
        pytest.param("//release go", id="two slashes"),
        pytest.param("\\/release go", id="escaped"),
        pytest.param("/relea\u017fe go", id="a letter that folds to s"),
        pytest.param("> /release go", id="quote"),
        pytest.param("> hold on\n/release go", id="the page shows it within the quote"),
        pytest.param(">> a\n> > /release go", id="nested quote"),
        pytest.param("    /release go", id="indented code"),
        pytest.param("\t/release go", id="code indented by a tab"),
        pytest.param("```\n/release go\n```", id="fence"),
        pytest.param("~~~~ sh\n/release go\n~~~\n/release go", id="fence of tildes that a shorter one does not close"),
        pytest.param("```\n/release go", id="fence that nobody closes"),
        pytest.param("`/release go`", id="code span"),
        pytest.param("`like this:\n/release go`", id="code span that begins on the line before"),
        pytest.param("``a ` b\n/release go ``", id="code span of two backticks"),
        pytest.param("<!--\n/release go\n-->", id="HTML comment"),
        pytest.param("<!--\n\n/release go\n\n-->", id="HTML comment with blank lines"),
        pytest.param("<!--\n/release go", id="HTML comment that nobody closes"),
        pytest.param("a <!-- b\n/release go\n-->", id="inline HTML comment"),
        pytest.param("<div>\n/release go\n</div>", id="HTML block"),
        pytest.param("<pre>\n\n/release go\n\n</pre>", id="HTML pre with blank lines"),
        pytest.param("<blockquote>\n\n/release go\n\n</blockquote>", id="HTML quote with blank lines"),
        pytest.param("See <code>this\n\n/release go</code>", id="HTML code over two paragraphs"),
        pytest.param("# /release go", id="heading"),
        pytest.param("/release go\n---", id="underlined heading"),
        pytest.param("- /release go", id="list"),
        pytest.param("1. a\n\n   /release go", id="paragraph of a list"),
        pytest.param("- [ ] /release go", id="task list"),
        pytest.param("- a\n/release go", id="the page shows it within the list"),
        pytest.param("| a |\n|---|\n/release go", id="table"),
        pytest.param("/release go | b\n---|---", id="head of a table"),
        pytest.param("~~no\n/release go~~", id="struck out"),
        pytest.param("[a\n/release go](https://example.com)", id="link text"),
        pytest.param("![a\n/release go](https://example.com/a.png)", id="image text"),
        pytest.param('<a title="\n/release go\n">x</a>', id="attribute"),
        pytest.param("[a]: https://example.com '\n/release go\n'", id="title of a link definition"),
        pytest.param("/release\ue0000\ue000 go", id="our own reading mark, forged"),
        pytest.param("> /release a\n\n/release\ue0000\ue000 b", id="a forged mark that points into a quote"),
    ],
)
def test_everything_else_is_not(comment: str) -> None:
    assert texts(comment) == []


def test_commands_keep_their_order_and_lines() -> None:
    assert find_invocations("Now:\n/release retry  Sign --failed\n\n```\nx\n```\n/release why") == (
        Invocation("retry  Sign --failed", 2),
        Invocation("why", 7),
    )


def test_the_first_word_is_apart_from_the_rest() -> None:
    retry, bare = find_invocations("/release Retry   sign  --failed\n/release")
    assert (retry.word, retry.rest) == ("retry", "sign  --failed")
    assert (bare.word, bare.rest) == ("", "")


def test_a_comment_holds_at_most_ten() -> None:
    comment = "\n".join(f"/release {number}" for number in range(30))
    assert texts(comment) == [str(number) for number in range(MAX_INVOCATIONS)]


def test_a_long_text_is_cut_where_its_reader_still_sees_that_it_is_too_long() -> None:
    assert len(texts("/release note " + "x" * 3_000)[0]) == MAX_TEXT + 1


def test_what_github_would_not_take_is_not_read() -> None:
    assert texts("/release go\n" + "x" * MAX_COMMENT) == []


def test_below_thousands_of_lines_no_command_is_read() -> None:
    assert texts("a\n" * 3_000 + "\n/release go") == []


def test_in_a_paragraph_of_many_thousand_characters_no_command_is_read() -> None:
    assert texts("a" * 5_000 + "\n/release go") == []


@given(st.text())
def test_any_text_is_read(text: str) -> None:
    assert isinstance(find_invocations(text), tuple)


@given(
    st.lists(
        st.sampled_from(["/release go", "> ", "```", "`", "<!--", "-->", "\n", "\n\n", "    ", "<pre>", "- ", "|", "x"])
    )
)
def test_any_markup_is_read_and_each_command_is_one_of_its_lines(parts: list[str]) -> None:
    comment = "".join(parts)
    lines = comment.split("\n")
    found = find_invocations(comment)
    assert [invocation.line for invocation in found] == sorted({invocation.line for invocation in found})
    assert all(lines[invocation.line - 1].strip().startswith("/release go") for invocation in found)


@given(
    st.text(alphabet=st.characters(exclude_characters="\r\n")),
    st.sampled_from(["> {}", "    {}", "`{}`", "<!-- {} -->"]),
)
def test_text_in_shelter_never_becomes_a_command(text: str, shelter: str) -> None:
    assert texts(shelter.format(f"/release {text.replace('-', '').replace('`', '')}")) == []


@pytest.mark.parametrize(
    "unit", ["[", "![", "> ", "*a_", "[a](", "&", "<b>", "<!--", "`", " ", "a|b\n-|-\n", "- ", "\n", "/release x\n"]
)
def test_a_hostile_comment_costs_no_more_than_its_size(unit: str) -> None:
    def work(length: int) -> int:
        comment = unit * (length // len(unit)) + "\n\n/release go"
        return steps(lambda: find_invocations(comment))

    # Twice the length, twice the work: quadratic would be four times. A floor for what is refused at once.
    assert work(4_000) <= 2.6 * max(work(2_000), 2_000)
    assert work(1_000_000) < 1_000  # over the limit: not looked at


@pytest.mark.parametrize("unit", ["![", "[", "*a_", "[a](", "<b>", "`a", "**a** "])
@pytest.mark.parametrize("above", ["", "a|b\n-|-\n" + "|a\n" * 300 + "\n"], ids=["alone", "below a table"])
def test_the_most_hostile_comment_that_is_read_whole_costs_no_more_than_its_size(unit: str, above: str) -> None:
    def work(length: int) -> int:
        comment = above + unit * (length // len(unit)) + "\n/release go"
        assert texts(comment) == ["go"]
        return steps(lambda: find_invocations(comment))

    assert work(400) <= 2.6 * work(200)
