"""Check runs and commit statuses: what others say about a commit, and the gate's own check run."""

from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import quote

from app.adapters.github.office import Office, at, segment
from app.adapters.github.shapes import CHECKS, MADE, STATUSES, shaped
from app.domain.release.model import Sighting
from app.domain.release.sightings import COMPLETED, check_sighting, status_sighting
from app.domain.values import Repo, Sha
from app.ports import Annotation, OwnCheck, OwnCheckSeen, Posted

SUMMARY_LIMIT: Final = 65_535
_TITLE_LIMIT: Final = 255
_ANNOTATIONS: Final = 50  # that GitHub takes in one call
_CUT: Final = "\n\n…"

# GitHub's limits: three of them, label 20 characters, description 40, identifier 20
_BUTTONS: Final = (
    {"label": "Re-check", "description": "Ask GitHub again how everything stands", "identifier": "recheck"},
)


class Checks(Office):
    """What stands at a commit."""

    async def checks(self, repo: Repo, sha: Sha) -> Sequence[Sighting]:
        """Read the newest check runs of each name at a commit."""
        pages = await self._pages(repo, f"{at(repo)}/commits/{segment(sha)}/check-runs?filter=latest")
        return [check_sighting(check.seen()) for page in pages for check in shaped(CHECKS, page).check_runs]

    async def statuses(self, repo: Repo, sha: Sha) -> Sequence[Sighting]:
        """Read the newest commit status of each context, and of each who set it, at a commit."""
        # the combined status would be shorter, but does not say who set what
        pages = await self._pages(repo, f"{at(repo)}/commits/{segment(sha)}/statuses?")
        newest: dict[str, Sighting] = {}
        for page in pages:
            for status in shaped(STATUSES, page):
                seen = status_sighting(status.seen(sha))
                if (known := newest.get(seen.key)) is None or known.order < seen.order:
                    newest[seen.key] = seen
        return list(newest.values())

    async def create_check(self, repo: Repo, sha: Sha, name: str, check: OwnCheck) -> Posted:
        """Create a check run of ours on a commit, with the first 50 of its annotations."""
        data: dict[str, Any] = {"name": name, "head_sha": sha, **_written(check)}
        if check.annotations:
            data["output"]["annotations"] = [_remark(annotation) for annotation in check.annotations[:_ANNOTATIONS]]
        writer = await self._writer(repo, for_people=False)
        made = shaped(MADE, await writer.post(f"{at(repo)}/check-runs", data=data))
        return Posted(id=made.id, url=made.html_url or "")

    async def update_check(self, repo: Repo, check_run: int, check: OwnCheck) -> None:
        """Change a check run of ours; its annotations stay as they were."""
        # none are sent: GitHub would put them beside those that are there, and takes none away
        url = f"{at(repo)}/check-runs/{check_run}"
        writer = await self._writer(repo, for_people=False)
        await writer.patch(url, data=_written(check))

    async def find_check(self, repo: Repo, sha: Sha, name: str, external_id: str) -> OwnCheckSeen | None:
        """Return our App's own check run of that name with that external id, as it stands, or None."""
        url = (
            f"{at(repo)}/commits/{segment(sha)}/check-runs"
            f"?check_name={quote(name, safe='')}&app_id={self._app_id}&filter=latest"
        )
        for page in await self._pages(repo, url):
            for check in shaped(CHECKS, page).check_runs:
                is_ours = check.app is not None and check.app.id == self._app_id
                if is_ours and check.name == name and check.external_id == external_id:
                    return OwnCheckSeen(
                        id=check.id,
                        url=check.html_url or "",
                        status=check.status,
                        conclusion=check.conclusion,
                        external_id=external_id,
                    )
        return None


def _written(check: OwnCheck) -> dict[str, Any]:
    data: dict[str, Any] = {
        "status": check.status,
        "external_id": check.external_id,
        "output": {"title": check.title[:_TITLE_LIMIT], "summary": shortened(check.summary)},
    }
    if check.details_url is not None:
        data["details_url"] = check.details_url
    if check.status == COMPLETED:
        data["conclusion"] = check.conclusion
        data["actions"] = _BUTTONS  # GitHub shows them on a completed check run only
    return data


def _remark(annotation: Annotation) -> dict[str, Any]:
    return {
        "path": annotation.path,
        "start_line": annotation.line,
        "end_line": annotation.line,
        "annotation_level": annotation.level,
        "message": annotation.message,
    }


def shortened(summary: str) -> str:
    """Cut a summary that GitHub would refuse, at the end of a line where there is one."""
    if len(summary) <= SUMMARY_LIMIT:
        return summary
    kept = summary[: SUMMARY_LIMIT - len(_CUT)]
    return (kept[: kept.rfind("\n")] if "\n" in kept else kept) + _CUT
