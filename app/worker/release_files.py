"""The files of a release: waited for, made where the bot makes them, and every one held against its checksum."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from app.domain.checksums import (
    LIMIT,
    BadChecksums,
    Differences,
    compare,
    is_checksums_name,
    read_checksums,
    write_checksums,
)
from app.domain.plan.model import Checksums, Plan
from app.domain.release.effects import PublishRelease
from app.domain.release.expected import checksums_name, missing_files, notes_name, own_names
from app.domain.release.model import Release
from app.domain.release.no_publish import FilesAwaited, NotPublished, Unpublished
from app.domain.release.published import Served
from app.domain.values import Repo
from app.ports import HostedAsset, HostedRelease, Rejected, ReleaseHost
from app.worker.release_drafts import Drafts
from app.worker.workbench import Workbench

_LARGEST: Final = 2 * 1024**3  # bytes of a file that GitHub takes
_BROKEN_OFF: Final = timedelta(minutes=15)
"""An upload that is not done for so long was broken off: the name it holds is set free."""

_SIGNATURES: Final = (".asc", ".sig", ".pem", ".sigstore", ".sigstore.json")
"""Endings of what may stand beside a list of checksums without being in it."""

_TOO_LARGE: Final = 413
_MOST_KNOWN: Final = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What is being published."""

    effect: PublishRelease
    release: Release
    plan: Plan
    hosted: HostedRelease

    @property
    def repo(self) -> Repo:
        """Return where."""
        return self.effect.repo


