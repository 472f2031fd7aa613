"""Issues, comments and reactions."""

from app.adapters.github.office import PAGES, PER_PAGE, Office, at
from app.adapters.github.shapes import COMMENTS, ISSUE, MADE, shaped
from app.domain.values import Repo
from app.ports import IssueText, Posted


class Issues(Office):
    """What people read and write."""

    async def react(self, repo: Repo, comment: int, content: str) -> None:
        """Put a reaction on an issue comment."""
        url = f"{at(repo)}/issues/comments/{comment}/reactions"
        await self._writer(repo, for_people=True).post(url, data={"content": content})

    async def comment(self, repo: Repo, issue: int, body: str) -> Posted:
        """Write a new comment."""
        url = f"{at(repo)}/issues/{issue}/comments"
        made = shaped(MADE, await self._writer(repo, for_people=True).post(url, data={"body": body}))
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
        await self._writer(repo, for_people=False).patch(f"{at(repo)}/issues/comments/{comment}", data={"body": body})

    async def issue(self, repo: Repo, number: int) -> IssueText:
        """Read an issue."""
        issue = shaped(ISSUE, await self._caller(repo).getitem(f"{at(repo)}/issues/{number}"))
        return IssueText(number=issue.number, title=issue.title, body=issue.body or "")

    async def write_issue_body(self, repo: Repo, number: int, body: str) -> None:
        """Replace an issue's body. GitHub has no compare-and-set: the caller reads just before."""
        await self._writer(repo, for_people=False).patch(f"{at(repo)}/issues/{number}", data={"body": body})
