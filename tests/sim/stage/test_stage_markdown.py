"""What people write is shown as GitHub shows it, and can do nothing to the page."""

from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.sim.stage.markdown import to_html

_SOME = {
    "a",
    "b",
    "blockquote",
    "br",
    "code",
    "del",
    "details",
    "em",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "input",
}
_MORE = {"kbd", "li", "ol", "p", "pre", "s", "span", "strong", "sub", "summary", "sup", "table", "tbody", "td", "th"}
TAGS = _SOME | _MORE | {"thead", "tr", "ul"}
_USUAL = {"align", "aria-label", "checked", "class", "disabled", "href", "open", "rel", "start", "target", "title"}
ATTRIBUTES = _USUAL | {"type"}
OF_BOXES = {"data-box", "id"}
"""What boxes to be clicked have besides."""


class Seen(HTMLParser):
    """The tags, attributes and links of a piece of HTML, and how many details stay open."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.links: list[str] = []
        self.depth = 0
        self.lowest = 0
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links += [value or "" for name, value in attrs if name in {"href", "src"}]
        self.depth += tag == "details"

    def handle_endtag(self, tag: str) -> None:
        self.depth -= tag == "details"
        self.lowest = min(self.lowest, self.depth)


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("- [x] Built <!-- i:1.1 --> · ok", '<input type="checkbox" disabled aria-label="done" checked> Built  · ok'),
        ("- [ ] Built", '<li class="task"><input type="checkbox" disabled aria-label="done"> Built</li>'),
        ("- [] Built", "<li>[] Built</li>"),
        ("one\ntwo", "one<br />\ntwo"),
        ("| a |\n|---|\n| 1 |", "<td>1</td>"),
        ("| a |\n|--:|\n| 1 |", '<td align="right">1</td>'),
        ("<details open><summary>More</summary>\n\n**in**\n\n</details>", "<details open><summary>More</summary>"),
        ("<summary>a &#96; &amp; &lt;b</summary>", "<summary>a &#96; &amp; &lt;b</summary>"),
        ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
        ("a <img src=x onerror=alert(1)> b", "a &lt;img src=x onerror=alert(1)&gt; b"),
        ('<details onclick="x">', "&lt;details onclick=&quot;x&quot;&gt;"),
        ("![a picture](https://example.org/a.png)", "<p>a picture</p>"),
        ("[x](javascript:alert(1))", "<p>[x](javascript:alert(1))</p>"),
        ("[x](https://example.org)", 'rel="noopener noreferrer" target="_blank"'),
        ("[run 1](https://github.com/white-room/daw/actions/runs/16/job/7)", '<a href="#run-16">run 1</a>'),
        ("[it](https://github.com/white-room/daw/issues/1#issuecomment-5)", '<a href="#comment-5">it</a>'),
        ("[it](https://github.com/white-room/daw/issues/1)", '<a href="#issue-1">it</a>'),
        ("[it](https://github.com/white-room/daw/runs/9)", '<a href="#check-9">it</a>'),
        ("[it](https://github.com/white-room/daw/commit/abc)", '<span class="away" title="On GitHub this is a link">'),
    ],
)
def test_a_piece_of_markdown_becomes(text: str, html: str) -> None:
    assert html in to_html(text)


def test_a_fold_that_nobody_closed_ends_with_the_comment_and_one_too_many_closes_nothing_else() -> None:
    assert to_html("<details>\n\nx").endswith("</details>")
    assert "</details>" not in to_html("</details>\n\nx")


PIECES = [
    "<script>", "</details>", "<details open>", "<summary>", "<a href=javascript:x>", "<img src=x onerror=y>", "<!--",
    "-->", "- [x] ", "\n\n", "\n", "`", "```", "[a](javascript:b)", "[a](data:text/html,b)", "![a](http://b)", "<b",
    "&lt;", "&#60;", '"', "'", ">", "| a |\n|:-:|\n", "https://github.com/white-room/daw/", "\x00", "<svg/onload=a>", '- [ ] <!-- i:"onload=a -->',
]  # fmt: skip


@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=5)).map("".join), st.booleans())
def test_whatever_is_written_only_harmless_html_comes_of_it(text: str, for_clicks: bool) -> None:
    seen = Seen(to_html(text, for_clicks=for_clicks))
    assert seen.tags <= TAGS
    assert seen.attributes <= (ATTRIBUTES | OF_BOXES if for_clicks else ATTRIBUTES)
    assert [link for link in seen.links if not link.startswith(("#", "http:", "https:", "mailto:"))] == []
    assert (seen.depth, seen.lowest) == (0, 0)


def test_the_plan_of_the_example_keeps_every_box() -> None:
    plan = Path("app/examples/white_room/release-plan.md").read_text("utf-8").partition("\n---\n")[2]
    boxes = [line for line in plan.splitlines() if line.lstrip().startswith("- [ ] ") and "this is text of" not in line]
    assert to_html(plan).count('<input type="checkbox"') == len(boxes) > 100