class Files:
    """Checks files. On a draft it makes what is missing of the bot's own; of a public release it changes nothing."""

    def __init__(self, host: ReleaseHost, drafts: Drafts, bench: Workbench) -> None:
        self._host = host
        self._drafts = drafts
        self._bench = bench
        self._digests: dict[int, str] = {}  # of files whose digest GitHub does not tell: an id's bytes never change

    async def check(self, of: Subject) -> tuple[Served, ...] | FilesAwaited | NotPublished:
        """Return all files with their digests, once each is there and has the bytes that it should. Raises GitHubError.

        Whatever is not so keeps the release from being published, or is waited for.
        """
        assets = await self._own(of, await self._without_broken(of, await self._host.assets_of(of.repo, of.hosted.id)))
        whole = [asset for asset in assets if asset.is_whole]
        going_on = [f"{asset.name} (its upload is not done)" for asset in assets if not asset.is_whole]
        missing = missing_files(of.plan, of.release.version, [asset.name for asset in whole])
        if missing or going_on:
            return self._awaited(of, [*going_on, *missing])
        digests = await self._all_digests(of, whole)
        if isinstance(digests, NotPublished):
            return digests
        return await self._compared(of, whole, digests)

    async def unchanged(self, of: Subject, checked: Sequence[Served]) -> bool:
        """Whether the files are still the ones that were checked."""
        now = await self._host.assets_of(of.repo, of.hosted.id)
        digests = {asset.name: asset.digest or self._digests.get(asset.id) for asset in now if asset.is_whole}
        return len(now) == len(checked) and digests == {one.name: one.digest for one in checked}

    # -- what the bot makes ---------------------------------------------------------------------------------

    async def _without_broken(self, of: Subject, assets: Sequence[HostedAsset]) -> list[HostedAsset]:
        """Set free the names of files whose upload was broken off: ours at once, those of others after a while."""
        own = own_names(of.plan, of.release.version)
        left: list[HostedAsset] = []
        for asset in assets:
            is_old = self._bench.clock.now() - asset.created_at > _BROKEN_OFF
            is_own = asset.name in own and await self._is_ours(of, asset)
            if asset.is_whole or not of.hosted.is_draft or not (is_old or is_own):
                left.append(asset)
            else:
                await self._host.delete_asset(of.repo, asset.id)
        return left

    async def _own(self, of: Subject, assets: list[HostedAsset]) -> list[HostedAsset]:
        """Add the notes as a file, where the plan wants that and they are not there."""
        name = notes_name(of.plan, of.release.version)
        if not of.plan.publish.notes or not of.hosted.is_draft or any(asset.name == name for asset in assets):
            return assets
        notes = (await self._drafts.notes(of.release, of.plan)).encode()
        return [*assets, await self._host.upload_asset(of.repo, of.hosted, name, notes)]

    async def _list(self, of: Subject, whole: list[HostedAsset], digests: dict[str, str]) -> None:
        """Make the bot's own checksums, anew where they are not of just these files. A list of others stays theirs."""
        name = checksums_name(of.plan, of.release.version)
        lists = [asset for asset in whole if is_checksums_name(asset.name)]
        own = [asset for asset in lists if asset.name == name and await self._is_ours(of, asset)]
        listed = {one: digest for one, digest in digests.items() if one not in {asset.name for asset in own}}
        is_wanted = of.plan.publish.checksums is Checksums.GENERATE and listed and of.hosted.is_draft
        if not is_wanted or lists != own:
            return
        text = write_checksums(listed).encode()
        if digests.get(name) == hashlib.sha256(text).hexdigest():
            return
        for old in own:
            await self._host.delete_asset(of.repo, old.id)
            whole.remove(old)
        whole.append(await self._host.upload_asset(of.repo, of.hosted, name, text))
        digests[name] = hashlib.sha256(text).hexdigest()

    async def _is_ours(self, of: Subject, asset: HostedAsset) -> bool:
        """Whether the bot has uploaded it: a file of others is theirs, whatever its name."""
        return asset.by == (await self._bench.github.own_account(of.repo)).login

    # -- the bytes --------------------------------------------------------------------------------------------

    async def _all_digests(self, of: Subject, whole: Sequence[HostedAsset]) -> dict[str, str] | NotPublished:
        digests: dict[str, str] = {}
        for asset in whole:
            digest = asset.digest or self._digests.get(asset.id)
            if digest is None:
                try:
                    digest = await self._host.asset_digest(of.repo, asset.id, _LARGEST)
                except Rejected as error:
                    if error.status != _TOO_LARGE:
                        raise
                    return NotPublished(problem=Unpublished.TOO_LARGE, names=(asset.name,), url=of.hosted.url)
                if len(self._digests) >= _MOST_KNOWN:
                    self._digests.clear()
                self._digests[asset.id] = digest
            digests[asset.name] = digest
        return digests

    async def _compared(
        self, of: Subject, whole: list[HostedAsset], digests: dict[str, str]
    ) -> tuple[Served, ...] | FilesAwaited | NotPublished:
        if of.plan.publish.checksums is not Checksums.NONE and digests:
            await self._list(of, whole, digests)
            lists = [asset for asset in whole if is_checksums_name(asset.name)]
            if len(lists) != 1:
                problem = Unpublished.SEVERAL_LISTS if lists else Unpublished.EXTRA
                names = tuple(asset.name for asset in lists or whole)
                return NotPublished(problem=problem, names=names, url=of.hosted.url)
            found = await self._differences(of, lists[0], whole, digests)
            if isinstance(found, NotPublished):
                return found
            if found.wrong or found.extra:
                problem = Unpublished.WRONG if found.wrong else Unpublished.EXTRA
                return NotPublished(problem=problem, names=found.wrong or found.extra, url=of.hosted.url)
            if found.missing:
                return self._awaited(of, found.missing)
        return tuple(Served(name=asset.name, size=asset.size, digest=digests[asset.name]) for asset in whole)

    async def _differences(
        self, of: Subject, listing: HostedAsset, whole: Sequence[HostedAsset], digests: Mapping[str, str]
    ) -> Differences | NotPublished:
        try:
            data = await self._host.asset_bytes(of.repo, listing.id, LIMIT)
        except Rejected as error:
            if error.status != _TOO_LARGE:
                raise
            data = b""
        read = read_checksums(data)
        if isinstance(read, BadChecksums) or hashlib.sha256(data).hexdigest() != digests[listing.name]:
            why = read if isinstance(read, BadChecksums) else BadChecksums(line=0, why="its own bytes are wrong")
            where = f"{listing.name}, line {why.line}: " if why.line else f"{listing.name}: "
            return NotPublished(problem=Unpublished.BAD_LIST, detail=where + why.why, url=of.hosted.url)
        # what signs the list cannot be in it; nor can the notes, where the bot has made them
        signatures = [f"{listing.name}{ending}" for ending in _SIGNATURES]
        names = own_names(of.plan, of.release.version)
        own = [asset.name for asset in whole if asset.name in names and await self._is_ours(of, asset)]
        return compare(read, digests, [listing.name, *own, *signatures])

    @staticmethod
    def _awaited(of: Subject, missing: Sequence[str]) -> FilesAwaited:
        return FilesAwaited(missing=tuple(missing), draft_url=of.hosted.url)
