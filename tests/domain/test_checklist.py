"""The block survives whatever people do around it, and item lines can be read back."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from app.domain.checklist import (
    Broken,
    Found,
    ReadItem,
    find_block,
    item_line,
    item_text,
    put_block,
    read_items,
)
from app.domain.marks import BEGIN, END, FOOT, HEAD
from app.domain.values import ItemId
from tests.steps import steps

BLOCK = f"## White Room {HEAD}\n\n- [x] Signed <!-- i:2.2.1 -->\n- [ ] Notarized <!-- i:2.3.1 -->\n\nEnd. {FOOT}"
NEW = f"## White Room {HEAD}\n\n- [x] Notarized <!-- i:2.3.1 -->\n\nEnd. {FOOT}"
WHOLE = f"{BEGIN}\n{BLOCK}\n{END}"
NEW_WHOLE = f"{BEGIN}\n{NEW}\n{END}"

text = st.text(st.characters(codec="utf-8") | st.sampled_from("\r\n\\`*[]()<>!@#- "), max_size=80)
marks = [BEGIN, END, HEAD, FOOT, f"# Title {HEAD}", f"End {FOOT}", f"  {BEGIN}  "]
spoken_of = [f"> {BEGIN}", f"text {END}", f"    {END}"]
others = ["```", "~~~~", "```sh", "", " ", "\\1 \\g<0> 🚀", "- [x] a"]
pieces = st.sampled_from([*marks, *spoken_of, *others])
bodies = st.lists(pieces | text, max_size=14).flatmap(
    lambda lines: st.lists(st.sampled_from(["\n", "\r\n"]), min_size=len(lines), max_size=len(lines)).map(
        lambda ends: "".join(line + end for line, end in zip(lines, ends, strict=True))
    )
)

# -- items ------------------------------------------------------------------------------------------------

ids = st.text(min_size=1, max_size=20).map(ItemId)
items = st.lists(st.tuples(ids, st.text(max_size=60), st.booleans(), st.integers(0, 4), text.map(item_text)))


@given(items)
def test_written_items_are_read_back_as_they_were(items: list[tuple[ItemId, str, bool, int, str]]) -> None:
    lines = [item_line(i, item_text(t), is_ticked=d, depth=n, note=note) for i, t, d, n, note in items]
    read = read_items("\n".join(lines))
    assert read == tuple(ReadItem(id=i, is_ticked=d) for i, _, d, _, _ in items)


def test_an_item_line_carries_its_id_hidden_and_its_note_behind() -> None:
    line = item_line(
        ItemId("2.3.1"), "Intel build notarized", is_ticked=True, depth=1, note="· [run](https://x.example)"
    )
    assert line == "  - [x] Intel build notarized <!-- i:2.3.1 --> · [run](https://x.example)"


@pytest.mark.parametrize(
    ("line", "read"),
    [
        ("- [X] Signed <!-- i:1.1 -->\r", ReadItem(id=ItemId("1.1"), is_ticked=True)),
        ("* [ ] words that somebody changed <!-- i:1.1 --> more", ReadItem(id=ItemId("1.1"), is_ticked=False)),
        ("   + [x]   <!-- i:a%2D%2Db -->", ReadItem(id=ItemId("a--b"), is_ticked=True)),
        ("- [x] joined <!-- i:1.1 --> - [ ] with <!-- i:1.2 -->", ReadItem(id=ItemId("1.1"), is_ticked=True)),
    ],
)
def test_an_edited_line_is_still_that_item(line: str, read: ReadItem) -> None:
    assert read_items(f"Above\r\n{line}\nbelow") == (read,)


@pytest.mark.parametrize(
    "line", ["- [x] no id", "<!-- i:1.1 -->", "- [xx] a <!-- i:1 -->", "- [x] a <!-- i:1", "[x] <!-- i:1 -->"]
)
def test_what_is_no_item_is_passed_over(line: str) -> None:
    assert read_items(line) == ()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Read [the guide](https://example.com/@docs)", "Read [the guide](https://example.com/@docs)"),
        ("See https://example.com/@docs and `x --force`", "See https://example.com/@docs and `x --force`"),
        ("Ask @octocat <b>now</b>", "Ask @\u200boctocat <\u200bb>now<\u200b/b>"),
        ("![seen](https://x.example/y.png)", "!\u200b[seen](https://x.example/y.png)"),
        ("Latency <10ms (P95), a@b, 1 < 2", "Latency <10ms (P95), a@\u200bb, 1 < 2"),
        ("before<!-- i:9 -->after <!-- open", "beforeafter <\u200b!-- open"),
        ("one\r\n\x00two\u2028three", "one two three"),
        ("odd `tick", "odd &#96;tick"),
        ("`even` and ``odd", "`even` and &#96;&#96;odd"),
    ],
)
def test_an_items_text_keeps_links_and_loses_what_acts(text: str, shown: str) -> None:
    assert item_text(text) == shown


LIVELY = ("@", "a", "<b>", "<!--", "-->", "![", "](", ")", "`", "``", "https://x.yz/", "\\", "&", "\n", "<a@b.c>", "_")


@given(st.lists(st.sampled_from(LIVELY), max_size=20))
def test_no_items_text_holds_anything_live(parts: list[str]) -> None:
    tokens = (
        MarkdownIt("gfm-like", {"linkify": False}).parseInline(f"[ ] {item_text(' '.join(parts))}")[0].children or []
    )
    kinds = {token.type for token in tokens}
    assert not kinds & {"image", "html_inline"}
    said = "".join(token.content for token in tokens if token.type == "text")
    assert not re.search(r"(?<![./\w])@\w", said)


@given(st.text())
def test_an_items_text_is_one_bounded_line(text: str) -> None:
    assert len(item_text(text).split("\n")) == 1
    assert len(item_text(text * 50)) < 6000


# -- the block --------------------------------------------------------------------------------------------


def test_without_markers_the_block_follows_what_people_wrote() -> None:
    assert put_block("Hello 🚀", BLOCK).body == f"Hello 🚀\n\n{WHOLE}"
    assert put_block("Hello\n", BLOCK).body == f"Hello\n\n{WHOLE}"
    assert put_block("Hello\n\n\n", BLOCK).body == f"Hello\n\n\n{WHOLE}"
    assert put_block("", BLOCK).body == WHOLE
    assert put_block("Hello", BLOCK).repairs == ()


def test_the_block_follows_the_line_ends_around_it() -> None:
    placed = put_block(f"Hello\r\n\r\n{WHOLE}\r\nBye", NEW)
    crlf = NEW_WHOLE.replace("\n", "\r\n")
    assert placed.body == f"Hello\r\n\r\n{crlf}\r\nBye"
    assert placed.repairs == ()


strangers = st.text(max_size=60).filter(lambda text: "gonogo:" not in text)


@given(strangers, strangers)
@example("\\1 \\g<0> trailing  \r\n", "\r\n🚀\t ")
def test_every_byte_outside_stays(before: str, after: str) -> None:
    body = f"{before}\n{BEGIN}\nold\n{END}\n{after}"
    placed = put_block(body, BLOCK)
    found = find_block(placed.body)
    assert isinstance(found, Found)
    assert placed.repairs == ()
    assert (found.before, found.after) == (f"{before}\n", f"\n{after}")


@given(bodies, st.booleans())
def test_putting_the_block_twice_is_putting_it_once(body: str, is_first: bool) -> None:
    block = BLOCK if is_first else NEW
    once = put_block(body, block)
    again = put_block(once.body, block)
    assert (again.body, again.repairs) == (once.body, ())
    found = find_block(once.body)
    assert isinstance(found, Found)
    assert found.inside.replace("\r\n", "\n") == f"{block}\n"


@given(st.lists(st.sampled_from([*marks, *spoken_of, "```", "people's own"]), max_size=14))
def test_no_line_of_people_is_lost(lines: list[str]) -> None:
    """Where no two marks enclose anything, every line that is no mark of ours is still there."""
    body = "\n".join(lines)
    scan = find_block(body)
    if isinstance(scan, Broken) and not scan.insides:
        kept = put_block(body, BLOCK).body
        assert kept.count("people's own") == body.count("people's own")


@pytest.mark.parametrize(
    ("body", "kind", "result", "repairs"),
    [
        pytest.param(f"A\n{BEGIN}\n{BLOCK}\nB", "lost-end", f"A\n{NEW_WHOLE}\nB", 1, id="end lost"),
        pytest.param(f"A\n{BLOCK}\n{END}\nB", "lost-begin", f"A\n{NEW_WHOLE}\nB", 1, id="begin lost"),
        pytest.param(f"A\n{BEGIN}\nB", "lost-end", f"A\n{NEW_WHOLE}\nB", 1, id="only a begin"),
        pytest.param(f"A\n{END}\nB", "lost-begin", f"A\n{NEW_WHOLE}\nB", 1, id="only an end"),
        pytest.param(f"{WHOLE}\nA\n{WHOLE}\nB", "doubled", f"{NEW_WHOLE}\nA\nB", 1, id="pasted twice"),
        pytest.param(f"A\n{BEGIN}\n{WHOLE}\n{END}\nB", "nested", f"A\n{NEW_WHOLE}\nB", 1, id="nested"),
        pytest.param(f"A\n{END}\nB\n{BEGIN}\nC", "reversed", f"A\n{NEW_WHOLE}\nB\nC", 1, id="reversed"),
        pytest.param(f"A\n{BEGIN}\nB\n{WHOLE}\nC", "lost-end", f"A\n{NEW_WHOLE}\nB\nC", 2, id="begin doubled"),
        pytest.param(f"A\n{WHOLE}\nB\n{END}\nC", "lost-begin", f"A\n{NEW_WHOLE}\nB\nC", 1, id="end doubled"),
        pytest.param(f"```\n{WHOLE}\n```", "fenced", f"```\n{WHOLE}\n```\n\n{NEW_WHOLE}", 1, id="in a code block"),
        pytest.param(f"```\nA\n{WHOLE}", "lost", f"```\nA\n{NEW_WHOLE}", 0, id="below an unclosed code block"),
        pytest.param(f"~~~\nA\n{BEGIN}", "lost-end", f"~~~\nA\n{NEW_WHOLE}", 1, id="half below an unclosed one"),
        pytest.param("```\nA", "none", f"```\nA\n\n{NEW_WHOLE}", 1, id="new below an unclosed code block"),
        pytest.param(f"A\n> B {HEAD}\n{END}", "lost-begin", f"A\n> B {HEAD}\n{NEW_WHOLE}", 1, id="head line quoted"),
        pytest.param(f"> {BEGIN}\n`{END}`", "none", f"> {BEGIN}\n`{END}`\n\n{NEW_WHOLE}", 0, id="spoken of"),
        pytest.param(f"A\n{BEGIN}\n```\n{END}\nB\n```", "", f"A\n{NEW_WHOLE}\nB\n```", 0, id="a fence in the block"),
    ],
)
def test_a_broken_block_is_mended_and_told(body: str, kind: str, result: str, repairs: int) -> None:
    placed = put_block(body, NEW)
    assert placed.body == result
    assert len(placed.repairs) == repairs
    found = find_block(body)
    assert (found.kind if isinstance(found, Broken) else "") == (kind if kind != "lost" else "")


def test_a_block_cannot_carry_markers_of_its_own() -> None:
    placed = put_block("", f"a\n{END}\n{BEGIN}\nb")
    assert isinstance(find_block(placed.body), Found)


def test_ticks_of_a_broken_block_can_still_be_read() -> None:
    broken = find_block(f"{BEGIN}\n{BLOCK}\nB\n{WHOLE}")
    assert isinstance(broken, Broken)
    assert [len(read_items(inside)) for inside in broken.insides] == [2, 2]


@pytest.mark.parametrize(
    "unit",
    [
        "```\n",
        "```a\n",
        "~~~a\n```b\n",
        f"{BEGIN}\n",
        f"{END}\n",
        f"{BEGIN}\n{END}\n",
        f"a {HEAD}\n",
        " ",
        "\r",
        "- [x] <!-- i:",
    ],
)
def test_hostile_bodies_cost_no_more_than_their_size(unit: str) -> None:
    def work(size: int) -> int:
        body = unit * (size // len(unit))
        return steps(lambda: (put_block(body, BLOCK), read_items(body)))

    assert work(4_000) <= 2.6 * work(2_000)  # twice the size: quadratic would be four times the work


def test_a_body_of_blanks_keeps_them_on_a_line_of_their_own() -> None:
    assert put_block("  ", "block").body.startswith("  \n<!-- gonogo:begin -->\n")
