"""A click on a box changes that box in the body as it stands, and nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.sim.stage.boxes import box_named, clicked
from app.sim.stage.markdown import boxes_in, to_html

BODY = """\
Mine, with [ ] in it.

- [ ] Drafted <!-- i:3.1.1 --> · by hand
  1. [x] Read by two
     * [ ] Read by two
- [ ] `[ ]` in code

```
- [ ] no box
```

> - [X] quoted
"""


def test_every_box_has_a_name_of_its_own_and_what_only_looks_like_one_has_none() -> None:
    boxes = boxes_in(BODY)
    assert [(box.words, box.line, box.is_ticked) for box in boxes] == [
        ("Drafted", 2, False),
        ("Read by two", 3, True),
        ("Read by two", 4, False),
        ("[ ] in code", 5, False),
        ("quoted", 11, True),
    ]
    names = [box.name for box in boxes]
    assert names[0] == "i:3.1.1"
    assert names[2] == f"{names[1]}#2"
    assert len(set(names)) == 5


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("place", range(5))
def test_a_click_changes_one_character(place: int, line_end: str) -> None:
    body = BODY.replace("\n", line_end)
    box = boxes_in(body)[place]
    after = clicked(body, box, is_ticked=not box.is_ticked)
    assert sum(a != b for a, b in zip(body, after, strict=True)) == 1
    changed = [now.name for was, now in zip(boxes_in(body), boxes_in(after), strict=True) if was != now]
    assert changed == [box.name]


def test_a_name_finds_its_box_though_the_lines_above_have_changed() -> None:
    later = BODY.replace("- [ ] Drafted", "- [ ] New <!-- i:3.1.0 -->\n- [ ] Drafted").replace("by hand", "by somebody")
    box = box_named(later, "i:3.1.1")
    assert box is not None
    assert (box.line, box.words) == (3, "Drafted")
    assert box_named(later, "i:9") is None


PIECES = ["- [ ] a", "- [x] b", "  * [ ] c", "1. [X] d", "> - [ ] e", "-\n  [ ] f", "- - [ ] g", "```", "<details>", "", "[ ]"]  # fmt: skip


@given(st.lists(st.sampled_from(PIECES)).map("\n".join))
def test_whatever_stands_around_it_a_click_flips_the_box_it_names(body: str) -> None:
    for box in boxes_in(body):
        after = clicked(body, box, is_ticked=not box.is_ticked)
        found = box_named(after, box.name)
        assert found is not None
        assert found.is_ticked != box.is_ticked
        assert sum(a != b for a, b in zip(body, after, strict=True)) == 1


def test_boxes_for_clicks_carry_name_and_words_and_wait_for_the_script() -> None:
    html = to_html('- [x] <b>"Bold"</b> & more <!-- i:1.1 --> · ok', for_clicks=True)
    words = "&quot;Bold&quot; &amp; more"
    assert f'<input type="checkbox" disabled aria-label="{words}" data-box="i:1.1" checked>' in html
    assert '<li class="task" id="box-i:1.1">' in html
