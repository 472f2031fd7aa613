"""What was typed after a command, by its usage line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.slash import MAX_TEXT, Args, BadArgs, parse_args, parse_generously, read_usage

START = "start <version> [--plan NAME] [--target REF]"
RETRY = "retry <task> [--failed]"
HOLD = "hold <reason...> [--until TIME]"
RUN = "run <task> [--force REASON...]"
TAG = "tag --confirm TAG"
HELP = "help [command]"
REPORT = "report [text...]"
USAGES = (START, RETRY, HOLD, RUN, TAG, HELP, REPORT, "go")


def good(usage: str, text: str) -> Args:
    args = parse_args(usage, text)
    assert isinstance(args, Args), args
    return args


def problem(usage: str, text: str) -> str:
    args = parse_args(usage, text)
    assert isinstance(args, BadArgs), args
    assert args.usage == usage
    return args.problem


@pytest.mark.parametrize(
    ("usage", "text", "values", "flags"),
    [
        pytest.param("go", "  ", {}, {}, id="nothing"),
        pytest.param(START, "1.0.0", {"version": "1.0.0"}, {}, id="one word"),
        pytest.param(START, "--plan hotfix 1.0.0", {"version": "1.0.0"}, {"plan": "hotfix"}, id="flag first"),
        pytest.param(
            START, "1.0.0 --PLAN=hotfix --target a", {"version": "1.0.0"}, {"plan": "hotfix", "target": "a"}, id="="
        ),
        pytest.param(START, '1.0.0 --plan="a b"', {"version": "1.0.0"}, {"plan": "a b"}, id="= and a quote"),
        pytest.param(START, "1.0.0 —plan hotfix", {"version": "1.0.0"}, {"plan": "hotfix"}, id="em dash of a phone"),
        pytest.param(RETRY, "sign --failed", {"task": "sign"}, {"failed": None}, id="flag without a value"),
        pytest.param(RETRY, '"Code signing"', {"task": "Code signing"}, {}, id="quoted words"),
        pytest.param(RETRY, "“Code signing”", {"task": "Code signing"}, {}, id="smart quotes"),
        pytest.param(RETRY, "„Code signing“", {"task": "Code signing"}, {}, id="low quotes"),
        pytest.param(RETRY, "«Code signing»", {"task": "Code signing"}, {}, id="guillemets"),
        pytest.param(RETRY, "'Code signing'", {"task": "Code signing"}, {}, id="single quotes"),
        pytest.param(RETRY, "`notarize.sh`", {"task": "notarize.sh"}, {}, id="backticks"),
        pytest.param(RETRY, '"--failed"', {"task": "--failed"}, {}, id="a quoted flag is a word"),
        pytest.param(RETRY, "-- --failed", {"task": "--failed"}, {}, id="behind the double dash all are words"),
        pytest.param(
            HOLD, "can't sign, 5\" too big", {"reason": "can't sign, 5\" too big"}, {}, id="quotes as letters"
        ),
        pytest.param(HOLD, "\"the 'big' one\"", {"reason": "the 'big' one"}, {}, id="quotes around all of it"),
        pytest.param(HOLD, 'see "a b" there', {"reason": 'see "a b" there'}, {}, id="quotes within the rest"),
        pytest.param(
            HOLD, "wait --until 18:00 for docs", {"reason": "wait for docs"}, {"until": "18:00"}, id="flag amid"
        ),
        pytest.param(HOLD, "a - b — c", {"reason": "a - b — c"}, {}, id="dashes of a sentence"),
        pytest.param(HOLD, "-- a --b=c", {"reason": "a --b=c"}, {}, id="the rest as typed"),
        pytest.param(RUN, "sign --force the --odd one", {"task": "sign"}, {"force": "the --odd one"}, id="long value"),
        pytest.param(TAG, "--confirm v1.0.0", {}, {"confirm": "v1.0.0"}, id="required flag"),
        pytest.param(HELP, "", {}, {}, id="optional word left out"),
        pytest.param(HELP, "retry", {"command": "retry"}, {}, id="optional word"),
        pytest.param(REPORT, "", {}, {}, id="optional rest left out"),
        pytest.param(REPORT, "a b", {"text": "a b"}, {}, id="optional rest"),
    ],
)
def test_words_and_flags_find_their_places(
    usage: str, text: str, values: dict[str, str], flags: dict[str, str | None]
) -> None:
    assert good(usage, text) == Args(values=values, flags=flags)


@pytest.mark.parametrize(
    ("usage", "text", "said"),
    [
        pytest.param(START, "", "<version> is missing", id="missing word"),
        pytest.param(START, "--plan a", "<version> is missing", id="only a flag"),
        pytest.param(HOLD, "--until 18:00", "<reason> is missing", id="missing rest"),
        pytest.param(TAG, "", "--confirm TAG is missing", id="missing flag"),
        pytest.param("go", "now", '"now" is one word too many', id="no word wanted"),
        pytest.param(RETRY, "sign --failed=yes", '"yes" is one word too many', id="value for a plain flag"),
        pytest.param(START, "1.0.0 " + "x" * 50, f'"{"x" * 39}…" is one word too many', id="long words are cut"),
        pytest.param(START, '""', "<version> is empty", id="empty quotes"),
        pytest.param(START, "1.0.0 --plan", "--plan needs its NAME", id="no value"),
        pytest.param(START, "1.0.0 --plan --target a", "--plan needs its NAME", id="flag for a value"),
        pytest.param(START, '1.0.0 --plan ""', "--plan needs its NAME", id="empty value"),
        pytest.param(RUN, "sign --force", "--force needs its REASON", id="empty long value"),
        pytest.param(RETRY, "sign --failed --failed", "--failed is given twice", id="twice"),
        pytest.param(
            RETRY,
            "sign --faild",
            "there is no option --faild; put quotes around it where it is part of the text",
            id="unknown",
        ),
        pytest.param(HOLD, "x" * (MAX_TEXT + 1), "more than 1,000 characters are too many", id="too long"),
    ],
)
def test_what_does_not_fit_is_told(usage: str, text: str, said: str) -> None:
    assert problem(usage, text) == said


STOP = "hold [reason...] [--until TIME]"


@pytest.mark.parametrize(
    ("text", "values", "flags"),
    [
        pytest.param("", {}, {}, id="no reason"),
        pytest.param("the build is red", {"reason": "the build is red"}, {}, id="a reason"),
        pytest.param("red --until 2h", {"reason": "red"}, {"until": "2h"}, id="as the usage says"),
        pytest.param("red --untli 2h", {"reason": "red --untli 2h"}, {}, id="an option that there is not"),
        pytest.param("--x red --until 2h", {"reason": "--x red"}, {"until": "2h"}, id="one that there is beside it"),
        pytest.param("--until", {"reason": "--until"}, {}, id="an option without its value"),
        pytest.param("--x --until", {"reason": "--x --until"}, {}, id="the same at the end"),
        pytest.param('--x --until ""', {"reason": '--x --until ""'}, {}, id="a value of nothing"),
        pytest.param(
            "--until 2h --until 3h", {"reason": "--until 3h"}, {"until": "2h"}, id="an option that is given twice"
        ),
        pytest.param('""', {"reason": '""'}, {}, id="empty quotes"),
        pytest.param('see "a b" --x', {"reason": 'see "a b" --x'}, {}, id="quotes as they were typed"),
    ],
)
def test_generously_what_is_no_option_is_part_of_the_reason(
    text: str, values: dict[str, str], flags: dict[str, str | None]
) -> None:
    assert parse_generously(STOP, text) == Args(values=values, flags=flags)


def test_generously_the_release_may_still_be_named() -> None:
    expected = Args(values={"reason": "--x"}, flags={}, release="1.4.0")
    assert parse_generously(STOP, "--x --release 1.4.0") == expected


def test_generously_a_plain_option_is_a_word_of_the_reason_where_the_rest_does_not_fit() -> None:
    assert parse_generously("halt [reason...] [--now]", "--now --x") == Args(values={"reason": "--now --x"}, flags={})


def test_generously_a_command_that_takes_no_words_takes_any() -> None:
    assert parse_generously("halt", "at once") == Args(values={}, flags={})


def test_generously_a_text_past_the_limit_is_too_long_all_the_same() -> None:
    assert isinstance(parse_generously(STOP, "x" * (MAX_TEXT + 1)), BadArgs)


@given(st.sampled_from((STOP, HOLD, RETRY, "go")), st.text(max_size=MAX_TEXT) | st.text("-= \"'`“”—ab", max_size=99))
def test_generously_any_text_fits(usage: str, text: str) -> None:
    assert isinstance(parse_generously(usage, text), Args)


@pytest.mark.parametrize("usage", USAGES)
def test_every_command_may_name_its_release(usage: str) -> None:
    wanted = {START: "1.0.0 ", RETRY: "a ", HOLD: "a ", RUN: "a ", TAG: "--confirm v1 "}.get(usage, "")
    args = good(usage, f"{wanted}--release 1.4.0")
    assert args.release == "1.4.0"
    assert not args.has("release")


def test_args_are_asked_by_name() -> None:
    args = good(START, "1.0.0 --plan hotfix")
    assert args["version"] == "1.0.0"
    assert (args.get("version"), args.get("plan"), args.get("target")) == ("1.0.0", "hotfix", None)
    assert (args.has("version"), args.has("plan"), args.has("target")) == (True, True, False)


@pytest.mark.parametrize(
    "usage",
    [
        pytest.param("a b", id="bare word"),
        pytest.param("a [<b>]", id="two kinds of brackets"),
        pytest.param("a <b", id="open bracket"),
        pytest.param("a [--b c]", id="value in small letters"),
        pytest.param("a <b...> <c>", id="rest before the end"),
        pytest.param("a [b] <c>", id="required after optional"),
        pytest.param("a <b> [b]", id="one name twice"),
        pytest.param("a [--b] [--b X]", id="one flag twice"),
        pytest.param("a <b> [--b]", id="word and flag of one name"),
        pytest.param("a [--release X]", id="the common flag"),
        pytest.param("a <b>[c]", id="no blank between"),
    ],
)
def test_a_malformed_usage_is_refused(usage: str) -> None:
    with pytest.raises(ValueError, match="usage"):
        read_usage(usage)


@given(st.sampled_from(USAGES), st.text() | st.text(alphabet="-= \"'`“”—ab"))
def test_any_text_gets_an_answer(usage: str, text: str) -> None:
    assert isinstance(parse_args(usage, text), Args | BadArgs)


@given(st.text(alphabet=st.characters(categories=["L", "N", "P", "S"], exclude_characters='"”'), min_size=1))
def test_a_quoted_word_comes_back_as_it_was(word: str) -> None:
    assert good(RETRY, f'"{word}"')["task"] == word
