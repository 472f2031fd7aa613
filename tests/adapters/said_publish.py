"""Samples of what is said of publishing a release."""

from typing import Final

from app.domain.messages import Message
from app.domain.messages_publish import (
    AlreadyPublished,
    NotTagged,
    PublishedByOthers,
    PublishPending,
    ReleaseIsPublished,
    ReleaseNotPublished,
)
from app.domain.release.gate import judge
from app.domain.release.no_publish import Unpublished
from app.domain.release.reasons import explain
from app.domain.values import Sha
from tests.domain.release.builders import FAILED, PLAN

URL: Final = "https://github.com/white-room/daw/releases/tag/v1.0.0"
DRAFT: Final = "https://github.com/white-room/daw/releases/tag/untagged-0123456789abcdef0123"
DMG: Final = "white_room-1.0.0.dmg"
FILES: Final = ("white_room-1.0.0-checksums.txt", DMG, "white_room-1.0.0.exe")

NAMES: Final = {
    Unpublished.FOREIGN_DRAFT: (f"{DRAFT} by github-actions[bot]",),
    Unpublished.SEVERAL_DRAFTS: (f"{DRAFT} by github-actions[bot]", f"{DRAFT}4 by octocat"),
    Unpublished.MISSING: ("*.dmg", "*.exe"),
    Unpublished.SEVERAL_LISTS: ("SHA256SUMS", "checksums.txt"),
    Unpublished.WRONG: (DMG,),
    Unpublished.EXTRA: tuple(f"file-{number}.bin" for number in range(30)),
    Unpublished.TOO_LARGE: (DMG,),
    Unpublished.CHANGED: (DMG,),
}
DETAILS: Final = {
    Unpublished.TAG_MOVED: Sha("d4" * 20),
    Unpublished.BAD_LIST: f"{FILES[0]}, line 3: this line is no SHA-256 and file name",
    Unpublished.REJECTED: "422 Validation Failed: pre_receive Repository rule violations found",
}


def not_published(problem: Unpublished) -> ReleaseNotPublished:
    return ReleaseNotPublished(
        tag="v1.0.0",
        version="1.0.0",
        problem=problem,
        detail=DETAILS.get(problem, ""),
        names=NAMES.get(problem, ()),
        url=URL if problem in (Unpublished.CHANGED, Unpublished.FOREIGN_RELEASE, Unpublished.OVER_PUBLIC) else DRAFT,
        reasons=explain(judge(PLAN, FAILED)) if problem is Unpublished.RED else (),
    )


def published(
    *assets: str, is_prerelease: bool = False, is_latest: bool = False, is_immutable: bool = False
) -> ReleaseIsPublished:
    return ReleaseIsPublished(
        tag="v1.0.0",
        url=URL,
        assets=assets,
        is_prerelease=is_prerelease,
        is_latest=is_latest,
        is_immutable=is_immutable,
    )


PUBLISH_SAMPLES: Final[tuple[Message, ...]] = (
    NotTagged(tag="v1.0.0", version="1.0.0"),
    AlreadyPublished(tag="v1.0.0", url=URL, assets=3),
    AlreadyPublished(tag="v1.0.0", url=URL, assets=1),
    PublishPending(tag="v1.0.0", missing=(), draft_url=""),
    PublishPending(tag="v1.0.0", missing=("*.dmg", "a file of checksums"), draft_url=DRAFT),
    PublishPending(tag="v1.0.0", missing=tuple(f"file-{number}.bin" for number in range(30)), draft_url=DRAFT),
    published(*FILES, is_latest=True),
    published(DMG, is_prerelease=True, is_immutable=True),
    published(),
    published(*(f"file-{number}.bin" for number in range(30))),
    *map(not_published, Unpublished),
    PublishedByOthers(tag="v1.0.0", url=URL, by="octocat", is_green=True),
    PublishedByOthers(tag="v1.0.0", url=URL, by="octocat", is_green=False),
)
