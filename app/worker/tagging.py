"""Making a release's tag: never without a green gate read again, never twice, never another than was asked for."""

from dataclasses import replace
from typing import Final, Protocol

import structlog

from app.domain.plan.model import Plan
from app.domain.release.effects import PutTag
from app.domain.release.events_tag import TagMade, TagRequested
from app.domain.release.model import Release
from app.domain.release.no_tag import NoTag, Problem, refused_ref
from app.domain.release.tagging import NO_NOTES, tag_text, tag_url, tagger_of
from app.domain.tag_object import AnnotatedTag, object_id, split_signature
from app.domain.values import Repo, Sha
from app.ports import Entry, GitHubError, Missing, Rejected, Signer, TagObject, TagRef, Throttled, Unclear
from app.worker.gates import CommitGate
from app.worker.workbench import Workbench

_log: Final = structlog.stdlib.get_logger()
_PATIENCE: Final = 3
"""Tries before a tag is made without a summary, and before a gate that GitHub does not show green is given up."""


class Rereads(Protocol):
    """Judges a commit by what GitHub says now."""

    async def reread(self, repo: Repo, sha: Sha) -> CommitGate:
        """Return the verdict after everything that it rests on was asked for anew. Raises GitHubError."""
        ...


class Sums(Protocol):
    """Sums up what is new in a release."""

    async def summary(self, release: Release, plan: Plan) -> str:
        """Return the notes in short, as plain text. Raises GitHubError."""
        ...


class TagMaker:
    """Performs PutTag."""

    def __init__(self, bench: Workbench, gates: Rereads, notes: Sums, signer: Signer | None) -> None:
        self._bench = bench
        self._github = bench.github
        self._gates = gates
        self._notes = notes
        self._signer = signer
        self._site = bench.site

    async def perform(self, entry: Entry, effect: PutTag) -> TagMade | NoTag:
        """Make the tag, or find the one made before. Raises GitHubError; whatever the moment, it may be done again."""
        standing = await self._github.tag(effect.repo, effect.tag)
        if standing is not None:
            return await self._found(effect, standing)
        gate = await self._gates.reread(effect.repo, effect.sha)
        release = await self._bench.releases.get(effect.release)
        if release is None or release.closed is not None:
            return NoTag(problem=Problem.OVER)
        if release.target.sha != effect.sha or release.tag != effect.tag:
            return NoTag(problem=Problem.MOVED, detail=release.target.sha)
        if not gate.is_green:
            return NoTag(problem=Problem.RED, reasons=gate.reasons)
        if not gate.is_shown:
            if entry.attempts <= _PATIENCE:
                raise Unclear("GitHub does not show the gate as green yet")
            return NoTag(problem=Problem.UNSEEN)
        tag = self._signed(await self._draft(entry, effect, release))
        return tag if isinstance(tag, NoTag) else await self._make(effect, tag)

    # -- what is to be made ---------------------------------------------------------------------------------

    async def _draft(self, entry: Entry, effect: PutTag, release: Release) -> AnnotatedTag:
        plan = await self._bench.plans.of(release)
        summary = await self._summary(entry, release, plan)
        return AnnotatedTag(
            name=effect.tag,
            commit=effect.sha,
            tagger=tagger_of(await self._github.own_account(effect.repo), self._site),
            at=effect.at,
            message=tag_text(plan, release, summary, self._site),
        )

    async def _summary(self, entry: Entry, release: Release, plan: Plan) -> str:
        """Return what is new. A release is not held up by its notes, and a tag's message cannot be mended."""
        try:
            return await self._notes.summary(release, plan)
        except Throttled:
            raise
        except GitHubError as error:
            if not isinstance(error, Rejected) and entry.attempts <= _PATIENCE:
                raise
            _log.warning("tag.no_notes", error=str(error))
            return NO_NOTES

    def _signed(self, tag: AnnotatedTag) -> AnnotatedTag | NoTag:
        signer = self._signer
        if signer is None:
            return tag
        signature = signer.sign(tag.data)
        signed = replace(tag, message=tag.message + signature)
        # A key that has expired since it was read still signs, and nobody would take it.
        if not signer.verifies(tag.data, signature) or split_signature(signed.data) != (tag.data, signature):
            return NoTag(problem=Problem.KEY, detail=signer.fingerprint)
        return signed

    # -- making it ----------------------------------------------------------------------------------------------

    async def _make(self, effect: PutTag, tag: AnnotatedTag) -> TagMade | NoTag:
        try:
            made = await self._github.make_tag_object(effect.repo, tag)
        except Rejected as error:
            return refused_ref(error.status, error.message)
        # The last line end is all that may be lost on the way: the signature holds without it.
        if made not in (tag.id, object_id(tag.data.removesuffix(b"\n"))):
            return NoTag(problem=Problem.OTHER_ID, detail=f"{made} in place of {tag.id}")
        try:
            await self._github.point_tag(effect.repo, effect.tag, made)
        except Rejected as error:
            standing = await self._github.tag(effect.repo, effect.tag)
            if standing is not None:
                return await self._found(effect, standing)
            if "already exists" in error.message.casefold():  # and cannot be seen yet: it may well be ours
                raise Unclear("a tag stands there that is not to be seen yet") from error
            return refused_ref(error.status, error.message)
        standing = await self._github.tag(effect.repo, effect.tag)
        if standing is None:
            raise Unclear("the tag that was just made is not to be seen yet")
        if standing.object != made:
            return NoTag(problem=Problem.READ_BACK, detail=standing.object)
        return await self._found(effect, standing)

    # -- what stands there ----------------------------------------------------------------------------------------

    async def _found(self, effect: PutTag, standing: TagRef) -> TagMade | NoTag:
        """Return the tag that stands there, where it is ours: annotated, at the commit, signed by our key."""
        if not standing.is_annotated:
            is_there = standing.object == effect.sha
            problem = Problem.LIGHTWEIGHT if is_there else Problem.ELSEWHERE
            return NoTag(problem=problem, detail=standing.object)
        try:
            found = await self._github.tag_object(effect.repo, standing.object)
        except Missing as error:
            raise Unclear("the tag's object is not to be seen yet") from error
        if found.target != effect.sha:
            return NoTag(problem=Problem.ELSEWHERE, detail=found.target)
        if not await self._is_ours(effect, found):
            return NoTag(problem=Problem.FOREIGN, detail=found.sha)
        return TagMade(
            tag=effect.tag,
            object=found.sha,
            commit=effect.sha,
            is_signed=self._signer is not None,
            url=tag_url(self._site, effect.repo, effect.tag),
            at=self._bench.clock.now(),
        )

    async def _is_ours(self, effect: PutTag, found: TagObject) -> bool:
        """Whether our key signed it; without a key, whether it names our bot and a moment at which it was asked for.

        Its message may differ: what is new is read again at every try.
        """
        payload, signature = split_signature(found.data)
        if not payload.startswith(f"object {effect.sha}\ntype commit\ntag {effect.tag}\n".encode()):
            return False
        if self._signer is not None:
            return signature is not None and self._signer.verifies(payload, signature)
        tagger = tagger_of(await self._github.own_account(effect.repo), self._site)
        log = await self._bench.releases.events(effect.release)
        moments = {effect.at, *(event.at for event in log if isinstance(event, TagRequested))}
        heads = (AnnotatedTag(name=effect.tag, commit=effect.sha, tagger=tagger, at=at, message="") for at in moments)
        return signature is None and any(payload.startswith(head.data) for head in heads)
