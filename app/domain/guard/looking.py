"""What a look at a repository's tags has found: which are to be judged, and which are only to be remembered."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from app.domain.guard.memory import KnownTag, Memory, Standing
from app.domain.guard.naming import fits
from app.domain.values import Sha


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """Which tags are looked at."""

    patterns: tuple[str, ...]
    exempt: frozenset[str]  # names that the plan leaves to whoever makes them
    of_open: frozenset[str]  # the tags of releases that are going on


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What was found. A tag that stands where it stood, and well, is in none of these."""

    fresh: tuple[str, ...]  # new, or standing elsewhere than before
    may_be_old: frozenset[str]  # of these: nobody looked before, so that nobody knows since when they stand there
    waiting: tuple[str, ...]  # incidents that stand where they stood, of releases that are going on
    missing: tuple[KnownTag, ...]
    quiet: tuple[KnownTag, ...]  # to be remembered without a word
    patterns: tuple[str, ...]  # looked for now for the first time


def sort_out(watch: Watch, memory: Memory, standing: Mapping[str, Sha]) -> Look:
    """Sort out the tags that stand somewhere, by name with what they point at, against what is remembered."""
    fresh: list[str] = []
    waiting: list[str] = []
    quiet: list[KnownTag] = []
    for name, at in sorted(standing.items()):
        known = memory.tags.get(name)
        is_first = known is None and not _is_one(name, memory.patterns) and name not in watch.of_open
        if known is not None and known.standing is not Standing.GONE and known.object == at:
            waiting += [name] if known.standing is Standing.INCIDENT and name in watch.of_open else []
        elif is_first or name in watch.exempt:
            revision = known.revision + 1 if known else 1
            quiet.append(KnownTag(name=name, object=at, standing=Standing.BEFORE, kept=at, revision=revision))
        else:
            fresh.append(name)
    tags = [tag for _, tag in sorted(memory.tags.items())]
    gone = [tag for tag in tags if _is_missing(tag, standing, watch.patterns)]
    quiet += [_forgotten(tag) for tag in gone if tag.name in watch.exempt]
    return Look(
        fresh=tuple(fresh),
        may_be_old=frozenset(n for n in fresh if n not in memory.tags and not _is_one(n, memory.patterns)),
        waiting=tuple(name for name in waiting if name not in watch.exempt),
        missing=tuple(tag for tag in gone if tag.name not in watch.exempt),
        quiet=tuple(quiet),
        patterns=tuple(pattern for pattern in watch.patterns if pattern not in memory.patterns),
    )


def _is_one(name: str, patterns: Iterable[str]) -> bool:
    return any(fits(name, pattern) for pattern in patterns)


def _is_missing(tag: KnownTag, standing: Collection[str], patterns: Iterable[str]) -> bool:
    """Whether a tag stood somewhere and does not any more; what is not looked for is not missed."""
    return tag.standing is not Standing.GONE and tag.name not in standing and _is_one(tag.name, patterns)


def _forgotten(tag: KnownTag) -> KnownTag:
    return replace(tag, standing=Standing.GONE, kept=None, revision=tag.revision + 1)
