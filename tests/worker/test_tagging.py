"""Performing PutTag: whatever dies, answers or stands there at whatever moment, at most one tag, and the right one."""

from dataclasses import replace
from datetime import timedelta
from typing import Literal

import pytest

from app.domain.release.effects import PutTag
from app.domain.release.events import Event
from app.domain.release.events_course import ReleaseAbandoned
from app.domain.release.events_tag import TagMade, TagRefused, TagRequested
from app.domain.release.gate import GateState
from app.domain.release.no_tag import NoTag, Problem
from app.domain.release.tagging import NO_NOTES, tagger_of
from app.domain.tag_object import AnnotatedTag, Tagger, split_signature
from app.domain.values import Repo, Sha
from app.ports import GitHubError, Rejected, Signer, TagObject, TagRef, Throttled, Unclear
from tests.given import MANAGER, NOW, OTHER_SHA, REPO, SHA
from tests.worker.fakes import FakeGitHub
from tests.worker.test_ledger import KEY, drain, drain_again
from tests.worker.workshop import R1, Workshop

pytestmark = pytest.mark.anyio

PUT = PutTag(repo=REPO, release=R1, tag="v1.0.0", sha=SHA, at=NOW, comment=900, issue=12, asked="delivery-1:0")
ASKED = TagRequested(tag="v1.0.0", sha=SHA, by=MANAGER, at=NOW)
BOT = Tagger(name="gonogo[bot]", email="41+gonogo[bot]@users.noreply.github.com")


class Stamp:
    """A signer whose signature is easily read: the kind of key does not matter here."""

    kind: Literal["ssh"] = "ssh"
    fingerprint = "SHA256:stamp"
    is_good = True

    def sign(self, payload: bytes) -> str:
        return f"-----BEGIN SSH SIGNATURE-----\n{sum(payload):x}\n-----END SSH SIGNATURE-----\n"

    def verifies(self, payload: bytes, signature: str) -> bool:
        return self.is_good and signature.rstrip("\n") == self.sign(payload).rstrip("\n")

    def public_key(self, principal: str) -> str:
        return principal


async def opened(shop: Workshop, signer: Signer | None = None) -> None:
    shop.signer = signer
    await shop.open_release(ASKED)


async def last(shop: Workshop) -> Event:
    return (await shop.releases.events(R1))[-1]


async def refusal(shop: Workshop) -> str:
    event = await last(shop)
    assert isinstance(event, TagRefused), event
    assert shop.github.reactions == ["-1"]
    return event.reason


def reason(problem: Problem, detail: str = "") -> str:
    return NoTag(problem=problem, detail=detail).reason


def standing(shop: Workshop) -> AnnotatedTag | TagObject:
    return shop.github.tag_objects[shop.github.tagged["v1.0.0"].object]


def put(shop: Workshop, tag: AnnotatedTag) -> None:
    """Let a tag stand there."""
    thing = TagObject(sha=tag.id, target=tag.commit, target_type="commit", is_signed=False, data=tag.data)
    shop.github.tag_objects[tag.id] = thing
    shop.github.tagged["v1.0.0"] = TagRef(name="v1.0.0", object=tag.id, is_annotated=True)


def ours(*, message: str = "Mine.\n", commit: Sha = SHA) -> AnnotatedTag:
    return AnnotatedTag(name="v1.0.0", commit=commit, tagger=BOT, at=NOW, message=message)


@pytest.mark.parametrize("signer", [None, Stamp()])
async def test_a_tag_is_made_read_back_and_written_down(signer: Signer | None, shop: Workshop) -> None:
    await opened(shop, signer)
    await drain(shop, PUT)
    made = await last(shop)
    assert isinstance(made, TagMade)
    assert (made.commit, made.object, made.is_signed) == (SHA, shop.github.tagged["v1.0.0"].object, bool(signer))
    payload, signature = split_signature(shop.github.tag_objects[made.object].data)
    assert b"\n\nPlan" not in payload
    assert b"New: installers." in payload
    assert (signature is not None) == bool(signer)
    assert shop.fixed_gates.read == [SHA]
    assert (await shop.release()).tagged is not None


async def test_a_gate_that_is_not_green_any_more_makes_nothing(shop: Workshop) -> None:
    await opened(shop)
    shop.fixed_gates.state = GateState.PENDING
    await drain(shop, PUT)
    assert await refusal(shop) == reason(Problem.RED)
    assert "make_tag_object" not in shop.github.calls


