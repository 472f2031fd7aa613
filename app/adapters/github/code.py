"""Commits, branches and files of a repository."""

import base64
import binascii
import re
from typing import Final, cast
from urllib.parse import quote

from app.adapters.github.office import Office, at, segment, segments
from app.adapters.github.shapes import COMMIT, COMPARISON, ENTRIES, ENTRY, GIT_REF, full_sha, shaped
from app.domain.values import Repo, Sha
from app.ports import FileText, Missing, Rejected, Unclear

_SHA_ONLY: Final = "application/vnd.github.sha"
_NO_SUCH_COMMIT: Final = (409, 422)  # an empty repository; a ref that names nothing
_NOT_FOUND: Final = 404
_TOO_LARGE: Final = 413
_IN_NO_BRANCH: Final = re.compile(r"\.\.|@\{|[\0- ~^:?*\[\\\x7f]")
"""What git allows in no branch's name. In a comparison it would mean an older commit, or somebody else's fork."""


class Code(Office):
    """What is in the repository."""

    async def commit_of(self, repo: Repo, ref: str) -> Sha:
        """Return the commit that a branch, tag or sha names. Raises Missing where it names none."""
        url = f"{at(repo)}/commits/{segments(ref)}"
        try:
            # the sha alone: the commit as JSON comes with its whole diff
            answer: object = await self._caller(repo).getitem(url, accept=_SHA_ONLY)
        except Rejected as exc:
            if exc.status in _NO_SUCH_COMMIT:
                raise Missing(_NOT_FOUND, exc.message) from exc
            raise
        if not isinstance(answer, str):
            return Sha(shaped(COMMIT, answer).sha)  # a server that does not know the shorter form
        try:
            return full_sha(answer)
        except ValueError as exc:
            raise Unclear(f"GET {url}: GitHub's answer is no commit") from exc

    async def head_of(self, repo: Repo, branch: str) -> Sha | None:
        """Return the commit a branch stands at, read afresh; None where there is no such branch."""
        try:
            answer = await self._caller(repo).getitem(f"{at(repo)}/git/ref/heads/{segments(branch)}")
        except Missing:
            return None
        return Sha(shaped(GIT_REF, answer).object.sha)

    async def is_on_branch(self, repo: Repo, sha: Sha, branch: str) -> bool:
        """Whether a commit is the branch's head or one of its ancestors; False where there is no such branch.

        A commit that is not there, or shares no history with the branch, is not on it.
        """
        if _IN_NO_BRANCH.search(branch):
            return False
        try:
            # one commit is the fewest that GitHub lists; we want the status only
            url = f"{at(repo)}/compare/{segments(branch)}...{segment(sha)}?per_page=1"
            answer = await self._caller(repo).getitem(url)
        except Missing:
            return False
        return shaped(COMPARISON, answer).status in {"behind", "identical"}

    async def move_branch(self, repo: Repo, branch: str, sha: Sha) -> None:
        """Make a branch stand at a commit, wherever it stood."""
        url = f"{at(repo)}/git/refs/heads/{segments(branch)}"
        writer = await self._writer(repo, for_people=True)
        await writer.patch(url, data={"sha": sha, "force": True})

    async def create_branch(self, repo: Repo, branch: str, sha: Sha) -> None:
        """Create a branch at a commit."""
        data = {"ref": f"refs/heads/{branch}", "sha": sha}
        writer = await self._writer(repo, for_people=True)
        await writer.post(f"{at(repo)}/git/refs", data=data)

    async def file(self, repo: Repo, path: str, ref: str) -> FileText | None:
        """Read a text file of at most 1 MB; None where there is none. Raises Rejected(413) for a larger one."""
        try:
            answer: object = await self._caller(repo).getitem(_contents(repo, path, ref))
        except Missing:
            return None
        if isinstance(answer, list):
            return None  # a folder
        entry = shaped(ENTRY, answer)
        if entry.type != "file":
            return None
        if entry.encoding != "base64":
            raise Rejected(_TOO_LARGE, f"{path} is larger than 1 MB")
        try:
            content = base64.b64decode(entry.content)
        except binascii.Error as exc:
            raise Unclear(f"GET of {path}: GitHub's answer could not be read") from exc
        return FileText(path=path, blob=Sha(entry.sha), text=content.decode("utf-8", "replace"))

    async def file_names(self, repo: Repo, path: str, ref: str) -> list[str]:
        """Return the names of the files in a folder, sorted; empty where there is no such folder."""
        try:
            answer: object = await self._caller(repo).getitem(_contents(repo, path, ref))
        except Missing:
            return []
        if not isinstance(answer, list):
            return []  # a file
        return sorted(entry.name for entry in shaped(ENTRIES, cast("object", answer)) if entry.type == "file")


def _contents(repo: Repo, path: str, ref: str) -> str:
    return f"{at(repo)}/contents/{segments(path)}?ref={quote(ref, safe='')}"
