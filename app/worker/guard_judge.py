"""Finding out what bears on a tag that the guard has not seen so before: what it is, and the gate behind it."""

from dataclasses import dataclass
from typing import Final

import structlog

from app.domain.guard.memory import KnownTag
from app.domain.guard.verdict import SeenTag, TagFacts, TagVerdict, judge_missing, judge_tag
from app.domain.values import Sha
from app.ports import GitHubError, Missing, TagRef, Throttled
from app.worker.gates import CommitGate
from app.worker.guard_scope import Scope
from app.worker.reverting import JudgesCommits
from app.worker.workbench import Workbench

_log: Final = structlog.stdlib.get_logger()
_DEEP: Final = 5  # tags of tags


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """A tag that is new, stands elsewhere than before or is gone, and what the guard makes of it."""

    name: str
    object: Sha  # of one that is gone: what it pointed at last
    commit: Sha | None
    verdict: TagVerdict
    known: KnownTag | None
    is_green: bool = False
    is_ours: bool = False  # the bot's own tag: its log says so already
    is_gone: bool = False


class TagJudge:
    """Judges the tags of one look. The gate of each commit is read once."""

    def __init__(self, bench: Workbench, gates: JudgesCommits, scope: Scope, *, are_ours_signed: bool) -> None:
        self._bench = bench
        self._gates = gates
        self._scope = scope
        self._are_ours_signed = are_ours_signed
        self._read: dict[Sha, CommitGate | GitHubError] = {}

    async def standing(self, ref: TagRef, known: KnownTag | None) -> Looked | None:
        """Judge a tag that stands somewhere; None where it went elsewhere just now. Raises GitHubError."""
        try:
            tag = await self._followed(ref)
        except Missing:
            _log.warning("guard.tag_not_read", tag=ref.name)  # the next look finds it where it is then
            return None
        gate = await self._gate(tag.commit, is_anew=False)
        verdict = judge_tag(self._facts(tag, known, gate))
        if verdict.is_incident and gate is not None and gate.releases and not gate.is_green:
            # Nobody is accused on what is only remembered: GitHub may know of something that we have not heard of.
            gate = await self._gate(tag.commit, is_anew=True)
            verdict = judge_tag(self._facts(tag, known, gate))
        return Looked(
            name=tag.name,
            object=tag.object,
            commit=tag.commit,
            verdict=verdict,
            known=known,
            is_green=gate is not None and gate.is_green,
            is_ours=self._made(tag) == tag.object,
        )

    async def redeemed(self, ref: TagRef, known: KnownTag) -> Looked | None:
        """Judge an incident that stands where it stood: the gate may have turned green. None where nothing is new."""
        try:
            tag = await self._followed(ref)
        except Missing:
            return None
        gate = await self._gate(tag.commit, is_anew=False)
        verdict = judge_tag(self._facts(tag, known, gate))
        if verdict.is_incident:
            return None
        return Looked(name=tag.name, object=tag.object, commit=tag.commit, verdict=verdict, known=known, is_green=True)

    async def missing(self, known: KnownTag) -> Looked | None:
        """Judge a tag that is not listed any more; None where it is there after all. Raises GitHubError."""
        if await self._bench.github.tag(self._scope.repo, known.name) is not None:
            return None
        return Looked(
            name=known.name,
            object=known.object,
            commit=known.kept,
            verdict=judge_missing(known),
            known=known,
            is_gone=True,
        )

    def _facts(self, tag: SeenTag, known: KnownTag | None, gate: CommitGate | None) -> TagFacts:
        own = self._scope.own(tag.name)
        return TagFacts(
            tag=tag,
            known=known,
            is_green=gate is not None and gate.is_green,
            is_released_there=gate is not None and bool(gate.releases),
            own_target=own.target.sha if own else None,
            made=self._made(tag),
            are_ours_signed=self._are_ours_signed,
        )

    def _made(self, tag: SeenTag) -> Sha | None:
        """Return the object that we made for the tag's release; while we make it, what stands at the commit is ours.

        What we made once stays ours, also where its release was given up since: it was good when it was made.
        """
        if self._scope.has_made(tag.name, tag.object):
            return tag.object
        own = self._scope.own(tag.name)
        if own is None:
            return None
        if own.tagged is not None and own.tagged.tag == tag.name:
            return own.tagged.object
        tagging = own.tagging
        is_at_it = tagging is not None and tagging.is_pending and (tagging.tag, tagging.sha) == (tag.name, tag.commit)
        return tag.object if is_at_it else None

    async def _gate(self, commit: Sha | None, *, is_anew: bool) -> CommitGate | None:
        if commit is None:
            return None
        read = self._read.get(commit)
        if read is None and not is_anew:
            return await self._gates.at(self._scope.repo, commit)
        if read is None:
            self._read[commit] = read = await self._reread(commit)
        if isinstance(read, GitHubError):
            raise read
        return read

    async def _reread(self, commit: Sha) -> CommitGate | GitHubError:
        """Read a gate anew, or return why it cannot be: of many tags there each would ask again. Raises Throttled."""
        try:
            return await self._gates.reread(self._scope.repo, commit)
        except Throttled:
            raise
        except GitHubError as error:
            return error

    async def _followed(self, ref: TagRef) -> SeenTag:
        """Follow a tag down to its commit."""
        if not ref.is_annotated:
            return SeenTag(name=ref.name, object=ref.object, commit=ref.object, is_annotated=False, is_signed=False)
        first = below = await self._bench.github.tag_object(self._scope.repo, ref.object)
        for _ in range(_DEEP):
            if below.target_type == "tag":
                below = await self._bench.github.tag_object(self._scope.repo, below.target)
        commit = below.target if below.target_type == "commit" else None
        return SeenTag(name=ref.name, object=ref.object, commit=commit, is_annotated=True, is_signed=first.is_signed)
