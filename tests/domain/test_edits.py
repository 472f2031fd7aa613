"""What an edit changed in the release's block: the boxes, and damage, whatever people do to the issue's body."""

from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.domain.checklist import put_block
from app.domain.edits import Outside, boxes, damage, flips, merge_lines, merge_outside, outside, stamp_in
from app.domain.marks import BEGIN, END, FOOT, HEAD
from app.domain.release.ticking import Flip
from app.domain.values import ItemId, ReleaseId
from tests.given import OTHER_SHA, retargeted, team_release, ticked
from tests.steps import steps

SIGNED = "- [ ] Signed <!-- i:2.1.1 -->"
READ = "  - [x] Read <!-- i:2.1.2 --> octocat"
BLOCK = f"## White Room {HEAD}\n\nGate: pending\n\n{SIGNED}\n{READ}\n\nEnd. {FOOT}"
WHOLE = f"{BEGIN}\n{BLOCK}\n{END}"
BODY = f"Hello 🚀\n\n{WHOLE}\nBye\n"
TICKED = BODY.replace("- [ ] Signed", "- [x] Signed")

SIGN = ItemId("2.1.1")
READING = ItemId("2.1.2")


def crlf(text: str) -> str:
    return text.replace("\n", "\r\n")


# -- boxes ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "after", "expected"),
    [
        ("nothing", BODY, ()),
        ("a browser's line ends", crlf(BODY), ()),
        ("ticked", TICKED, (Flip(item=SIGN, is_ticked=True),)),
        ("ticked with a capital", BODY.replace("- [ ] Signed", "- [X] Signed"), (Flip(item=SIGN, is_ticked=True),)),
        ("ticked in a browser", crlf(TICKED), (Flip(item=SIGN, is_ticked=True),)),
        ("unticked", BODY.replace("[x] Read", "[ ] Read"), (Flip(item=READING, is_ticked=False),)),
        (
            "both",
            TICKED.replace("[x] Read", "[ ] Read"),
            (Flip(item=SIGN, is_ticked=True), Flip(item=READING, is_ticked=False)),
        ),
        ("words changed with it", TICKED.replace("Signed", "Done"), (Flip(item=SIGN, is_ticked=True),)),
        ("text outside", BODY.replace("Hello", "- [x] Hello"), ()),
        ("its line taken out", BODY.replace(f"{SIGNED}\n", ""), ()),
        ("its id taken out", TICKED.replace(" <!-- i:2.1.1 -->", ""), ()),
        ("an item nobody knows", BODY.replace(SIGNED, f"{SIGNED}\n- [x] More <!-- i:9.9 -->"), ()),
        ("all of it gone", "", ()),
        ("the end marker lost", TICKED.replace(END, ""), (Flip(item=SIGN, is_ticked=True),)),
        ("the begin marker lost", TICKED.replace(BEGIN, ""), (Flip(item=SIGN, is_ticked=True),)),
        ("doubled", f"{TICKED}\n{TICKED}", (Flip(item=SIGN, is_ticked=True),)),
        ("doubled, and the two disagree", f"{BODY}\n{TICKED}", ()),
        ("moved into a code block", f"```\n{TICKED}\n```", ()),
    ],
)
def test_the_boxes_that_an_edit_changed_are_found(name: str, after: str, expected: tuple[Flip, ...]) -> None:
    assert flips(BODY, after) == expected, name


def test_a_box_that_was_not_there_before_was_not_changed() -> None:
    assert flips("Hello", TICKED) == ()


def test_each_box_of_the_block_stands_in_one_way() -> None:
    assert boxes(BODY) == {SIGN: False, READING: True}
    assert boxes(f"{BODY}{TICKED}") == {READING: True}
    assert boxes(f"- [x] theirs <!-- i:2.1.1 -->\n\n{BODY}") == {SIGN: False, READING: True}
    assert boxes("nothing of ours") == {}


OTHERWISE = "Other text of the checklist's block was changed: it was written anew. Your own text goes outside of it."

# -- damage ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "after"),
    [
        ("nothing", BODY),
        ("a browser's line ends", crlf(BODY)),
        ("a tick", TICKED),
        ("people's own text", BODY.replace("Hello", "Dear all,\n\nhello")),
        ("blank lines", BODY.replace("Gate: pending", "\n\nGate: pending\n\n")),
        ("an item further in", BODY.replace("- [ ] Signed", "    - [ ] Signed")),
    ],
)
def test_an_edit_that_leaves_the_block_as_it_is_damages_nothing(name: str, after: str) -> None:
    assert damage(BODY, after) == (), name


