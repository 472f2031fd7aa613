"""Issues and pull requests: comments, reactions, bodies and labels."""

import contextlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import quote

from app.adapters.github.office import PAGES, PER_PAGE, Office, at, segment
from app.adapters.github.shapes import CHANGED_FILES, COMMENTS, ISSUE, ISSUES, MADE, OPENED, PULLS, shaped
from app.domain.pulls import PullSeen
from app.domain.release.issues import carries
from app.domain.release.model import LabelledIssue
from app.domain.values import Repo
from app.ports import IssueText, Missing, Posted

_SLACK: Final = timedelta(minutes=1)  # between GitHub's clock and ours


class Issues(Office):
    """What people read and write."""

    async def react(self, repo: Repo, comment: int, content: str) -> None:
        """Put a reaction on an issue comment."""
        url = f"{at(repo)}/issues/comments/{comment}/reactions"
        writer = await self._writer(repo, for_people=True)
        await writer.post(url, data={"content": content})

    async def comment(self, repo: Repo, issue: int, body: str) -> Posted:
        """Write a new comment."""
        url = f"{at(repo)}/issues/{issue}/comments"
        writer = await self._writer(repo, for_people=True)
        made = shaped(MADE, await writer.post(url, data={"body": body}))
        return Posted(id=made.id, url=made.html_url or "")

    async def find_comment(self, repo: Repo, issue: int, text: str) -> Posted | None:
        """Return our App's comment that contains the text, newest first, among the issue's last 1,000; or None."""
        # GitHub lists an issue's comments oldest first and takes no other order, so: the first page tells which is
        # the last, and from there backwards
        url = f"{at(repo)}/issues/{issue}/comments?per_page={PER_PAGE}"
        caller = self._caller(repo)
        first = await caller.getpage(f"{url}&page=1")
        last = 1 if first.is_last else first.last or PAGES
        for number in range(last, max(last - PAGES, 0), -1):
            page = first if number == 1 else await caller.getpage(f"{url}&page={number}")
            for comment in reversed(shaped(COMMENTS, page.content)):
                app = comment.performed_via_github_app
                if app is not None and app.id == self._app_id and text in (comment.body or ""):
                    return Posted(id=comment.id, url=comment.html_url)
        return None

    async def edit_comment(self, repo: Repo, comment: int, body: str) -> None:
        """Replace a comment's text."""
        writer = await self._writer(repo, for_people=False)
        await writer.patch(f"{at(repo)}/issues/comments/{comment}", data={"body": body})

    async def issue(self, repo: Repo, number: int) -> IssueText:
        """Read an issue."""
        return shaped(ISSUE, await self._caller(repo).getitem(f"{at(repo)}/issues/{number}")).text()

    async def write_issue_body(self, repo: Repo, number: int, body: str) -> IssueText:
        """Replace an issue's body; return the issue as GitHub says that it is now.

        GitHub has no compare-and-set: the caller reads just before.
        """
        writer = await self._writer(repo, for_people=False)
        return shaped(ISSUE, await writer.patch(f"{at(repo)}/issues/{number}", data={"body": body})).text()

    async def open_issue(self, repo: Repo, title: str, body: str) -> int:
        """Open an issue and return its number."""
        writer = await self._writer(repo, for_people=True)
        return shaped(OPENED, await writer.post(f"{at(repo)}/issues", data={"title": title, "body": body})).number

    async def find_issue(self, repo: Repo, text: str, since: datetime) -> int | None:
        """Return our App's issue whose body contains the text, among those changed since then; or None."""
        changed = quote(f"{(since - _SLACK).astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}", safe="")
        pages = await self._pages(repo, f"{at(repo)}/issues?state=all&since={changed}")
        for issue in (one for page in pages for one in shaped(ISSUES, page)):
            app = issue.performed_via_github_app
            if app is not None and app.id == self._app_id and text in (issue.body or ""):
                return issue.number
        return None

    async def add_label(self, repo: Repo, number: int, label: str) -> None:
        """Put a label on an issue or pull request; one that is on it already stays."""
        url = f"{at(repo)}/issues/{number}/labels"
        writer = await self._writer(repo, for_people=False)
        await writer.post(url, data={"labels": [label]})

    async def remove_label(self, repo: Repo, number: int, label: str) -> None:
        """Take a label off an issue or pull request; one that is not on it is no error."""
        url = f"{at(repo)}/issues/{number}/labels/{segment(label)}"
        # 404 is GitHub's answer for a label that is not on the issue, and for an issue that is gone as well. Only its
        # words tell the two apart, and they are no part of the description. Either way the label is not there, and
        # that the issue is gone is told by the next call that reads or writes it.
        with contextlib.suppress(Missing):
            writer = await self._writer(repo, for_people=False)
            await writer.delete(url)

    async def issues_labelled(self, repo: Repo, labels: Sequence[str]) -> Sequence[LabelledIssue]:
        """Return the open issues and pull requests that carry any of the labels, each once.

        They are looked for among the newest 1,000 of each label, or of all where a label has a comma in its name.
        """
        found: dict[int, LabelledIssue] = {}
        for label in dict.fromkeys(labels):
            # GitHub's filter wants all labels of its list on an issue, hence a listing for each. The list is separated
            # by commas, and no way to quote one is described: a label with a comma in its name, should there be one,
            # is looked for among all open issues.
            wanted = "" if "," in label else f"&labels={quote(label, safe='')}"
            for page in await self._pages(repo, f"{at(repo)}/issues?state=open{wanted}"):
                for issue in (listed.labelled() for listed in shaped(ISSUES, page)):
                    known = found.get(issue.number)
                    if carries(issue, labels) and (known is None or known.updated_at <= issue.updated_at):
                        found[issue.number] = issue
        return list(found.values())

    async def open_pulls(self, repo: Repo, base: str | None = None) -> Sequence[PullSeen]:
        """Return the open pull requests (into a branch), those that changed last first, 1,000 at most."""
        into = f"&base={quote(base, safe='')}" if base is not None else ""
        url = f"{at(repo)}/pulls?state=open{into}&sort=updated&direction=desc"
        return [pull.seen(home=repo.id) for page in await self._pages(repo, url) for pull in shaped(PULLS, page)]

    async def pull_files(self, repo: Repo, pull: int) -> Sequence[str]:
        """Return the paths that a pull request changes, former names of renamed files among them; of 1,000 files."""
        pages = await self._pages(repo, f"{at(repo)}/pulls/{pull}/files?")
        files = [file for page in pages for file in shaped(CHANGED_FILES, page)]
        names = (name for file in files for name in (file.filename, file.previous_filename) if name is not None)
        return list(dict.fromkeys(names))
