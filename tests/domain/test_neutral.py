"""Foreign text, repeated: it shows what it said and does nothing."""

import html
import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from app.domain.neutral import code, neutral

GAP = "\u200b"
_CALLS = ["@octocat", "@", "#12", "GH-3", "a/b#4", "0123456789abcdef", "https://x.io", "www.x.io", "a@b.io"]
_MARKUP = ["![", "](x)", "[a]", "<img>", "<!-- gonogo:end -->", "-->", "```", "~~~", "`", "|", "\\", "$x$", "*", "_"]
_LINES = ["&lt;", "&#64;", "&amp;#35;", "- ", "1. ", "# ", "> ", "---", "===", "x", "1", "/lgtm"]
_BLANKS = [" ", "\n", "\r\n", "    ", "\u202e", "\u200d", "\u2028", "\ud800"]
HOSTILE = st.lists(st.sampled_from([*_CALLS, *_MARKUP, *_LINES, *_BLANKS])).map("".join)
TEXTS = st.text() | HOSTILE
LIMITS = st.integers(min_value=1, max_value=300)
PAGES = ["{}", "a {} b", "- {}", "# {}", "a\n{}", "a\n{}\n---", "| a |\n|---|\n| {} |", "> {}", "**{}**", "<b>{}</b>"]


def tokens(source: str, *, is_html: bool = True) -> list[Token]:
    markdown = MarkdownIt("commonmark", {"html": is_html}).enable(["table", "strikethrough"])
    blocks = markdown.parse(source)
    return [*blocks, *(child for block in blocks for child in block.children or ())]


def shapes(source: str, *, is_html: bool = True) -> list[str]:
    return [token.type for token in tokens(source, is_html=is_html) if token.type != "text_special"]


def shown(source: str) -> str:
    return "".join(token.content for token in tokens(source) if token.type in {"text", "code_inline"})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("Notarize, please!", "Notarize, please!", id="plain words stay"),
        pytest.param("@octocat", f"@{GAP}octocat", id="mention"),
        pytest.param("&#64;octocat", f"@{GAP}octocat", id="mention by entity"),
        pytest.param("&commat;octocat", f"@{GAP}octocat", id="mention by named entity"),
        pytest.param("a/b#12", f"a/b&#35;{GAP}12", id="issue elsewhere"),
        pytest.param("gh-12", f"gh-{GAP}12", id="issue by GH"),
        pytest.param("see 0123456", f"see 012345{GAP}6", id="short sha"),
        pytest.param("https://github.com/a/b/pull/1", f"https:{GAP}//github.com/a/b/pull/1", id="address"),
        pytest.param("www.example.com", f"www{GAP}.example.com", id="address without a scheme"),
        pytest.param("a@b.io", f"a@{GAP}b.io", id="mail"),
        pytest.param("![a](b)", "!&#91;a&#93;(b)", id="image"),
        pytest.param("<!-- gonogo:end -->", "&#60;!-- gonogo:end --&#62;", id="our marker"),
        pytest.param("a `b` | c", "a &#96;b&#96; &#124; c", id="backticks and bars"),
        pytest.param("- a\n- b", "&#45; a - b", id="list"),
        pytest.param("1. a", "1&#46; a", id="numbered list"),
        pytest.param("1.0.0", "1.0.0", id="a version is none"),
        pytest.param("/lgtm", "&#47;lgtm", id="another bot's command"),
        pytest.param("a\u202eb\u200bc\x00d\ufeff \u00a0 e", "abcd e", id="what cannot be seen"),
        pytest.param("\ud800", "", id="half a character"),
        pytest.param("x" * 300, "x" * 199 + "…", id="too long"),
        pytest.param(" " * 5_000 + "x", "…", id="too long to look at"),
    ],
)
def test_foreign_text_is_only_text(text: str, said: str) -> None:
    assert neutral(text) == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("release.yml", "`release.yml`", id="plain"),
        pytest.param("a `b` c", "``a `b` c``", id="backticks within"),
        pytest.param("`` a", "``` `` a ```", id="backticks at an end"),
        pytest.param("@octocat #12", f"`@{GAP}octocat #{GAP}12`", id="mention and issue"),
        pytest.param("<!-- gonogo:end -->", f"`<{GAP}!-- gonogo:end --{GAP}>`", id="our marker"),
        pytest.param("a | b", "`a ¦ b`", id="bar"),
        pytest.param("a\nb\t c", "`a b c`", id="lines"),
        pytest.param("&lt;", "`&lt;`", id="entities stay in code"),
        pytest.param(" \u200b\n", "", id="nothing to be seen"),
        pytest.param("x" * 300, "`" + "x" * 199 + "…`", id="too long"),
        pytest.param("\n" * 5_000 + "x", "`…`", id="too long to look at"),
    ],
)
def test_foreign_text_as_code(text: str, said: str) -> None:
    assert code(text) == said


