"""What the demo's stage is set with: the White Room, its plan and workflows, and how long things take there."""

from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from fastapi import FastAPI

from app.domain.plan.model import Plan
from app.domain.plan.reader import read_plan
from app.ports import Clock
from app.sim.github import SimGitHub
from app.sim.scenario import Room, white_room
from app.sim.stage.hands import Hands
from app.sim.stage.page import make_web
from app.sim.stage.pushes import PLAN_PATH
from app.sim.stage.telling import Telling
from app.sim.world import Pace

REPO: Final = "white-room/daw"
FAILS_FIRST: Final = "benchmark-all"
"""The task whose first run fails, so that a visitor sees a red that turns green."""

ENVIRONMENT: Final = "production"
"""The environment at whose door GitHub asks the App."""

INSTALLERS: Final = {
    "white_room-{version}-macos-universal.dmg": b"White Room for macOS",
    "white_room-{version}-windows-x64.exe": b"White Room for Windows",
    "white_room-{version}-ios.ipa": b"White Room for iOS and tvOS",
}
"""What `assets.yml` puts into the draft of the release, beside the checksums: the least that can be checked."""

_FILES: Final = Path(__file__).parent / "files"
_EXAMPLE: Final = Path(__file__).parents[2] / "examples" / "white_room"


@dataclass(kw_only=True)
class Stage:
    """A simulated GitHub with a page, and what the service needs to be its App."""

    room: Room
    github: SimGitHub
    clock: Clock
    speed: float
    telling: Telling = field(default_factory=Telling)

    @property
    def app_id(self) -> int:
        """The App's id."""
        return self.room.app.id

    @property
    def private_key_pem(self) -> str:
        """The App's private key."""
        return self.room.private_key

    @property
    def webhook_secret(self) -> str:
        """The secret that webhooks are signed with."""
        return self.room.webhook_secret

    @cached_property
    def signing_key(self) -> bytes:
        """A private SSH key that signs tags in this demo, in OpenSSH's form."""
        return Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())

    @cached_property
    def hands(self) -> Hands:
        """What people do here."""
        return Hands(self.github, self.room, self.telling, speed=self.speed)

    @cached_property
    def plan(self) -> Plan:
        """The release plan, as its file is read."""
        return read_plan(_text(_EXAMPLE / "release-plan.md"), path=PLAN_PATH)

    @cached_property
    def web(self) -> FastAPI:
        """The page and the REST API (below `/api/v3`) as one ASGI application, for loopback only."""
        return make_web(self.github, self.room, self.telling, self.hands, self.plan)


def build_stage(clock: Clock, *, speed: float = 1.0) -> Stage:
    """Build the stage. `speed` 2.0 makes everything on the simulated GitHub take half as long."""
    github = SimGitHub(clock)
    github.pace = Pace(queue=0.6 / speed, job=2.0 / speed, cancel=0.5 / speed)
    _set_outcomes(github, speed)
    files = {f".github/workflows/{name}": _text(_FILES / name) for name in ("ci.yml", "docs.yml", "assets.yml")}
    files[".github/workflows/release.yml"] = _text(_EXAMPLE / "release.yml")
    room = white_room(github, plan=_text(_EXAMPLE / "release-plan.md"), files=files, name=REPO)
    return Stage(room=room, github=github, clock=clock, speed=speed)


def _set_outcomes(github: SimGitHub, speed: float) -> None:
    """Say how long jobs take, so that boxes tick one after another; and what fails at first."""
    for workflow, seconds in (("ci.yml", 2.0), ("docs.yml", 4.0), ("assets.yml", 2.0)):
        github.outcome(workflow, conclusion="success", seconds=seconds / speed)
    for task, seconds in (("build-release", 3.0), ("sign", 2.5), ("test-release-builds", 4.0)):
        github.outcome("release.yml", task=task, conclusion="success", seconds=seconds / speed)
    for job, seconds in (("notarize (intel)", 2.5), ("notarize (arm)", 4.0)):
        github.outcome("release.yml", task="notarize", job=job, conclusion="success", seconds=seconds / speed)
    sums = "".join(f"{sha256(data).hexdigest()}  {name}\n" for name, data in INSTALLERS.items())
    github.ships("assets.yml", {**INSTALLERS, "white_room-{version}-checksums.txt": sums.encode()})
    github.outcome("release.yml", task=FAILS_FIRST, conclusion="failure", seconds=2.0 / speed)


def _text(file: Path) -> str:
    return file.read_text("utf-8")
