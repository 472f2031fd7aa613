"""Acting as those who make releases on the simulated GitHub: people, and workflows that upload what they built."""

from collections.abc import Mapping

from app.sim.doing import assets, releases
from app.sim.doing.assets import File
from app.sim.doing.releases import Said
from app.sim.state import ROLES, Actor, Asset, GitHubRelease, Repo, WorkflowRun
from app.sim.wire import not_found
from app.sim.world import World

WORKFLOWS = "github-actions[bot]"
"""The login under which a workflow acts with its own token."""


class Publishing(World):
    """The world with hands for releases. Repositories are named `owner/name`, people by login."""

    def _pusher(self, repo: Repo, login: str) -> Actor:
        """Return somebody who may push; GitHub shows others no way to make a release."""
        who = self.person(login)
        if who.app is None and ROLES.index(self.role(repo, who.user)) < ROLES.index("write"):
            raise not_found()
        return who

    def releases(self, repo: Repo | str) -> list[GitHubRelease]:
        """Return the releases and drafts of a repository, oldest first."""
        return list(self.repo(repo).releases.values())

    def draft_release(
        self, repo: Repo | str, tag: str, *, by: str, name: str = "", body: str = "", target: str | None = None
    ) -> GitHubRelease:
        """Make a draft as a person."""
        place = self.repo(repo)
        said = Said(tag=tag, name=name, body=body, target=target, draft=True)
        return releases.create(self, place, said, self._pusher(place, by))

    def upload_asset(
        self, repo: Repo | str, release: int, name: str, data: bytes, *, by: str, has_digest: bool = True
    ) -> Asset:
        """Upload a file to a release or draft as a person."""
        place = self.repo(repo)
        file = File(name=name, data=data, has_digest=has_digest)
        return assets.upload(self, place.releases[release], file, self._pusher(place, by))

    def delete_asset(self, repo: Repo | str, release: int, name: str, *, by: str) -> None:
        """Delete a file of a release as a person. Raises StopIteration where there is none of that name."""
        place = self.repo(repo)
        self._pusher(place, by)
        one = place.releases[release]
        assets.delete(one, next(each for each in one.assets.values() if each.name == name))

    def edit_release(
        self, repo: Repo | str, release: int, *, by: str, name: str | None = None, body: str | None = None
    ) -> None:
        """Change what a release says as a person."""
        place = self.repo(repo)
        who = self._pusher(place, by)
        releases.update(self, place, place.releases[release], Said(name=name, body=body), who)

    def publish_release(self, repo: Repo | str, release: int, *, by: str, make_latest: str = "true") -> None:
        """Publish a draft as a person."""
        place = self.repo(repo)
        said = Said(draft=False, make_latest=make_latest)
        releases.update(self, place, place.releases[release], said, self._pusher(place, by))

    def delete_release(self, repo: Repo | str, release: int, *, by: str) -> None:
        """Delete a release or draft as a person."""
        place = self.repo(repo)
        releases.delete(self, place, place.releases[release], self._pusher(place, by))

    def ships(
        self, workflow: str, files: Mapping[str, bytes], *, task: str | None = None, tag: str = "v{version}"
    ) -> None:
        """Let runs of a workflow file that succeed upload files to the release of a tag, from now on.

        `{version}` in names, files and tag is the run's input of that name. The draft is made where there is none; a
        file that is there already is replaced.
        """

        def ship(repo: Repo, run: WorkflowRun) -> None:
            fits = run.workflow.path.endswith(f"/{workflow}") and task in (None, run.inputs.get("task"))
            if fits and run.conclusion == "success":
                version = str(run.inputs.get("version", ""))
                named = {
                    name.replace("{version}", version): data.replace(b"{version}", version.encode())
                    for name, data in files.items()
                }
                self._ship(repo, tag.replace("{version}", version), named)

        self.when_runs_end.append(ship)

    def _ship(self, repo: Repo, tag: str, files: Mapping[str, bytes]) -> None:
        found = [one for one in repo.releases.values() if one.tag == tag]
        one = found[-1] if found else self.draft_release(repo, tag, by=WORKFLOWS, name=tag)
        for name, data in files.items():
            if any(each.name == name for each in one.assets.values()):
                self.delete_asset(repo, one.id, name, by=WORKFLOWS)
            self.upload_asset(repo, one.id, name, data, by=WORKFLOWS)