@given(TEXTS, LIMITS, st.sampled_from(PAGES), st.booleans())
def test_a_page_has_the_same_shape_whatever_the_text(text: str, limit: int, page: str, is_html: bool) -> None:
    assert shapes(page.format("x" + neutral(text, limit)), is_html=is_html) == shapes(page.format("x"), is_html=is_html)


@given(TEXTS, LIMITS, st.booleans())
def test_at_the_start_of_a_page_it_is_one_line_of_text(text: str, limit: int, is_html: bool) -> None:
    said = neutral(text, limit)
    assert shapes(said, is_html=is_html) == (["paragraph_open", "inline", "paragraph_close", "text"] if said else [])


@given(TEXTS, LIMITS, st.sampled_from(PAGES))
def test_code_is_one_code_span_wherever_it_stands(text: str, limit: int, page: str) -> None:
    said = code(text, limit)
    assert shapes(page.format("x" + said)) == shapes(page.format("x" + ("`y`" if said else "")))


@given(TEXTS, LIMITS, st.sampled_from([neutral, code]))
def test_what_is_shown_calls_nobody_and_points_nowhere(text: str, limit: int, say: Callable[[str, int], str]) -> None:
    said = say(text, limit)
    seen = shown(said)
    assert not re.search(r"<!--|-->|@\w", said)
    assert not re.search(r"@\w|#\d|[\n\r\u202e]", seen)
    if say is neutral:
        assert not re.search(r"(?i)://|www\.|gh-\d|(?<![0-9a-z])[0-9a-f]{7,64}(?![0-9a-z])", seen)


@given(TEXTS, LIMITS)
def test_the_text_can_still_be_read(text: str, limit: int) -> None:
    readable = html.unescape(neutral(text, limit)).replace(GAP, "")
    assert len(readable) <= limit
    assert len(neutral(text, limit)) <= 8 * limit


@given(st.text(alphabet="abz ,!(){}*_[]<>#@|`~\\$-1"))
def test_nothing_that_can_be_seen_is_lost(text: str) -> None:
    assert html.unescape(neutral(text, 1_000)).replace(GAP, "") == " ".join(text.split())


@given(TEXTS, LIMITS)
def test_neutralising_twice_changes_nothing(text: str, limit: int) -> None:
    assert neutral(neutral(text, limit), limit) == neutral(text, limit)


@given(TEXTS, LIMITS)
def test_code_is_bounded(text: str, limit: int) -> None:
    assert len(code(text, limit)) <= 5 * limit + 6


@pytest.mark.parametrize("word", ["Feedback", "Feedback on the facade", "cafe", "decades", "xdeadbeef"])
def test_words_that_only_look_like_a_sha_stay_whole(word: str) -> None:
    assert neutral(word) == word


def test_what_stands_alone_like_a_sha_is_no_reference() -> None:
    assert neutral("at 0dfb00f9d9f2d041774f9261a26933f30e920207.") != "at 0dfb00f9d9f2d041774f9261a26933f30e920207."
    assert neutral("at 0dfb00f") == "at 0dfb00\u200bf"
