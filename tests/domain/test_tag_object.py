"""An annotated tag as git stores it: its bytes, its id, its message, and where its signature begins."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.tag_object import MESSAGE_LIMIT, AnnotatedTag, Tagger, split_signature, tag_message
from app.domain.values import Sha

BOT = Tagger(name="gonogo[bot]", email="1+gonogo[bot]@users.noreply.github.com")
TAG = AnnotatedTag(
    name="v1.0.0",
    commit=Sha("c" * 40),
    tagger=BOT,
    at=datetime(2026, 3, 10, 12, 0, tzinfo=UTC),
    message="Example 1.0.0\n",
)
SSH = "-----BEGIN SSH SIGNATURE-----\nU1NIU0lH\n-----END SSH SIGNATURE-----\n"


def test_an_object_is_git_s_head_lines_and_the_message() -> None:
    assert TAG.data.decode() == (
        "object cccccccccccccccccccccccccccccccccccccccc\n"
        "type commit\n"
        "tag v1.0.0\n"
        "tagger gonogo[bot] <1+gonogo[bot]@users.noreply.github.com> 1773144000 +0000\n"
        "\n"
        "Example 1.0.0\n"
    )


def test_the_moment_is_kept_in_utc_and_whole_seconds() -> None:
    elsewhere = timezone(timedelta(hours=5, minutes=30))
    at = datetime(2026, 3, 10, 17, 30, 0, 999_999, tzinfo=elsewhere)
    assert replace(TAG, at=at).data == TAG.data


def test_a_tagger_s_name_breaks_out_of_no_line() -> None:
    hostile = replace(TAG, tagger=Tagger(name="a <b>\nobject 0", email="x>\ny<z"))
    assert b"\ntagger a bobject 0 <xyz> 1773144000 +0000\n\n" in hostile.data


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("One\r\ntwo\rthree", "One\ntwo\nthree\n"),
        ("\n\nOne  \n\n\n\n\ntwo\t\n\n", "One\n\ntwo\n"),
        ("bell\a, escape\x1b[31m, null\0, right-to-left \u202eabc", "bell, escape[31m, null, right-to-left abc\n"),
        ("a\u2028b\x85c\x0bd", "a\nb\nc\nd\n"),
        ("lone \ud800 surrogate", "lone  surrogate\n"),
        ("family \U0001f468\u200d\U0001f469", "family \U0001f468\u200d\U0001f469\n"),
        (f"One\n{SSH}", f"One\n {SSH.replace('-----END', ' -----END')}"),
        ("a\u200b\n\u200b-----BEGIN PGP SIGNATURE-----", "a\n -----BEGIN PGP SIGNATURE-----\n"),
        ("a\n-----BEGIN CERTIFICATE-----", "a\n -----BEGIN CERTIFICATE-----\n"),
        ("", "\n"),
    ],
)
def test_a_message_is_plain_lines_that_no_signature_begins_in(text: str, message: str) -> None:
    assert tag_message(text) == message


def test_a_message_that_is_too_long_ends_with_a_whole_line() -> None:
    message = tag_message("A line of thirty characters...\n" * 2000)
    assert len(message) <= MESSAGE_LIMIT
    assert message.endswith("\nA line of thirty characters...\n…\n")


def test_one_line_that_is_too_long_is_cut() -> None:
    assert len(tag_message("x" * 100_000)) == MESSAGE_LIMIT


@given(
    st.text()
    | st.lists(st.sampled_from(["\r", "\n", "-----BEGIN SSH SIGNATURE-----", "\u200b", " ", "a"])).map("".join)
)
def test_every_message_can_be_stored_signed_and_parted_again(text: str) -> None:
    message = tag_message(text)
    assert tag_message(message) == message
    assert message.endswith("\n")
    assert not message.endswith("\n\n")
    assert "\r" not in message
    payload = replace(TAG, message=message).data
    assert split_signature(payload) == (payload, None)
    assert split_signature(payload + SSH.encode()) == (payload, SSH)


def test_the_last_beginning_of_a_signature_counts_as_it_does_for_git() -> None:
    twice = TAG.data + SSH.encode() + SSH.encode()
    assert split_signature(twice) == (TAG.data + SSH.encode(), SSH)


def test_bytes_that_are_no_utf8_stay_as_they_are() -> None:
    odd = TAG.data + b"\xff\xfe\n"
    assert split_signature(odd + SSH.encode()) == (odd, SSH)
