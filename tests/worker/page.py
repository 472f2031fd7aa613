"""The tracking issue in somebody's browser: what they see, click and save, and what GitHub tells of it."""

from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import pytest

from app.domain.checklist import read_items
from app.domain.values import Person, Repo, Role
from app.ports import IssueText, Unclear
from app.worker.looking import PATIENCE
from app.worker.poll import Poller
from app.worker.show import Pace, Shower
from tests.clock import NOON
from tests.events.reading import payload
from tests.given import GUIDE, MALLORY, TESS, WANDA, ticked
from tests.worker.delivering import KEY, account, store, worker
from tests.worker.workshop import R1, Workshop

AT_ONCE = Pace(after=timedelta(0), apart=timedelta(0))


@dataclass
class Page:
    """The tracking issue as people see it in their browsers."""

    shop: Workshop
    shower: Shower
    deliveries: int = 0

    @property
    def body(self) -> str:
        return self.shop.github.body

    async def show(self) -> None:
        """Let the release be shown, over whatever stands there."""
        await self.shower.show(R1)

    def is_ticked(self, item: str) -> bool:
        """Whether an item's box is ticked in the issue."""
        (found,) = [one for one in read_items(self.body) if one.id == item]
        return found.is_ticked

    def clicked(self, *items: str) -> str:
        """The body with the boxes of these items the other way round."""
        lines = self.body.splitlines(keepends=True)
        return "".join(
            _clicked(line) if any(f"<!-- i:{item} -->" in line for item in items) else line for line in lines
        )

    def changed(self, body: str) -> tuple[str, str]:
        """Change the issue on GitHub; return what stood there and GitHub's time of the change."""
        before = self.body
        self.shop.github.body = body
        self.shop.github.writes += 1
        return before, (NOON + timedelta(seconds=self.shop.github.writes)).isoformat()

    async def told(self, before: str | None, after: str, at: str, by: Person = TESS, kind: str = "User") -> None:
        """Let GitHub tell of an edit."""
        self.deliveries += 1
        edit = payload(
            "issues.edited",
            issue__body=after,
            issue__updated_at=at,
            changes={"body": {} if before is None else {"from": before}},
            sender=account(by, kind),
        )
        await store(self.shop, f"edit-{self.deliveries}", "issues", edit)
        await worker(self.shop).drain(KEY)

    async def edit(self, body: str, *, by: Person = TESS, kind: str = "User") -> None:
        """Somebody edits the issue, and GitHub tells of it."""
        before, at = self.changed(body)
        await self.told(before, body, at, by, kind)

    async def echoed(self, before: str, after: str) -> None:
        """Let GitHub tell of our own latest write."""
        at = (NOON + timedelta(seconds=self.shop.github.writes)).isoformat()
        await self.told(before, after, at, MALLORY, "Bot")

    async def look(self) -> None:
        """Have GitHub asked, and the release shown, until nothing is waited for any more."""
        for _ in range(3):
            await Poller(self.shop.bench).poll(R1)
            await self.shower.show(R1)
            await self.shop.clock.wind(PATIENCE.total_seconds())

    async def show_without_an_answer(self) -> None:
        """Let the release be shown: the body is written, and GitHub's answer to that is lost."""
        with self.after_writing(lose_the_answer):
            await self.shower.show(R1)

    @contextmanager
    def after_writing(self, then: Callable[[], Awaitable[None]]) -> Generator[None]:
        """Have something happen when GitHub has written the body, and before we hear of it."""
        github = self.shop.github
        write = github.write_issue_body

        async def written(repo: Repo, number: int, body: str) -> IssueText:
            answer = await write(repo, number, body)
            await then()
            return answer

        github.write_issue_body = written
        try:
            yield
        finally:
            github.write_issue_body = write

    @contextmanager
    def while_reading(self, then: Callable[[IssueText], Awaitable[IssueText]]) -> Generator[None]:
        """Have something happen while GitHub answers what stands in the issue, once; it may change the answer."""
        github = self.shop.github
        read = github.issue

        async def issue(repo: Repo, number: int) -> IssueText:
            github.issue = read
            return await then(await read(repo, number))

        github.issue = issue
        try:
            yield
        finally:
            github.issue = read


async def lose_the_answer() -> None:
    """Raise what a lost answer comes to."""
    raise Unclear("502")


def _clicked(line: str) -> str:
    return line.replace("[ ]", "[x]", 1) if "[ ]" in line else line.replace("[x]", "[ ]", 1)


@pytest.fixture
async def page(shop: Workshop) -> Page:
    """A release that is shown between people's own words."""
    await shop.open_team_release()
    shop.github.body = "Hello 🚀\r\n\r\nSee below.\r\n"
    shop.github.role = Role.READ
    made = Page(shop, Shower(shop.bench, AT_ONCE))
    await made.show()
    return made


async def overwritten(shop: Workshop, page: Page, theirs: str) -> None:
    """Our write went over what somebody had made of the body in that very moment, and GitHub tells of ours."""
    await shop.happened(ticked(GUIDE, WANDA))
    await page.show()  # of the body as it was before theirs
    await page.echoed(theirs, page.body)
