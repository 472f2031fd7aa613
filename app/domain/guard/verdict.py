"""Whether a tag may stand where it does. Everything unknown speaks against it."""

from dataclasses import dataclass
from enum import StrEnum

from app.domain.guard.memory import KnownTag, Standing
from app.domain.values import Sha


class Wrong(StrEnum):
    """Why a tag is an incident."""

    MOVED = "moved"  # away from the commit at which it was accepted
    DELETED = "deleted"  # although it was accepted
    NO_COMMIT = "no-commit"  # it names a tree or a file
    RED_GATE = "red-gate"  # a release is to be made of its commit, and the gate is not green
    WRONG_COMMIT = "wrong-commit"  # its release is to be made of another commit
    NO_RELEASE = "no-release"  # no release is to be made of its commit


class Flaw(StrEnum):
    """What a tag lacks that ours have. Alone it is remarked, and no incident."""

    LIGHTWEIGHT = "lightweight"
    UNSIGNED = "unsigned"
    OTHER_COMMIT = "other-commit"  # the gate there is green, and the release of that name is made of another commit
    OTHER_NAME = "other-name"  # the gate there is green, and no release has a tag of that name


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenTag:
    """A tag as it stands on GitHub, followed down to its commit."""

    name: str
    object: Sha
    commit: Sha | None  # None: it names no commit
    is_annotated: bool
    is_signed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TagFacts:
    """A tag with all that bears on it."""

    tag: SeenTag
    known: KnownTag | None
    is_green: bool  # the gate at its commit
    is_released_there: bool  # a release is, or was, to be made of its commit
    own_target: Sha | None  # the commit of the release whose tag this is; None: no release has such a tag
    made: Sha | None  # the object that we made for that release, or are just making
    are_ours_signed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TagVerdict:
    """What is wrong with a tag, and what it lacks."""

    wrong: tuple[Wrong, ...] = ()
    flaws: tuple[Flaw, ...] = ()

    @property
    def is_incident(self) -> bool:
        """Whether the tag may not stand."""
        return bool(self.wrong)


def judge_tag(facts: TagFacts) -> TagVerdict:
    """Judge a tag that is new, or points at something else than before.

    One that points again at what it was accepted at may stand there, whatever has become of the gate since.
    """
    tag = facts.tag
    if facts.made == tag.object:
        return TagVerdict()
    kept = facts.known.kept if facts.known else None
    if kept is not None and kept in (tag.commit, tag.object):
        return TagVerdict(flaws=_unlike_ours(facts))
    wrong = () if kept is None else (Wrong.MOVED,)
    if tag.commit is None:
        wrong = (*wrong, Wrong.NO_COMMIT)
    elif not facts.is_green:
        wrong = (*wrong, _not_green(facts))
    return TagVerdict(wrong=wrong, flaws=(*_misplaced(facts), *_unlike_ours(facts)))


def judge_missing(known: KnownTag) -> TagVerdict:
    """Judge a tag that is not there any more: one that was an incident is well gone."""
    was_kept = known.standing in (Standing.ACCEPTED, Standing.BEFORE)
    return TagVerdict(wrong=(Wrong.DELETED,) if was_kept else ())


def _not_green(facts: TagFacts) -> Wrong:
    if facts.own_target is not None and facts.own_target != facts.tag.commit:
        return Wrong.WRONG_COMMIT
    return Wrong.RED_GATE if facts.is_released_there else Wrong.NO_RELEASE


def _misplaced(facts: TagFacts) -> tuple[Flaw, ...]:
    if not facts.is_green or facts.own_target == facts.tag.commit:
        return ()
    return (Flaw.OTHER_NAME if facts.own_target is None else Flaw.OTHER_COMMIT,)


def _unlike_ours(facts: TagFacts) -> tuple[Flaw, ...]:
    if not facts.tag.is_annotated:
        return (Flaw.LIGHTWEIGHT,)
    return (Flaw.UNSIGNED,) if facts.are_ours_signed and not facts.tag.is_signed else ()
