"""What a look at the tags of a repository finds: the table of how a tag was known and how it stands now."""

from dataclasses import replace

import pytest

from app.domain.guard.looking import Look, Watch, sort_out
from app.domain.guard.memory import KnownTag, Memory, Standing
from app.domain.values import Sha

HERE, THERE = Sha("c3" * 20), Sha("d4" * 20)
WATCH = Watch(patterns=("v*",), exempt=frozenset(), of_open=frozenset({"v1.0.0"}))
NOTHING = Look(fresh=(), may_be_old=frozenset(), waiting=(), missing=(), quiet=(), patterns=())


def known(standing: Standing = Standing.ACCEPTED, kept: Sha | None = HERE, name: str = "v2.0.0") -> KnownTag:
    return KnownTag(name=name, object=HERE, standing=standing, kept=kept, revision=4)


def look(*tags: KnownTag, watch: Watch = WATCH, patterns: tuple[str, ...] = ("v*",), **standing: Sha) -> Look:
    """Look at tags: `v2=HERE` is v2.0.0 standing there."""
    memory = Memory(patterns=frozenset(patterns), tags={tag.name: tag for tag in tags})
    return sort_out(watch, memory, {f"{name}.0.0": at for name, at in standing.items()})


@pytest.mark.parametrize("standing", [Standing.BEFORE, Standing.ACCEPTED, Standing.INCIDENT])
def test_a_tag_that_stands_where_it_stood_is_nothing_new(standing: Standing) -> None:
    assert look(known(standing), v2=HERE) == NOTHING


@pytest.mark.parametrize("standing", Standing)
def test_one_that_stands_elsewhere_or_is_back_is_judged(standing: Standing) -> None:
    assert look(known(standing), v2=THERE) == replace(NOTHING, fresh=("v2.0.0",))
    assert look(known(Standing.GONE), v2=HERE) == replace(NOTHING, fresh=("v2.0.0",))


def test_one_that_was_never_seen_is_judged() -> None:
    assert look(v3=HERE, v2=HERE) == replace(NOTHING, fresh=("v2.0.0", "v3.0.0"))


@pytest.mark.parametrize("standing", [Standing.BEFORE, Standing.ACCEPTED, Standing.INCIDENT])
def test_one_that_does_not_stand_any_more_is_missing(standing: Standing) -> None:
    assert look(known(standing)) == replace(NOTHING, missing=(known(standing),))
    assert look(known(Standing.GONE)) == NOTHING


def test_one_that_nobody_looks_for_is_not_missed() -> None:
    assert look(known(name="app/1")) == NOTHING


# -- the first look -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("patterns", [(), ("app/*",)])
def test_what_stands_at_the_first_look_for_such_names_is_taken_as_it_stands(patterns: tuple[str, ...]) -> None:
    before = KnownTag(name="v2.0.0", object=HERE, standing=Standing.BEFORE, kept=HERE, revision=1)
    assert look(v2=HERE, patterns=patterns) == replace(NOTHING, quiet=(before,), patterns=("v*",))


def test_but_the_tag_of_a_release_that_is_going_on_is_judged_and_may_be_old() -> None:
    found = look(v1=HERE, patterns=())
    assert found == replace(NOTHING, fresh=("v1.0.0",), may_be_old=frozenset({"v1.0.0"}), patterns=("v*",))
    assert look(v1=HERE).may_be_old == frozenset()


# -- incidents that may be settled ------------------------------------------------------------------------------------


def test_an_incident_of_a_release_that_is_going_on_waits_for_its_gate() -> None:
    early = known(Standing.INCIDENT, None, "v1.0.0")
    assert look(early, v1=HERE) == replace(NOTHING, waiting=("v1.0.0",))
    exempt = replace(WATCH, exempt=frozenset({"v1.0.0"}))
    assert look(early, watch=exempt, v1=HERE) == NOTHING


# -- exempt ones --------------------------------------------------------------------------------------------------------

EXEMPT = replace(WATCH, exempt=frozenset({"v2.0.0"}))


def test_exempt_tags_are_remembered_without_a_word_so_that_they_are_no_news_later() -> None:
    first = KnownTag(name="v2.0.0", object=THERE, standing=Standing.BEFORE, kept=THERE, revision=1)
    assert look(watch=EXEMPT, v2=THERE) == replace(NOTHING, quiet=(first,))
    assert look(known(), watch=EXEMPT, v2=THERE) == replace(NOTHING, quiet=(replace(first, revision=5),))
    assert look(known(), watch=EXEMPT, v2=HERE) == NOTHING
    gone = replace(known(), standing=Standing.GONE, kept=None, revision=5)
    assert look(known(), watch=EXEMPT) == replace(NOTHING, quiet=(gone,))
