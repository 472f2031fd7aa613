"""The ETag cache stays within its bounds and keeps what was used last."""

import pytest

from app.adapters.github.cache import EtagCache, Kept, is_unchangeable


def kept(size: int = 1) -> Kept:
    return Kept('"e"', {}, b"x" * size)


def test_the_least_used_goes_first() -> None:
    cache = EtagCache(entries=2)
    cache.put(1, "a", kept())
    cache.put(1, "b", kept())
    assert cache.get(1, "a") is not None
    cache.put(1, "c", kept())
    assert cache.get(1, "b") is None
    assert cache.get(1, "a") is not None


def test_the_bytes_are_bounded_and_given_back() -> None:
    cache = EtagCache(size=10_000)
    for _ in range(50):
        cache.put(1, "same", kept(4000))
    cache.put(1, "other", kept(4000))
    assert cache.get(1, "same") is not None
    cache.put(1, "third", kept(4000))
    assert [cache.get(1, name) is None for name in ("same", "other", "third")] == [False, True, False]


def test_a_large_answer_is_not_kept_and_its_older_one_goes() -> None:
    cache = EtagCache()
    cache.put(1, "a", kept())
    cache.put(1, "a", kept(2 * 1024 * 1024))
    assert cache.get(1, "a") is None


def test_each_caller_has_his_own() -> None:
    cache = EtagCache()
    cache.put(1, "a", kept())
    assert cache.get(2, "a") is None


def test_d12_a_busy_caller_throws_out_what_is_its_own() -> None:
    cache = EtagCache(entries=5)
    cache.put(1, "a", kept())
    for number in range(50):
        cache.put(2, f"{number}", kept())
    assert cache.get(1, "a") is not None
    assert [number for number in range(50) if cache.get(2, f"{number}") is not None] == [46, 47, 48, 49]


@pytest.mark.parametrize(
    ("url", "wanted"),
    [
        ("https://api.github.com/repos/o/r/contents/a/b.md?ref=" + "ab" * 20, True),
        ("https://api.github.com/repos/o/r/contents/a.md?ref=" + "ab" * 32, True),
        ("https://api.github.com/repos/o/r/contents/a.md?ref=main", False),
        ("https://api.github.com/repos/o/r/contents/a.md?ref=" + "ab" * 20 + "c", False),
        ("https://api.github.com/repos/o/r/contents/a.md?ref=" + "AB" * 20, False),
        ("https://api.github.com/repos/o/r/contents/a.md", False),
        ("https://api.github.com/repos/o/r/commits/" + "ab" * 20, False),
    ],
)
def test_only_content_at_a_full_sha_never_changes(url: str, wanted: bool) -> None:
    assert is_unchangeable(url) is wanted