async def test_a_gate_that_cannot_be_read_is_read_again_and_makes_nothing_meanwhile(shop: Workshop) -> None:
    await opened(shop)
    shop.fixed_gates.errors = [Unclear("502"), Throttled(shop.clock.now())]
    await drain(shop, PUT)
    assert "make_tag_object" not in shop.github.calls
    await drain_again(shop, 60)
    assert isinstance(await last(shop), TagMade)


async def test_a_gate_that_github_does_not_show_green_is_waited_for_and_then_told(shop: Workshop) -> None:
    await opened(shop)
    shop.fixed_gates.is_shown = False
    await drain(shop, PUT)
    assert isinstance(await last(shop), TagRequested)
    for _ in range(3):
        await drain_again(shop, 60)
    assert await refusal(shop) == reason(Problem.UNSEEN)


@pytest.mark.parametrize("kind", ["over", "moved"])
async def test_a_release_that_has_ended_or_moved_is_not_tagged(kind: str, shop: Workshop) -> None:
    await opened(shop)
    if kind == "over":
        await shop.happened(ReleaseAbandoned(by=MANAGER, reason="no", at=NOW))
        await drain(shop, PUT)
        assert await refusal(shop) == reason(Problem.OVER)
    else:
        await drain(shop, replace(PUT, sha=OTHER_SHA))
        assert await refusal(shop) == reason(Problem.MOVED, SHA)
    assert shop.github.tagged == {}


async def test_a_key_whose_signature_nobody_takes_signs_nothing(shop: Workshop) -> None:
    expired = Stamp()
    expired.is_good = False
    await opened(shop, expired)
    await drain(shop, PUT)
    assert await refusal(shop) == reason(Problem.KEY, "SHA256:stamp")
    assert shop.github.tag_objects == {}


# -- what stands there -------------------------------------------------------------------------------------------


async def test_a_tag_that_our_key_has_signed_is_ours_whatever_its_notes_say(shop: Workshop) -> None:
    await opened(shop, Stamp())
    tag = ours(message="Other notes.\n")
    signed = replace(tag, message=tag.message + Stamp().sign(tag.data))
    put(shop, signed)
    await drain(shop, PUT)
    made = await last(shop)
    assert isinstance(made, TagMade)
    assert made.object == signed.id
    assert "make_tag_object" not in shop.github.calls


@pytest.mark.parametrize(
    ("tag", "signer", "problem"),
    [
        (ours(), Stamp(), Problem.FOREIGN),  # not signed, where we sign
        (replace(ours(), message="Mine.\n" + Stamp().sign(b"another")), Stamp(), Problem.FOREIGN),
        (replace(ours(), message="Mine.\n" + Stamp().sign(b"")), None, Problem.FOREIGN),  # signed, where we do not
        (replace(ours(), tagger=replace(BOT, name="somebody")), None, Problem.FOREIGN),
        (replace(ours(), at=NOW.replace(year=2020)), None, Problem.FOREIGN),
        (replace(ours(), name="v9.9.9"), None, Problem.FOREIGN),  # the object of another tag
        (ours(commit=OTHER_SHA), None, Problem.ELSEWHERE),
    ],
)
async def test_a_tag_that_is_not_exactly_ours_is_left_where_it_is(
    tag: AnnotatedTag, signer: Signer | None, problem: Problem, shop: Workshop
) -> None:
    await opened(shop, signer)
    put(shop, tag)
    await drain(shop, PUT)
    detail = OTHER_SHA if problem is Problem.ELSEWHERE else tag.id
    assert await refusal(shop) == reason(problem, detail)
    assert shop.github.tagged["v1.0.0"].object == tag.id


async def test_an_object_whose_bytes_github_does_not_make_up_is_not_ours(shop: Workshop) -> None:
    await opened(shop)
    put(shop, ours())
    shop.github.tag_objects = {sha: replace(one, data=b"") for sha, one in shop.github.tag_objects.items()}
    await drain(shop, PUT)
    assert await refusal(shop) == reason(Problem.FOREIGN, ours().id)


@pytest.mark.parametrize(("at", "problem"), [(SHA, Problem.LIGHTWEIGHT), (OTHER_SHA, Problem.ELSEWHERE)])
async def test_a_lightweight_tag_is_none_of_ours(at: Sha, problem: Problem, shop: Workshop) -> None:
    await opened(shop)
    shop.github.tagged["v1.0.0"] = TagRef(name="v1.0.0", object=at, is_annotated=False)
    await drain(shop, PUT)
    assert await refusal(shop) == reason(problem, at)


