"""The tag guard's looks: what each costs, what it waits for, and that nothing is told twice."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from app.domain.guard.memory import Memory, Standing
from app.domain.release.events_course import ReleaseAbandoned, ReleaseFinished, TrackingIssueLost
from app.domain.release.events_tag import TagMade, TagRequested
from app.domain.release.gate import GateState
from app.domain.values import ReleaseId, Repo, Sha
from app.ports import Change, Commit, Missing, Rejected, TagObject, TagRef, Throttled, Unclear
from app.worker.guard import EVERY
from app.worker.guard_scope import scope_of
from tests.clock import NOON
from tests.given import MANAGER, NOW, OTHER_SHA, REPO, SHA, STARTED, retargeted
from tests.worker.delivering import say
from tests.worker.fakes import FakeGitHub
from tests.worker.guarding import GUARDED, TAG_OBJECT, GatesByHand, LaggingGitHub, guard_of, tag, told
from tests.worker.workshop import R1, Rival, Workshop

pytestmark = pytest.mark.anyio

GREEN = GateState.SUCCESS
TURN = "tags:7"
FINISHED = ReleaseFinished(by=MANAGER, reason="", at=NOW)
ABANDONED = ReleaseAbandoned(by=MANAGER, reason="", at=NOW)


async def standings(shop: Workshop) -> dict[str, Standing]:
    return {name: known.standing for name, known in (await shop.memory.of(REPO.id)).tags.items()}


async def test_a_repository_without_a_release_is_not_asked_after(shop: Workshop) -> None:
    await guard_of(shop).look("7")
    assert (shop.github.calls, shop.scheduler.alarms) == ([], {})


async def test_a_repository_that_was_looked_at_is_looked_at_again_by_itself(shop: Workshop) -> None:
    await shop.open_release()
    await guard_of(shop).look("7")
    assert (shop.github.calls, shop.scheduler.alarms[TURN]) == (["tags"], NOON + EVERY)


async def test_a_release_that_starts_wakes_the_guard(shop: Workshop) -> None:
    """The first look takes what is there as it stands, so it must not come late."""
    shop.github.files[".github/release-plan.md"] = GUARDED
    await say(shop, "/release start 2.0.0")
    assert TURN in shop.scheduler.woken


@pytest.mark.parametrize(
    ("error", "wait"),
    [
        (Throttled(NOON + timedelta(minutes=42)), timedelta(minutes=42)),
        (Throttled(NOON), timedelta(seconds=5)),
        (Unclear("timeout"), timedelta(minutes=1)),
        (Missing(404, "Not Found"), timedelta(minutes=1)),
        (Rejected(403, "Resource not accessible by integration"), timedelta(minutes=1)),
    ],
)
async def test_where_github_fails_the_look_is_taken_again(
    shop: Workshop, error: Throttled | Unclear | Rejected, wait: timedelta
) -> None:
    await shop.open_release()
    shop.github.errors["tags"] = [error]
    await guard_of(shop).look("7")
    assert shop.scheduler.alarms[TURN] == NOON + wait
    assert await shop.memory.of(REPO.id) == Memory()


async def test_what_cannot_be_read_anew_accuses_nobody_yet(shop: Workshop) -> None:
    await shop.open_release()
    tag(shop)
    gates = GatesByHand(shop, errors=[Unclear("timeout")])
    await guard_of(shop, gates).look("7")
    assert (await told(shop), shop.scheduler.alarms[TURN]) == ([], NOON + timedelta(minutes=1))
    await guard_of(shop, gates).look("7")
    assert await told(shop) == ["🚨 A release tag needs a look:"]


async def test_a_gate_is_read_anew_once_a_look_and_only_to_accuse(shop: Workshop) -> None:
    await shop.open_release()
    for number in range(3):
        tag(shop, f"v2.{number}", made=Sha(f"{number}5" * 20))
    await guard_of(shop).look("7")  # before the first look: taken as they stand
    for number in range(3, 6):
        tag(shop, f"v2.{number}", made=Sha(f"{number}5" * 20))
    gates = GatesByHand(shop)
    await guard_of(shop, gates).look("7")
    assert gates.reread_times == 1
    assert len(await told(shop)) == 1
    green = GatesByHand(shop, known=GREEN)
    tag(shop, "v3.0", made=Sha("d5" * 20))
    await guard_of(shop, green).look("7")
    assert green.reread_times == 0


async def test_a_tag_without_a_signature_where_ours_are_signed_is_remarked_or_told_with_the_rest(
    shop: Workshop,
) -> None:
    await shop.open_release()
    tag(shop)
    await guard_of(shop, GatesByHand(shop, known=GREEN), signed=True).look("7")
    assert (await told(shop))[0].startswith("The gate is green where this tag stands, so it stays")
    assert "it is not signed" in shop.github.comments[1000]


@pytest.mark.parametrize(("signed", "is_unsigned"), [(False, True), (True, False)])
async def test_d25_an_unsigned_tag_at_a_red_gate_is_told_as_one(
    shop: Workshop, signed: bool, is_unsigned: bool
) -> None:
    await shop.open_release()
    tag(shop, signed=signed)
    await guard_of(shop, signed=True).look("7")
    assert await told(shop) == ["🚨 A release tag needs a look:"]
    assert ("it is not signed" in shop.github.comments[1000]) is is_unsigned


async def test_a_tag_of_a_tag_is_followed_and_one_of_no_commit_is_amiss(shop: Workshop) -> None:
    await shop.open_release()
    inner, tree = Sha("a9" * 20), Sha("b9" * 20)
    tag(shop, "v1.0.0")
    shop.github.tag_objects[TAG_OBJECT] = TagObject(sha=TAG_OBJECT, target=inner, target_type="tag", is_signed=False)
    shop.github.tag_objects[inner] = TagObject(sha=inner, target=SHA, target_type="commit", is_signed=True)
    await guard_of(shop, GatesByHand(shop, known=GREEN)).look("7")
    assert await standings(shop) == {"v1.0.0": Standing.ACCEPTED}
    shop.github.tag_objects[tree] = TagObject(sha=tree, target=OTHER_SHA, target_type="tree", is_signed=False)
    shop.github.tagged["v2.0.0"] = TagRef(name="v2.0.0", object=tree, is_annotated=True)
    await guard_of(shop, GatesByHand(shop, known=GREEN)).look("7")
    await told(shop)
    assert "`v2.0.0` at no commit: it names no commit at all" in shop.github.comments[1000]


async def test_a_tag_that_goes_elsewhere_in_that_moment_is_found_by_the_next_look(shop: Workshop) -> None:
    await shop.open_release()
    tag(shop)
    shop.github.errors["tag_object"] = [Missing(404, "Not Found")]
    await guard_of(shop).look("7")
    assert (await told(shop), await standings(shop)) == ([], {})
    await guard_of(shop).look("7")
    assert await told(shop) == ["🚨 A release tag needs a look:"]


async def test_a_tag_that_only_the_list_misses_is_not_gone(shop: Workshop) -> None:
    await shop.open_release()
    tag(shop)
    await guard_of(shop, GatesByHand(shop, known=GREEN)).look("7")
    bench = replace(shop.bench, github=LaggingGitHub(tagged=shop.github.tagged))
    await guard_of(replace(shop, bench=bench)).look("7")
    assert await standings(shop) == {"v1.0.0": Standing.ACCEPTED}


async def test_more_than_a_score_of_tags_are_looked_at_in_turns(shop: Workshop) -> None:
    await shop.open_release()
    await guard_of(shop).look("7")
    for number in range(45):
        tag(shop, f"v9.{number}", OTHER_SHA, made=Sha(f"{number:040x}"))
    for looks, left in ((1, timedelta(seconds=5)), (2, timedelta(seconds=5)), (3, EVERY)):
        shop.scheduler.alarms.clear()
        await guard_of(shop).look("7")
        assert (len(await standings(shop)), shop.scheduler.alarms[TURN]) == (min(20 * looks, 45), NOON + left)
    assert await told(shop) == [*["🚨 20 release tags need a look:"] * 2, "🚨 5 release tags need a look:"]


async def test_two_looks_at_once_tell_of_a_tag_once(shop: Workshop) -> None:
    await shop.open_release()
    await guard_of(shop).look("7")
    tag(shop)
    bench = replace(shop.bench, releases=Rival(shop, lambda: guard_of(shop).look("7")))
    await guard_of(replace(shop, bench=bench)).look("7")
    assert await told(shop) == ["🚨 A release tag needs a look:"]
    assert shop.scheduler.alarms[TURN] == NOON + timedelta(seconds=5)


async def test_a_release_that_moves_on_meanwhile_costs_no_second_word(shop: Workshop) -> None:
    await shop.open_release()
    await guard_of(shop).look("7")
    tag(shop)
    bench = replace(shop.bench, releases=Rival(shop, lambda: shop.happened(retargeted())))
    await guard_of(replace(shop, bench=bench)).look("7")
    assert await told(shop) == ["🚨 A release tag needs a look:"]
    assert [event.kind for event in await shop.releases.events(R1)][-2:] == ["retargeted", "tag_incident"]


async def test_a_tag_whose_pattern_nobody_looks_for_any_more_is_not_missed(shop: Workshop) -> None:
    await shop.open_release()
    tag(shop, "v0.9", OTHER_SHA)
    await guard_of(shop).look("7")
    other = replace(STARTED, release=ReleaseId("r2"), plan_text="---\ntag: app/{version}\n---\n- [ ] a\n", tag="app/2")
    await shop.releases.commit(Commit(changes=[Change(release=ReleaseId("r2"), expected=0, events=[other])]), NOON)
    await shop.happened(ABANDONED)
    shop.github.tagged.clear()
    await guard_of(shop).look("7")
    assert await told(shop) == []
    assert shop.github.calls[-1] == "tags"


# -- whose tag it is -----------------------------------------------------------------------------------------------


async def test_the_release_concerned_is_the_tag_s_own_then_the_commit_s_then_the_newest_open(shop: Workshop) -> None:
    await shop.open_release()
    second = replace(
        STARTED,
        release=ReleaseId("r2"),
        issue=13,
        version="2.0.0",
        tag="v2.0.0",
        target=replace(STARTED.target, sha=OTHER_SHA),
        at=NOW + timedelta(hours=1),
    )
    await shop.releases.commit(Commit(changes=[Change(release=ReleaseId("r2"), expected=0, events=[second])]), NOON)
    scope = await scope_of(shop.bench, REPO.id)
    assert scope is not None
    nowhere = Sha("c9" * 20)
    found = [
        (release := scope.concerned(name, commit)) and release.id
        for name, commit in [("v1.0.0", OTHER_SHA), ("v3.0.0", SHA), ("v3.0.0", OTHER_SHA), ("v3.0.0", nowhere)]
    ]
    assert found == ["r1", "r1", "r2", "r2"]


@pytest.mark.parametrize(
    ("event", "own", "concerned"),
    [
        (FINISHED, "r1", "r1"),
        (ABANDONED, None, None),
        (TrackingIssueLost(how="it was deleted", at=NOW), "r1", None),
    ],
)
async def test_a_finished_release_keeps_its_tag_and_one_that_was_given_up_does_not(
    shop: Workshop,
    event: ReleaseFinished | ReleaseAbandoned | TrackingIssueLost,
    own: str | None,
    concerned: str | None,
) -> None:
    await shop.open_release(event)
    scope = await scope_of(shop.bench, REPO.id)
    assert scope is not None
    mine, told_in = scope.own("v1.0.0"), scope.concerned("v1.0.0", SHA)
    assert (mine and mine.id, told_in and told_in.id) == (own, concerned)


async def test_a_tag_that_the_bot_made_stays_its_own_after_the_release_was_given_up(shop: Workshop) -> None:
    """GitHub never told of it before: it was good when it was made, whatever has become of the gate."""
    made = TagMade(tag="v1.0.0", object=TAG_OBJECT, commit=SHA, is_signed=True, url="", at=NOW)
    await shop.open_release(made, plan=GUARDED)
    await guard_of(shop).look("7")
    tag(shop)
    await shop.happened(ABANDONED)
    await guard_of(shop).look("7")
    assert (await told(shop), await standings(shop)) == ([], {"v1.0.0": Standing.ACCEPTED})
    assert list(shop.github.tagged) == ["v1.0.0"]


# -- what cannot be read ----------------------------------------------------------------------------------------------


async def test_one_tag_that_cannot_be_judged_silences_nothing_of_the_others(shop: Workshop) -> None:
    await shop.open_release()
    await guard_of(shop).look("7")
    tag(shop)
    tag(shop, "v2.0.0", OTHER_SHA, made=Sha("d5" * 20))
    await guard_of(shop, GatesByHand(shop, errors=[Rejected(422, "No commit found")])).look("7")
    assert await standings(shop) == {"v2.0.0": Standing.INCIDENT}
    assert await told(shop) == ["🚨 A release tag needs a look:"]
    assert shop.scheduler.alarms[TURN] == NOON + timedelta(minutes=1)


async def test_a_tag_that_cannot_be_judged_for_long_is_told_of_once_as_such(shop: Workshop) -> None:
    await shop.open_release(plan=GUARDED)
    guard = guard_of(shop, GatesByHand(shop, errors=[Rejected(422, "No commit found")] * 13))
    await guard.look("7")
    tag(shop)
    for _ in range(12):
        await guard.look("7")
        await shop.clock.wind(60)
    (words,) = await told(shop)
    assert words == "🚨 A release tag cannot be judged:"
    assert "since what stands behind it could not be read: 422 No commit found" in shop.github.comments[1000]
    assert list(shop.github.tagged) == ["v1.0.0"]
    await guard.look("7")
    await guard.look("7")
    assert (await told(shop))[1:] == ["🚨 A release tag needs a look:"]


async def test_tags_that_cannot_be_judged_take_no_turn_from_others(shop: Workshop) -> None:
    await shop.open_release()
    guard = guard_of(shop, GatesByHand(shop, errors=[Rejected(422, "No commit found")] * 100))
    await guard.look("7")
    for number in range(25):
        tag(shop, f"v1.{number:02}", made=Sha(f"{number:040x}"))
    await guard.look("7")
    tag(shop, "v2.0.0", OTHER_SHA, made=Sha("d5" * 20))
    await guard.look("7")
    assert await standings(shop) == {"v2.0.0": Standing.INCIDENT}


async def test_a_commit_that_cannot_be_read_is_asked_for_once_a_look(shop: Workshop) -> None:
    await shop.open_release()
    gates = GatesByHand(shop, errors=[Rejected(422, "No commit found")] * 100)
    guard = guard_of(shop, gates)
    await guard.look("7")
    tag(shop)
    tag(shop, "v1.0.1", made=Sha("d5" * 20))
    await guard.look("7")
    assert gates.reread_times == 1


async def test_what_was_there_at_the_first_look_and_could_not_be_judged_is_never_deleted(shop: Workshop) -> None:
    await shop.open_release(plan=GUARDED)
    tag(shop)
    guard = guard_of(shop, GatesByHand(shop, errors=[Unclear("timeout")]))
    await guard.look("7")
    await guard.look("7")
    assert await told(shop) == ["🚨 A release tag needs a look:"]
    assert list(shop.github.tagged) == ["v1.0.0"]


async def test_with_no_release_going_on_an_issue_tells_of_a_tag_that_cannot_be_judged(shop: Workshop) -> None:
    await shop.open_release()
    guard = guard_of(shop)
    await guard.look("7")
    await shop.happened(ABANDONED)
    tag(shop, "v2.0.0", OTHER_SHA)
    shop.github.errors["tag_object"] = [Unclear("502")] * 12
    for _ in range(12):
        await guard.look("7")
        await shop.clock.wind(60)
    await shop.ledger_worker.drain("repo:7")
    assert [title for title, _ in shop.github.opened.values()] == ["A release tag needs a look"]


# -- what was there before ---------------------------------------------------------------------------------------------


async def test_a_tag_that_may_have_stood_there_before_anybody_looked_is_told_of_and_never_deleted(
    shop: Workshop,
) -> None:
    await shop.open_release(plan=GUARDED)
    tag(shop)
    await guard_of(shop).look("7")
    assert await told(shop) == ["🚨 A release tag needs a look:"]
    assert "Nothing was done about it" in shop.github.comments[1000]
    assert list(shop.github.tagged) == ["v1.0.0"]


async def test_tags_of_another_pattern_that_a_later_plan_names_are_taken_as_they_stand(shop: Workshop) -> None:
    await shop.open_release(plan=GUARDED)
    tag(shop, "app/1", OTHER_SHA)
    await guard_of(shop).look("7")
    text = "---\ntag: app/{version}\nguard: {delete: true}\n---\n- [ ] a\n"
    other = replace(STARTED, release=ReleaseId("r2"), plan_text=text, tag="app/2")
    await shop.releases.commit(Commit(changes=[Change(release=ReleaseId("r2"), expected=0, events=[other])]), NOON)
    await guard_of(shop).look("7")
    assert (await told(shop), await standings(shop)) == ([], {"app/1": Standing.BEFORE})
    assert (await shop.memory.of(REPO.id)).patterns == {"v*", "app/*"}


async def test_a_tag_that_came_too_early_is_accepted_as_soon_as_its_gate_is_green(shop: Workshop) -> None:
    await shop.open_release()
    await guard_of(shop).look("7")
    tag(shop)
    gates = GatesByHand(shop)
    await guard_of(shop, gates).look("7")
    await guard_of(shop, gates).look("7")
    assert await standings(shop) == {"v1.0.0": Standing.INCIDENT}
    gates.known = GREEN
    await guard_of(shop, gates).look("7")
    assert await standings(shop) == {"v1.0.0": Standing.ACCEPTED}
    assert await told(shop) == ["🚨 A release tag needs a look:"]
    assert [event.kind for event in await shop.releases.events(R1)][-2:] == ["tag_incident", "tag_accepted"]


@pytest.mark.parametrize(("sha", "standing"), [(SHA, Standing.ACCEPTED), (OTHER_SHA, Standing.INCIDENT)])
async def test_a_tag_that_we_are_just_making_is_ours_at_its_commit_alone(
    shop: Workshop, sha: Sha, standing: Standing
) -> None:
    """GitHub tells of it before we have written down that it is made, and the gate may turn in that moment."""
    await shop.open_release(TagRequested(tag="v1.0.0", sha=SHA, by=MANAGER, at=NOW))
    tag(shop, sha=sha)
    await guard_of(shop).look("7")
    assert await standings(shop) == {"v1.0.0": standing}


async def test_a_tag_that_we_make_while_the_tags_are_listed_is_ours(shop: Workshop) -> None:
    """GitHub may take its time over the list: what was known when it was asked is too old for what it tells."""
    await shop.open_release()
    await guard_of(shop).look("7")

    class Slow(FakeGitHub):
        async def tags(self, repo: Repo, prefix: str) -> Sequence[TagRef]:
            del repo, prefix
            await shop.happened(TagRequested(tag="v1.0.0", sha=SHA, by=MANAGER, at=NOW))
            tag(shop)
            return [*shop.github.tagged.values()]

    shop.bench = replace(shop.bench, github=Slow(tag_objects=shop.github.tag_objects))
    await guard_of(shop, GatesByHand(shop, known=GREEN)).look("7")
    assert await standings(shop) == {"v1.0.0": Standing.ACCEPTED}
    assert (await shop.releases.events(R1))[-1].kind == "tag_requested"
