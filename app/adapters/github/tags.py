"""Tags of a repository: where they stand, what they are, and what their pushes have started."""

from collections.abc import Sequence
from datetime import UTC
from typing import Final
from urllib.parse import quote

from app.adapters.github.office import Office, at, segment, segments
from app.adapters.github.shapes import ACCOUNT, GIT_REF, GIT_REFS, GIT_TAG, RUNS, GitTag, shaped
from app.adapters.github.shapes_protection import REGISTERED
from app.domain.release.model import Sighting
from app.domain.release.sightings import run_sighting
from app.domain.tag_object import AnnotatedTag, Tagger
from app.domain.values import Person, Repo, Sha
from app.ports import Missing, TagObject, TagRef

_BELOW: Final = "refs/tags/"


class Tags(Office):
    """What is tagged."""

    _bot: Person | None = None

    async def tags(self, repo: Repo, prefix: str) -> Sequence[TagRef]:
        """Return the tags whose names begin so, in one call however many there are."""
        # GitHub does not part this list into pages
        answer = await self._caller(repo).getitem(f"{at(repo)}/git/matching-refs/tags/{quote(prefix)}".rstrip("/"))
        found = [(one.ref, one.object) for one in shaped(GIT_REFS, answer) if one.ref.startswith(_BELOW + prefix)]
        return [
            TagRef(name=ref.removeprefix(_BELOW), object=Sha(thing.sha), is_annotated=thing.type == "tag")
            for ref, thing in found
        ]

    async def tag(self, repo: Repo, name: str) -> TagRef | None:
        """Return what a tag points at, read afresh; None where there is no such tag."""
        try:
            answer = await self._caller(repo).getitem(f"{at(repo)}/git/ref/tags/{segments(name)}")
        except Missing:
            return None
        thing = shaped(GIT_REF, answer).object
        return TagRef(name=name, object=Sha(thing.sha), is_annotated=thing.type == "tag")

    async def tag_object(self, repo: Repo, sha: Sha) -> TagObject:
        """Read the object of an annotated tag. Raises Missing where there is none of that id."""
        answer = await self._caller(repo).getitem(f"{at(repo)}/git/tags/{segment(sha)}")
        read = shaped(GIT_TAG, answer)
        return TagObject(
            sha=Sha(read.sha),
            target=Sha(read.object.sha),
            target_type=read.object.type,
            is_signed=read.verification is not None and bool(read.verification.signature),
            data=_data(read),
        )

    async def make_tag_object(self, repo: Repo, tag: AnnotatedTag) -> Sha:
        """Make the object of an annotated tag and return the id that GitHub gave it. No tag points at it yet."""
        date = f"{tag.at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
        data = {
            "tag": tag.name,
            "message": tag.message,
            "object": tag.commit,
            "type": "commit",
            "tagger": {"name": tag.tagger.name, "email": tag.tagger.email, "date": date},
        }
        writer = await self._writer(repo, for_people=True)
        return Sha(shaped(GIT_TAG, await writer.post(f"{at(repo)}/git/tags", data=data)).sha)

    async def point_tag(self, repo: Repo, name: str, sha: Sha) -> None:
        """Create a tag that points at an object."""
        data = {"ref": f"{_BELOW}{name}", "sha": sha}
        writer = await self._writer(repo, for_people=True)
        await writer.post(f"{at(repo)}/git/refs", data=data)

    async def own_account(self, repo: Repo) -> Person:
        """Return the account of our App's bot. It is asked for once: neither its name nor its id changes by itself."""
        if self._bot is None:
            slug = shaped(REGISTERED, await self._app.getitem("/app")).slug
            read = shaped(ACCOUNT, await self._caller(repo).getitem(f"/users/{segment(f'{slug}[bot]')}"))
            self._bot = Person(id=read.id, login=read.login)
        return self._bot

    async def delete_tag(self, repo: Repo, name: str) -> None:
        """Delete a tag, wherever it stands: GitHub compares nothing, so the caller reads just before."""
        writer = await self._writer(repo, for_people=True)
        await writer.delete(f"{at(repo)}/git/refs/tags/{segments(name)}")

    async def runs_of_tag(self, repo: Repo, name: str, sha: Sha) -> Sequence[Sighting]:
        """Return the workflow runs that a push of the tag has started at that commit."""
        url = f"{at(repo)}/actions/runs?event=push&branch={quote(name, safe='')}&head_sha={quote(sha, safe='')}"
        pages = await self._pages(repo, f"{url}&exclude_pull_requests=true")
        return [run_sighting(run.seen()) for page in pages for run in shaped(RUNS, page).workflow_runs]


def _data(read: GitTag) -> bytes:
    """Return the object's bytes, or none where its id says that they are others: a moment of another time zone, say."""
    if read.tagger is None:
        return b""
    made = AnnotatedTag(
        name=read.tag,
        commit=Sha(read.object.sha),
        tagger=Tagger(name=read.tagger.name, email=read.tagger.email),
        at=read.tagger.date,
        message=read.message,
    )
    return made.data if made.id == read.sha else b""
