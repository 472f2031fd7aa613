"""Versions in their order: what is newer, what is a prerelease, and what is no version at all."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.versions import is_newest, newest_first, read_version


@pytest.mark.parametrize(
    "rising",
    [
        # https://semver.org/#spec-item-11
        ("1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11"),
        ("1.0.0-beta.11", "1.0.0-rc.1", "1.0.0", "1.0.1", "1.2.0", "1.10.0", "2.0.0"),
        ("2023.12.31", "2024.1.2", "2024.01.15", "2024.10.1"),
        ("v20240102", "20240103"),
        ("9", "10", "100"),
        ("1.0.dev3", "1.0a1", "1.0b2", "1.0rc1", "1.0rc10", "1.0", "1.0.post1", "1.1"),
        ("5.0.0-RC1", "5.0.0.RELEASE", "5.0.1"),
        ("not a version", "0", "0.0.1"),
    ],
)
def test_each_is_newer_than_the_one_before(rising: tuple[str, ...]) -> None:
    assert all(read_version(older) < read_version(newer) for older, newer in pairwise(rising))


@pytest.mark.parametrize(("one", "other"), [("1.0", "v1.0.0"), ("1.0.0+linux", "1.0.0+mac"), ("2024.01.5", "2024.1.5")])
def test_these_are_as_new_as_each_other(one: str, other: str) -> None:
    assert read_version(one) == read_version(other)


@pytest.mark.parametrize("text", ["", "v", "nightly", "1..0", "1.0-", "release-1.0", "1.0 beta", "9" * 40, "1." * 90])
def test_what_is_no_version_is_known_as_that(text: str) -> None:
    assert not read_version(text).is_known


def test_the_newest_comes_first_and_what_is_no_version_last() -> None:
    tags = ["v1.9.3", "nightly", "v1.10.0", "v2.0.0-rc.1", "edge", "v2.0.0"]

    assert newest_first(tags) == ["v2.0.0", "v2.0.0-rc.1", "v1.10.0", "v1.9.3", "edge", "nightly"]


@pytest.mark.parametrize(
    ("version", "others", "is_latest"),
    [
        ("2.0.0", ("1.9.3", "2.0.0", "2.1.0-rc.1", "nightly"), True),
        ("1.4.2", ("1.4.1", "2.0.0"), False),
        ("2.1.0-rc.1", ("2.0.0",), False),
        ("nightly", (), False),
        ("1.0.0", (), True),
    ],
)
def test_only_the_newest_version_that_is_out_is_the_latest(
    version: str, others: tuple[str, ...], *, is_latest: bool
) -> None:
    assert is_newest(version, others) is is_latest


@given(st.lists(st.text(alphabet="v0123456789.-+~_rcabeta ", max_size=30), max_size=8))
def test_any_texts_can_be_put_in_order_and_none_is_lost(texts: list[str]) -> None:
    ordered = newest_first(texts)

    assert sorted(ordered) == sorted(texts)
    assert ordered == newest_first(reversed(texts))