@pytest.mark.parametrize(
    ("name", "after", "told"),
    [
        ("gone", "Hello", ["The checklist was gone from the issue: it was written anew."]),
        ("emptied", "", ["The checklist was gone from the issue: it was written anew."]),
        ("an item gone", BODY.replace(f"{SIGNED}\n", ""), ["1 item missing from the checklist: put back."]),
        (
            "both gone",
            BODY.replace(f"{SIGNED}\n{READ}\n", ""),
            ["2 items missing from the checklist: put back."],
        ),
        (
            "an item doubled",
            BODY.replace(SIGNED, f"{SIGNED}\n{SIGNED}"),
            ["1 item too many in the checklist: removed."],
        ),
        (
            "an item of nobody's",
            BODY.replace(SIGNED, f"{SIGNED}\n- [ ] More <!-- i:9.9 -->"),
            ["1 item too many in the checklist: removed."],
        ),
        (
            "words",
            BODY.replace("Signed", "Signed, mostly"),
            ["The words of 1 item were changed: the plan's own were put back."],
        ),
        (
            "the words of both",
            BODY.replace("Signed", "x").replace("Read", "y"),
            ["The words of 2 items were changed: the plan's own were put back."],
        ),
        (
            "another line",
            BODY.replace("Gate: pending", "Gate: success"),
            [OTHERWISE],
        ),
        ("the end marker", BODY.replace(END, ""), ["The block's end marker was missing: it was put back."]),
        ("the begin marker", BODY.replace(BEGIN, ""), ["The block's begin marker was missing: it was put back."]),
        (
            "the whole pasted twice",
            f"{BODY}\n{WHOLE}\n",
            [
                "The block was there more than once: one was kept, the others were removed.",
                "2 items too many in the checklist: removed.",
                OTHERWISE,
            ],
        ),
    ],
)
def test_damage_is_told_in_a_line_each(name: str, after: str, told: list[str]) -> None:
    assert damage(BODY, after) == tuple(told), name


def test_what_was_broken_before_is_nobody_s_doing_now() -> None:
    assert damage("Hello", BODY) == ()
    assert damage(BODY.replace(END, ""), "Hello") == ()


# -- around the block -------------------------------------------------------------------------------------------


def test_the_text_around_the_block_is_people_s_byte_for_byte() -> None:
    assert outside(BODY) == Outside(before="Hello 🚀\n\n", after="\nBye\n")
    assert outside(crlf(BODY)) == Outside(before="Hello 🚀\r\n\r\n", after="\r\nBye\r\n")
    assert outside(WHOLE) == Outside(before="", after="")


@pytest.mark.parametrize("body", ["", "Hello", f"{BODY}{WHOLE}", BODY.replace(END, ""), f"```\n{WHOLE}\n```"])
def test_where_there_is_no_one_block_nothing_is_around_it(body: str) -> None:
    assert outside(body) is None


# -- two versions of people's text ---------------------------------------------------------------------------------

BASE = "Hello\n\nWe ship on Tuesday.\n\nBye\n"


@pytest.mark.parametrize(
    ("name", "theirs", "now", "merged"),
    [
        ("nobody", BASE, BASE, BASE),
        ("they only", BASE.replace("Hello", "Dear all"), BASE, BASE.replace("Hello", "Dear all")),
        ("somebody since", BASE, BASE.replace("Bye", "See you"), BASE.replace("Bye", "See you")),
        (
            "both the same",
            BASE.replace("Bye", "See you"),
            BASE.replace("Bye", "See you"),
            BASE.replace("Bye", "See you"),
        ),
        (
            "both, in different lines",
            BASE.replace("Hello", "Dear all"),
            BASE.replace("Bye", "See you"),
            "Dear all\n\nWe ship on Tuesday.\n\nSee you\n",
        ),
        ("they took it all out", "", BASE, ""),
        ("a line each below the last one", f"{BASE}\nPS", f"{BASE}\nPPS", f"{BASE}\nPS\nPPS"),
        (
            "a line above and one taken out",
            f"# Plan\n{BASE}",
            BASE.replace("Bye\n", ""),
            "# Plan\nHello\n\nWe ship on Tuesday.\n\n",
        ),
    ],
)
def test_two_versions_of_a_text_are_merged_line_by_line(name: str, theirs: str, now: str, merged: str) -> None:
    assert merge_lines(BASE, theirs=theirs, now=now) == merged, name


@pytest.mark.parametrize(
    ("theirs", "now"),
    [
        (BASE.replace("Tuesday", "Monday"), BASE.replace("Tuesday", "Friday")),
        (BASE.replace("Hello", "Hi"), ""),
        ("", BASE.replace("Bye", "See you")),
    ],
)
def test_where_both_changed_the_same_lines_neither_version_is_guessed(theirs: str, now: str) -> None:
    assert merge_lines(BASE, theirs=theirs, now=now) is None


LINES = st.lists(st.sampled_from(["a", "b", "c", "", "🚀", "\\1"]) | st.text(max_size=5), max_size=6)
SEVERAL = st.sampled_from(["\n", "\r\n", "\r"]).flatmap(lambda end: LINES.map(end.join))


@given(SEVERAL, SEVERAL, SEVERAL)
def test_d3_merging_loses_nothing_that_only_one_of_them_wrote(base: str, theirs: str, now: str) -> None:
    assert merge_lines(base, theirs=theirs, now=base) == theirs
    assert merge_lines(base, theirs=base, now=now) == now
    assert merge_lines(base, theirs=theirs, now=theirs) == theirs
    merged = merge_lines(base, theirs=theirs, now=now)
    new = {line for line in theirs.splitlines() if line not in base} | {
        line for line in now.splitlines() if line not in base
    }
    assert merged is None or all(line in merged for line in new)


