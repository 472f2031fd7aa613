"""Webhook signatures: GitHub's own example passes, everything else is simply False."""

import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.adapters.github.webhook import verify_signature

SECRET = "It's a Secret to Everybody"
BODY = b"Hello, World!"
DIGEST = "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
HEADER = f"sha256={DIGEST}"


def test_the_example_that_github_publishes_passes() -> None:
    assert verify_signature(BODY, HEADER, [SECRET])


@pytest.mark.parametrize("secrets", [["new", SECRET], [SECRET, "new"], ["a", SECRET, "b"]])
def test_any_of_several_secrets_will_do(secrets: list[str]) -> None:
    assert verify_signature(BODY, HEADER, secrets)


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "sha256=",
        DIGEST,
        f"SHA256={DIGEST}",
        f"sha256={DIGEST.upper()}",
        f"sha256={DIGEST}00",
        f" sha256={DIGEST}",
        f"sha256={DIGEST[:-1]}",
        f"sha256={DIGEST[:-1]}8",
        f"sha256={DIGEST[:-1]}é",
        f"sha256={'é' * 64}",
        "sha256=" + "\udcff" * 64,
        "sha1=" + hmac.new(SECRET.encode(), BODY, hashlib.sha1).hexdigest(),
    ],
)
def test_any_other_header_is_false(header: str | None) -> None:
    assert not verify_signature(BODY, header, [SECRET])


def test_another_body_is_false() -> None:
    assert not verify_signature(BODY + b"!", HEADER, [SECRET])


@pytest.mark.parametrize("secrets", [[], ["other"], [""]])
def test_without_the_right_secret_it_is_false(secrets: list[str]) -> None:
    assert not verify_signature(BODY, HEADER, secrets)


def test_an_empty_secret_matches_not_even_its_own_signature() -> None:
    header = "sha256=" + hmac.new(b"", BODY, hashlib.sha256).hexdigest()
    assert not verify_signature(BODY, header, [""])


@given(st.binary(max_size=64), st.none() | st.text(), st.lists(st.text(alphabet=st.characters()), max_size=3))
def test_nothing_makes_it_raise(body: bytes, header: str | None, secrets: list[str]) -> None:
    assert not verify_signature(body, header, secrets)