# -- GitHub otherwise than asked ----------------------------------------------------------------------------------


class Odd(FakeGitHub):
    """Makes another object than it is asked for, or lets somebody be quicker."""

    instead: str = ""

    async def make_tag_object(self, repo: Repo, tag: AnnotatedTag) -> Sha:
        if self.instead == "another":
            return await super().make_tag_object(repo, replace(tag, message="Something else.\n"))
        if self.instead == "stripped":
            return await super().make_tag_object(repo, replace(tag, message=tag.message.removesuffix("\n")))
        return await super().make_tag_object(repo, tag)

    async def point_tag(self, repo: Repo, name: str, sha: Sha) -> None:
        if self.instead == "quicker":
            self.tagged[name] = TagRef(name=name, object=OTHER_SHA, is_annotated=False)
            raise Rejected(422, "Reference already exists")
        await super().point_tag(repo, name, sha)
        if self.instead == "moved":
            self.tagged[name] = TagRef(name=name, object=OTHER_SHA, is_annotated=False)
        if self.instead == "unseen":
            self.instead = ""
            self.hidden = self.tagged.pop(name)

    async def tag(self, repo: Repo, name: str) -> TagRef | None:
        found = await super().tag(repo, name)
        if (hidden := getattr(self, "hidden", None)) is not None and found is None:
            self.tagged[name] = hidden
        return found


class Behind(FakeGitHub):
    """Has made the tag, and does not show it for so many reads."""

    unseen: int = 0

    async def tag(self, repo: Repo, name: str) -> TagRef | None:
        found = await super().tag(repo, name)
        if found is not None and self.unseen:
            self.unseen -= 1
            return None
        return found

    async def point_tag(self, repo: Repo, name: str, sha: Sha) -> None:
        if name in self.tagged:
            raise Rejected(422, "Reference already exists")
        await super().point_tag(repo, name, sha)


async def test_d29_our_own_tag_is_found_however_late_it_shows(shop: Workshop) -> None:
    await opened(shop)
    github = Behind(lost={"point_tag": [Unclear("502")]})
    github.unseen = 2
    shop.github, shop.bench = github, replace(shop.bench, github=github)
    await drain(shop, PUT)
    await drain_again(shop, 61)
    assert not isinstance(await last(shop), TagMade | TagRefused)
    await drain_again(shop, 300)
    assert isinstance(await last(shop), TagMade)


async def test_a_tag_that_an_earlier_request_has_made_without_a_key_is_ours(shop: Workshop) -> None:
    later = NOW + timedelta(minutes=5)
    await opened(shop)
    await shop.happened(TagRefused(tag="v1.0.0", reason="GitHub did not answer", at=later), replace(ASKED, at=later))
    tagger = tagger_of(await shop.github.own_account(REPO), shop.bench.site)
    put(shop, AnnotatedTag(name="v1.0.0", commit=SHA, tagger=tagger, at=NOW, message="As it was asked for first.\n"))
    await drain(shop, replace(PUT, at=later, asked="delivery-2:0"))
    assert isinstance(await last(shop), TagMade)


def odd(shop: Workshop, instead: str) -> Odd:
    github = Odd()
    github.instead = instead
    shop.github = github
    shop.bench = replace(shop.bench, github=github)
    return github


async def test_another_object_than_was_asked_for_gets_no_tag(shop: Workshop) -> None:
    await opened(shop, Stamp())
    odd(shop, "another")
    await drain(shop, PUT)
    assert (await refusal(shop)).startswith(reason(Problem.OTHER_ID))
    assert shop.github.tagged == {}


async def test_a_lost_last_line_end_is_all_that_may_be_different(shop: Workshop) -> None:
    await opened(shop, Stamp())
    odd(shop, "stripped")
    await drain(shop, PUT)
    assert isinstance(await last(shop), TagMade)


@pytest.mark.parametrize(("instead", "problem"), [("quicker", Problem.ELSEWHERE), ("moved", Problem.READ_BACK)])
async def test_somebody_who_is_quicker_is_told_of(instead: str, problem: Problem, shop: Workshop) -> None:
    await opened(shop)
    odd(shop, instead)
    await drain(shop, PUT)
    assert await refusal(shop) == reason(problem, OTHER_SHA)