def test_d20_texts_that_differ_too_much_are_not_compared_line_by_line() -> None:
    lines = [f"line {number}" for number in range(4_000)]
    theirs, now = ("\n".join([*lines[start:], *lines[:start]]) for start in (1_000, 3_000))
    assert merge_lines("\n".join(lines), theirs=theirs, now=now) is None
    assert merge_lines("\n".join(lines), theirs=theirs, now="\n".join(lines)) == theirs


def test_the_text_above_the_block_and_the_text_below_it_are_merged_each_for_itself() -> None:
    base = Outside(before="Hello\n", after="Bye\n")
    theirs, now = Outside(before="Hi\n", after="Bye\n"), Outside(before="Hello\n", after="See you\n")
    assert merge_outside(base, theirs=theirs, now=now) == Outside(before="Hi\n", after="See you\n")
    clash = Outside(before="Dear all\n", after="Bye\n")
    assert merge_outside(base, theirs=theirs, now=clash) is None
    assert merge_outside(base, theirs=now, now=Outside(before="Hello\n", after="Ciao\n")) is None


# -- what a checklist is of ------------------------------------------------------------------------------------------

STAMP = "0123456789ab"
STAMPED = BODY.replace("End.", f"End. <!-- gonogo:of:{STAMP} -->")


@pytest.mark.parametrize(
    ("name", "body", "stamp"),
    [
        ("nothing", "", None),
        ("no stamp", BODY, None),
        ("a stamp", STAMPED, STAMP),
        ("a browser's line ends", crlf(STAMPED), STAMP),
        ("a marker lost", STAMPED.replace(END, ""), STAMP),
        ("two, pasted", STAMPED.replace("End.", "<!-- gonogo:of:ffffffffffff --> End."), STAMP),
        ("outside of the block", f"{BODY}<!-- gonogo:of:{STAMP} -->", None),
        ("no stamp of ours", STAMPED.replace(STAMP, "latest"), None),
    ],
)
def test_a_checklist_says_of_which_release_commit_and_plan_it_is(name: str, body: str, stamp: str | None) -> None:
    assert stamp_in(body) == stamp, name


def test_another_commit_another_plan_or_another_release_is_another_checklist() -> None:
    of = team_release()
    others = (replace(of, id=ReleaseId("r2")), team_release(retargeted()), replace(of, plan_blob=OTHER_SHA))
    assert len({one.stamp for one in (of, *others)}) == 4
    assert team_release(ticked("1.1.1")).stamp == of.stamp


# -- whatever people do -------------------------------------------------------------------------------------------

PIECES = st.sampled_from(
    [
        BEGIN,
        END,
        HEAD,
        FOOT,
        WHOLE,
        crlf(WHOLE),
        SIGNED,
        READ,
        "- [x] Signed <!-- i:2.1.1 -->",
        "```",
        "~~~",
        "> " + END,
    ]
)
TEXTS = st.text(max_size=40) | st.sampled_from(["\\1", "\\g<0>", "\r", "\r\n", "\n", "\u2028", "\ud800", "<!--", "[ ]"])
BODIES = st.lists(PIECES | TEXTS, max_size=10).map("\n".join) | st.lists(PIECES | TEXTS, max_size=10).map("".join)


@given(BODIES, BODIES)
@example(BODY, BODY.replace(SIGNED, "\\1 \\g<0>"))
@example(BODY, f"{BEGIN}{BEGIN}{END}")
@example(crlf(BODY), BODY.replace(END, "").replace(BEGIN, ""))
def test_d4_no_body_makes_reading_an_edit_fall_over(before: str, after: str) -> None:
    changed = flips(before, after)
    assert {flip.item for flip in changed} <= boxes(before).keys() & boxes(after).keys()
    assert flips(after, after) == ()
    assert all(damage(before, after))
    around = outside(after)
    assert around is None or (after.startswith(around.before) and after.endswith(around.after))


@given(BODIES)
def test_d4_whatever_became_of_the_block_it_is_whole_after_it_was_put_back(body: str) -> None:
    """No silent skip: what was lost is told, and the next reading finds the block and its boxes again."""
    mended = put_block(body, BLOCK).body
    assert boxes(mended) == {SIGN: False, READING: True}
    assert damage(mended, mended) == ()
    assert damage(mended, body) or boxes(body).keys() == boxes(mended).keys()


@pytest.mark.parametrize("unit", [f"{SIGNED}\n", f"{WHOLE}\n", f"{BEGIN}\n", "- [x] <!-- i:", "- [ ] a <!-- i:1 -->\r"])
def test_hostile_edits_cost_no_more_than_their_size(unit: str) -> None:
    def work(size: int) -> int:
        body = f"{BEGIN}\n{unit * (size // len(unit))}\n{END}"
        return steps(lambda: (flips(BODY, body), damage(BODY, body)))

    assert work(4_000) <= 2.6 * work(2_000)
