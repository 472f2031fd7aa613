"""The evidence of a release that is public: that it is, and each of its files."""

from fnmatch import fnmatchcase

from app.domain.plan.model import Item
from app.domain.release.items import Evidence, ItemStanding, State
from app.domain.release.model import Release


def by_release(item: Item, release: Release) -> ItemStanding:
    """Return how an item stands that waits for the published release."""
    public = release.published
    if public is None or public.commit != release.target.sha:
        return _going_on(item, release)
    what = f"{public.tag}, published with {len(public.assets)} files, each checked"
    evidence = Evidence(what=what, url=public.url, sha=public.commit, at=public.at)
    return ItemStanding(item=item, state=State.DONE, evidence=evidence, url=public.url)


def by_asset(item: Item, pattern: str, release: Release) -> ItemStanding:
    """Return how an item stands that waits for a file of the published release."""
    public = release.published
    if public is None or public.commit != release.target.sha:
        return _going_on(item, release)
    found = next((asset for asset in public.assets if fnmatchcase(asset.name, pattern)), None)
    if found is None:
        why = f"no file of the published release is named {pattern}"
        return ItemStanding(item=item, state=State.FAILED, found=why, url=public.url)
    what = f"{found.name}, SHA-256 {found.digest[:12]}"
    evidence = Evidence(what=what, url=public.url, sha=public.commit, at=public.at)
    return ItemStanding(item=item, state=State.DONE, evidence=evidence, url=public.url)


def _going_on(item: Item, release: Release) -> ItemStanding:
    asked = release.publishing
    if asked is None:
        return ItemStanding(item=item, state=State.OPEN)
    if asked.is_pending:
        waits = f"waits for {', '.join(asked.missing[:3])}" if asked.missing else "being published"
        return ItemStanding(item=item, state=State.RUNNING, found=waits, url=asked.draft_url or None)
    return ItemStanding(item=item, state=State.FAILED, found=f"not published: {asked.reason}")
