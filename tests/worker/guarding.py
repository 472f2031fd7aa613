"""The tag guard at work in a workshop: gates that are set by hand, tags, and what was told of them."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from app.domain.release.gate import GateState
from app.domain.values import Repo, Sha
from app.ports import GitHubError, Rejected, TagObject, TagRef
from app.worker.gates import CommitGate
from app.worker.guard import TagGuard
from tests.given import SHA
from tests.worker.fakes import FakeGitHub
from tests.worker.workshop import Workshop

TAG_OBJECT = Sha("e5" * 20)
GUARDED = """---
guard: {delete: true}
---
- [ ] Ship
"""


@dataclass
class GatesByHand:
    """Gates as they are known, and as GitHub would have them when it is asked anew."""

    shop: Workshop
    known: GateState = GateState.FAILURE
    true: GateState = GateState.FAILURE
    reread_times: int = 0
    errors: list[GitHubError] = field(default_factory=list[GitHubError])

    async def at(self, repo: Repo, sha: Sha) -> CommitGate:
        releases = tuple(await self.shop.releases.at_commit(repo.id, sha))
        return CommitGate(sha=sha, state=self.known, releases=releases, lead=None, reasons=())

    async def reread(self, repo: Repo, sha: Sha) -> CommitGate:
        self.reread_times += 1
        if self.errors:
            raise self.errors.pop(0)
        self.known = self.true
        return await self.at(repo, sha)


class LaggingGitHub(FakeGitHub):
    """Its list of tags lags behind the tags."""

    async def tags(self, repo: Repo, prefix: str) -> Sequence[TagRef]:
        del repo, prefix
        return []


class FleetingGitHub(FakeGitHub):
    """Somebody else deletes each tag as soon as it was read."""

    async def tag(self, repo: Repo, name: str) -> TagRef | None:
        found = await super().tag(repo, name)
        self.tagged.clear()
        return found

    async def delete_tag(self, repo: Repo, name: str) -> None:
        del repo, name
        raise Rejected(422, "Reference does not exist")


def guard_of(shop: Workshop, gates: GatesByHand | None = None, *, signed: bool = False) -> TagGuard:
    return TagGuard(shop.bench, shop.memory, gates or GatesByHand(shop), are_ours_signed=signed)


def tag(shop: Workshop, name: str = "v1.0.0", sha: Sha = SHA, *, made: Sha = TAG_OBJECT, signed: bool = False) -> None:
    """Have an annotated tag stand at a commit."""
    shop.github.tagged[name] = TagRef(name=name, object=made, is_annotated=True)
    shop.github.tag_objects[made] = TagObject(sha=made, target=sha, target_type="commit", is_signed=signed)


async def told(shop: Workshop) -> list[str]:
    """Have the ledger performed, and return the first line of each comment."""
    await shop.ledger_worker.drain("release:r1")
    return [body.partition("\n")[0] for body in shop.github.comments.values()]
