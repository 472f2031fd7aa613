"""What lies between two releases, by GitHub's GraphQL API: a hundred commits a call, with their pull requests."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from pydantic import AwareDatetime, BaseModel, Field, TypeAdapter

from app.adapters.github.documents import NOTES_ALL, NOTES_SINCE, notes_people
from app.adapters.github.office import Office
from app.adapters.github.shapes import FullSha, shaped
from app.domain.notes.history import (
    TEMPLATE_PATH,
    Author,
    Commit,
    Gathered,
    History,
    MergedPull,
    author_named,
    oldest_first,
)
from app.domain.notes.rules import RULES_PATH
from app.domain.values import Repo, Sha
from app.ports import Missing, Unclear

PAGES_SINCE: Final = 50
PAGES_OF_ALL: Final = 10
"""Pages of a hundred commits that are read: since a tag, and where there is none before."""

MOST_PEOPLE: Final = 40
"""People of whom GitHub is asked in one call whether they are new; of any others nobody claims it."""

_AHEAD: Final = frozenset({"AHEAD", "DIVERGED"})


class _User(BaseModel):
    login: str


class _Actor(_User):
    typename: str = Field(alias="__typename")


class _Named(BaseModel):
    name: str


class _Labels(BaseModel):
    nodes: list[_Named | None] | None = None


class _Home(BaseModel):
    nameWithOwner: str  # noqa: N815 - GitHub's word


class _Pull(BaseModel):
    number: int
    title: str
    url: str
    mergedAt: AwareDatetime | None  # noqa: N815 - GitHub's word
    baseRepository: _Home | None  # noqa: N815 - the same
    author: _Actor | None
    labels: _Labels | None

    def merged(self) -> MergedPull:
        author = self.author
        is_bot = author is not None and author.typename == "Bot"
        return MergedPull(
            number=self.number,
            title=self.title,
            url=self.url,
            author=author_named(author.login, author.login, is_bot=is_bot) if author else None,
            labels=tuple(label.name for label in (self.labels.nodes if self.labels else None) or () if label),
            merged_at=self.mergedAt,
        )


class _Pulls(BaseModel):
    nodes: list[_Pull | None] | None = None


class _GitActor(BaseModel):
    name: str | None
    user: _User | None

    def author(self) -> Author | None:
        login = self.user.login if self.user else None
        return author_named(self.name or login or "", login) if self.name or login else None


class _Oid(BaseModel):
    oid: FullSha


class _Parents(BaseModel):
    nodes: list[_Oid | None] | None = None


class _Commit(_Oid):
    message: str
    parents: _Parents
    author: _GitActor | None
    associatedPullRequests: _Pulls | None  # noqa: N815 - GitHub's word

    def commit(self, repo: Repo) -> Commit:
        """Return the commit, with the pull request of this very repository that was merged first."""
        pulls = (self.associatedPullRequests.nodes if self.associatedPullRequests else None) or ()
        ours = repo.full_name.casefold()
        merged = [
            pull
            for pull in pulls
            if pull and pull.mergedAt and pull.baseRepository and pull.baseRepository.nameWithOwner.casefold() == ours
        ]
        return Commit(
            sha=Sha(self.oid),
            message=self.message,
            author=self.author.author() if self.author else None,
            pull=min(merged, key=lambda pull: pull.number).merged() if merged else None,
            parents=tuple(Sha(parent.oid) for parent in self.parents.nodes or () if parent),
        )


class _PageInfo(BaseModel):
    hasNextPage: bool  # noqa: N815 - GitHub's word
    endCursor: str | None  # noqa: N815 - the same


class _Page(BaseModel):
    pageInfo: _PageInfo  # noqa: N815 - GitHub's word
    nodes: list[_Commit | None] | None


class _Comparison(BaseModel):
    status: str
    commits: _Page


class _Ref(BaseModel):
    compare: _Comparison | None


class _Object(BaseModel):
    history: _Page | None = None


class _Blob(BaseModel):
    text: str | None = None  # None where it is binary
    isTruncated: bool = False  # noqa: N815 - GitHub's word


class _Repository(BaseModel):
    ref: _Ref | None = None
    object: _Object | None = None
    rules: _Blob | None = None
    template: _Blob | None = None

    def page(self) -> _Page | None:
        """Return the commits; None where there is nothing to compare, or nothing new."""
        if self.ref is not None:
            compared = self.ref.compare
            return compared.commits if compared is not None and compared.status in _AHEAD else None
        return self.object.history if self.object is not None else None


class _Data(BaseModel):
    repository: _Repository | None


class _Found(BaseModel):
    issueCount: int  # noqa: N815 - GitHub's word


_DATA: Final = TypeAdapter(_Data)
_COUNTS: Final = TypeAdapter(dict[str, _Found])


class Histories(Office):
    """What happened, for the notes of a release."""

    async def history(self, repo: Repo, base: str | None, head: Sha) -> Gathered | None:
        """Return what a commit has and a tag has not, in one call for a hundred commits; see the port."""
        variables: dict[str, object] = {
            "owner": repo.owner,
            "name": repo.name,
            "head": head,
            "rules": f"{head}:{RULES_PATH}",
            "template": f"{head}:{TEMPLATE_PATH}",
        }
        if base is not None:
            variables["base"] = f"refs/tags/{base}"
        document, most = (NOTES_ALL, PAGES_OF_ALL) if base is None else (NOTES_SINCE, PAGES_SINCE)
        first: _Repository | None = None
        commits: list[Commit] = []
        after: str | None = None
        for _ in range(most):
            found = await self._page(repo, document, {**variables, "after": after, "withFiles": first is None})
            first = first or found
            page = found.page()
            if page is None:
                return None
            commits += [commit.commit(repo) for commit in page.nodes or () if commit]
            after = page.pageInfo.endCursor if page.pageInfo.hasNextPage else None
            if after is None:
                break
        return Gathered(
            history=History(base=base, head=head, commits=oldest_first(commits), is_cut=after is not None),
            rules=_text(first.rules if first else None),
            template=_text(first.template if first else None),
        )

    async def new_people(self, repo: Repo, firsts: Mapping[str, datetime]) -> frozenset[str]:
        """Return those of the logins that had no pull request merged here before that moment, in one call."""
        asked = list(firsts.items())[:MOST_PEOPLE]
        if not asked:
            return frozenset()
        searches: dict[str, object] = {
            f"q{at}": f"repo:{repo.full_name} is:pr is:merged author:{login} merged:<{since:%Y-%m-%dT%H:%M:%SZ}"
            for at, (login, since) in enumerate(asked)
        }
        counts = shaped(_COUNTS, await self._caller(repo).query(notes_people(len(asked)), searches))
        if counts.keys() != searches.keys():
            raise Unclear("POST graphql: GitHub's answer is not what was asked for")
        return frozenset(login for at, (login, _) in enumerate(asked) if not counts[f"q{at}"].issueCount)

    async def _page(self, repo: Repo, document: str, variables: Mapping[str, object]) -> _Repository:
        data = shaped(_DATA, await self._caller(repo).query(document, variables))
        if data.repository is None:
            raise Missing(404, "there is no such repository")
        return data.repository


def _text(blob: _Blob | None) -> str | None:
    """Return a whole text file; one that is cut or binary is as good as none."""
    return None if blob is None or blob.isTruncated else blob.text
