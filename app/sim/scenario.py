"""The White Room, ready made: an organisation with people, a repository with a plan and CI, and the App installed."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from app.sim.github import SimGitHub
from app.sim.state import App, Installation, Repo

OWNER = "white-room"
SECRET = "a webhook secret for the simulation only"  # noqa: S105  # nosec B105 # it guards nothing
PEOPLE = {
    "release-manager": "maintain",
    "developer": "write",
    "devops": "write",
    "tech-lead": "maintain",
    "security-lead": "write",
    "product-manager": "triage",
    "reader": "read",
    "owner": "admin",
    "qa-lead": "write",
    "core-developer": "write",
    "performance-lead": "write",
    "support-lead": "triage",
    "writer": "triage",
}
"""Who is there, by login, and what role each has on the repository; `outsider` has none."""

TEAMS = {
    "tech-leads": "tech-lead",
    "security": "security-lead",
    "qa": "qa-lead",
    "support": "support-lead",
    "docs": "writer",
    "performance": "performance-lead",
    "core": "core-developer",
}
"""Teams of one person each, beside `engineering` with `devops` below it; none has a role on the repository."""

PLAN = "# Release {version}\n\n## Build\n\n- [ ] Built\n"
"""A plan of one item, for those who bring none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """What the White Room scenario made."""

    repo: Repo
    app: App
    installation: Installation
    private_key: str  # PEM
    webhook_secret: str


@cache
def app_key() -> tuple[str, str]:
    """Return the App's private and public key (PEM), made once in a process: it takes a while."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return private.decode(), public.decode()


def workflow_text(name: str) -> str:
    """Return the text of a workflow that comes with the scenario: `release.yml` or `ci.yml`."""
    return (Path(__file__).parent / "files" / name).read_text("utf-8")


def white_room(
    github: SimGitHub,
    *,
    plan: str = PLAN,
    files: Mapping[str, str] | None = None,
    name: str = f"{OWNER}/daw",
    app: App | None = None,
) -> Room:
    """Build the scenario. `files` come on top (a path that is there is replaced); give `app` for a second repository.

    The App's installation is on all of the owner's repositories. Nothing that was sent while building is kept, and
    no workflow has run yet.
    """
    private, public = app_key()
    repo = github.add_repo(name)
    for login, role in PEOPLE.items():
        github.collaborate(repo, login, role)
    github.add_user("outsider")
    owner = repo.owner.login
    if (owner, "devops") not in github.teams:
        github.add_team(owner, "engineering", ["tech-lead"])
        github.add_team(owner, "devops", ["devops"], parent="engineering")
        for slug, login in TEAMS.items():
            github.add_team(owner, slug, [login])
    base = {
        "README.md": "# White Room\n",
        ".github/release-plan.md": plan,
        ".github/workflows/release.yml": workflow_text("release.yml"),
        ".github/workflows/ci.yml": workflow_text("ci.yml"),
    }
    github.preload(repo, {**base, **(files or {})}, "Add the release plan", by="owner")
    app = app or github.add_app("go-no-go", owner=owner, public_key=public, webhook_secret=SECRET)
    one = github.installation_on(repo, app) or github.install(app, owner, by="owner")
    github.take()
    return Room(repo=repo, app=app, installation=one, private_key=private, webhook_secret=SECRET)