async def test_a_tag_that_is_not_to_be_seen_yet_is_looked_for_again(shop: Workshop) -> None:
    await opened(shop)
    odd(shop, "unseen")
    await drain(shop, PUT)
    assert isinstance(await last(shop), TagRequested)
    await drain_again(shop, 60)
    assert isinstance(await last(shop), TagMade)
    assert shop.github.calls.count("make_tag_object") == 1


@pytest.mark.parametrize("method", ["make_tag_object", "point_tag"])
async def test_a_no_of_github_s_is_told(method: str, shop: Workshop) -> None:
    await opened(shop)
    shop.github.errors[method] = [Rejected(403, "Resource not accessible by integration")]
    await drain(shop, PUT)
    assert await refusal(shop) == reason(Problem.PERMISSION, "Resource not accessible by integration")


async def test_d11_a_github_that_never_answers_is_told_in_the_end(shop: Workshop) -> None:
    await opened(shop)
    shop.github.errors["make_tag_object"] = [Unclear("502")] * 50
    await drain(shop, PUT)
    for _ in range(25):
        await drain_again(shop, 400)
    assert await refusal(shop) == reason(Problem.SILENT)
    assert shop.github.tagged == {}


# -- notes ------------------------------------------------------------------------------------------------------


async def test_notes_that_cannot_be_had_are_tried_a_few_times_and_hold_no_tag_up(shop: Workshop) -> None:
    await opened(shop)
    shop.notes.errors = [Unclear("502")] * 50
    await drain(shop, PUT)
    for _ in range(3):
        await drain_again(shop, 60)
    made = await last(shop)
    assert isinstance(made, TagMade)
    assert NO_NOTES.encode() in shop.github.tag_objects[made.object].data


@pytest.mark.parametrize("error", [Rejected(404, "Not Found"), Rejected(422, "no")])
async def test_notes_that_github_refuses_are_left_out_at_once(error: GitHubError, shop: Workshop) -> None:
    await opened(shop)
    shop.notes.errors = [error]
    await drain(shop, PUT)
    assert isinstance(await last(shop), TagMade)


async def test_notes_under_a_rate_limit_are_waited_for(shop: Workshop) -> None:
    await opened(shop)
    shop.notes.errors = [Throttled(shop.clock.now())]
    await drain(shop, PUT)
    await drain_again(shop, 60)
    made = await last(shop)
    assert isinstance(made, TagMade)
    assert b"New: installers." in shop.github.tag_objects[made.object].data


# -- dying --------------------------------------------------------------------------------------------------------


class Died(BaseException):
    """The process ends here."""


class DyingGitHub(FakeGitHub):
    """Ends the process just before, or just after, its so-manieth call."""

    at: int = 0
    after: bool = False

    def _called(self, method: str) -> None:
        super()._called(method)
        if len(self.calls) == self.at and not self.after:
            raise Died

    def _done(self) -> None:
        if len(self.calls) == self.at and self.after:
            raise Died

    async def make_tag_object(self, repo: Repo, tag: AnnotatedTag) -> Sha:
        made = await super().make_tag_object(repo, tag)
        self._done()
        return made

    async def point_tag(self, repo: Repo, name: str, sha: Sha) -> None:
        await super().point_tag(repo, name, sha)
        self._done()


@pytest.mark.parametrize("signer", [None, Stamp()])
@pytest.mark.parametrize(
    ("call", "after"), [(1, False), (2, False), (2, True), (3, False), (3, True), (4, False), (5, False)]
)
async def test_a_process_that_dies_at_any_call_leaves_one_tag_in_the_end(
    call: int, after: bool, signer: Signer | None, shop: Workshop
) -> None:
    await opened(shop, signer)
    github = DyingGitHub()
    github.at, github.after = call, after
    shop.github = github
    shop.bench = replace(shop.bench, github=github)
    with pytest.raises(Died):
        await drain(shop, PUT)
    github.at = 0
    shop.notes.text = "New: installers, and what was merged meanwhile."
    await drain_again(shop, 61)
    made = await last(shop)
    assert isinstance(made, TagMade)
    assert github.tagged["v1.0.0"].object == made.object
    assert github.calls.count("point_tag") <= 2
    assert [event.kind for event in await shop.releases.events(R1)].count("tag_made") == 1
    assert github.reactions == ["rocket"]
    assert await shop.next_due(KEY) is None
