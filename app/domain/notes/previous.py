"""Which tag a release follows: the last release on its own line, by the order of versions."""

from collections.abc import Iterable

from app.domain.versions import newest_first, read_version


def tag_around(tag: str, version: str) -> tuple[str, str]:
    """Return what stands before and behind the version in a tag: `v` and nothing for `v1.4.2`."""
    before, found, behind = tag.rpartition(version)
    return (before, behind) if found else (tag, "")


def previous_tags(tags: Iterable[str], tag: str, version: str) -> list[str]:
    """Return the tags of earlier versions, the latest first: the first that the release descends from is the one.

    A release follows the version below its own, whatever was released since: 1.4.2 follows 1.4.1 where 2.0.0 is out.
    A final version follows the last final one; a prerelease follows any. Tags of another form are not looked at, and
    a version that is none knows no order: it follows the newest of all.
    """
    before, behind = tag_around(tag, version)
    named = {
        name[len(before) : len(name) - len(behind)]: name
        for name in tags
        if name.startswith(before) and name.endswith(behind) and len(name) > len(before) + len(behind) and name != tag
    }
    own = read_version(version)
    return [
        named[text]
        for text in newest_first(named)
        if (found := read_version(text)).is_known
        and (found < own or not own.is_known)
        and (own.is_prerelease or not found.is_prerelease)
    ]
