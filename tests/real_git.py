"""The real git, ssh-keygen and gpg, for what only they can tell: whether they take a tag of ours for a good one."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

TOOLS = ("git", "ssh-keygen", "gpg")


def need_tools(*tools: str) -> None:
    """Skip the test where a program is missing, with the reason; where CI asks for all of them it fails."""
    missing = [tool for tool in tools or TOOLS if shutil.which(tool) is None]
    if not missing:
        return
    reason = f"there is no {', '.join(missing)} here (on Debian: apt install git openssh-client gnupg)"
    if os.environ.get("CI_REQUIRE_GIT") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


@dataclass(frozen=True)
class Said:
    """What a program answered."""

    code: int
    text: str

    @property
    def is_good(self) -> bool:
        return self.code == 0


@dataclass(frozen=True)
class RealRepo:
    """A real git repository in a folder of its own, that knows no settings of this machine."""

    folder: Path
    gnupg: Path | None = None

    def git(self, *args: str, data: bytes = b"", at: str = "1700000000 +0000") -> Said:
        """Run git there."""
        return run(["git", *args], self.folder, data, self.gnupg, at)

    def made(self, *args: str, data: bytes = b"", at: str = "1700000000 +0000") -> str:
        """Run git there, which must succeed, and return what it printed."""
        said = self.git(*args, data=data, at=at)
        assert said.is_good, said.text
        return said.text.strip()

    def commit(self, *, name: str = "notes.txt", text: str = "Hello\n", message: str = "Begin") -> str:
        """Make a commit and return its id."""
        (self.folder / name).write_text(text)
        self.made("add", name)
        self.made("commit", "-m", message)
        return self.made("rev-parse", "HEAD")

    def put_tag(self, name: str, data: bytes) -> str:
        """Write a tag object of these bytes, point a tag at it, and return its id."""
        made = self.made("hash-object", "-t", "tag", "-w", "--stdin", data=data)
        self.made("update-ref", f"refs/tags/{name}", made)
        return made

    def verify(self, name: str, *, signers: str = "") -> Said:
        """`git tag -v`, with these allowed signers for SSH."""
        if not signers:
            return self.git("tag", "-v", name)
        allowed = self.folder / "allowed_signers"
        allowed.write_text(signers)
        return self.git("-c", "gpg.format=ssh", "-c", f"gpg.ssh.allowedSignersFile={allowed}", "tag", "-v", name)


def run(command: Sequence[str], folder: Path, data: bytes = b"", gnupg: Path | None = None, at: str = "") -> Said:
    """Run a program with no settings but ours."""
    who = {"NAME": "gonogo[bot]", "EMAIL": "gonogo@example.com", "DATE": at}
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "LC_ALL": "C.UTF-8",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GNUPGHOME": str(gnupg or folder / "no-gnupg"),
        **{f"GIT_{part}_{key}": value for part in ("AUTHOR", "COMMITTER") for key, value in who.items()},
    }
    done = subprocess.run(  # noqa: S603 - the command is a test's own
        command, cwd=folder, env=environment, input=data, capture_output=True, check=False, timeout=60
    )
    return Said(code=done.returncode, text=(done.stdout + done.stderr).decode("utf-8", "replace"))


@pytest.fixture
def gnupg() -> Iterator[Path]:
    """A home for gpg, by a short name: its agent's socket stands there, and may have a path of 107 bytes at most."""
    with tempfile.TemporaryDirectory(prefix="gpg-", dir="/tmp") as folder:
        yield Path(folder)


def make_repo(folder: Path, gnupg: Path | None = None) -> RealRepo:
    """Make an empty repository."""
    folder.mkdir(parents=True, exist_ok=True)
    repo = RealRepo(folder=folder, gnupg=gnupg)
    repo.made("init", "--quiet", "--initial-branch=main")
    return repo


def ssh_key(folder: Path, kind: str = "ed25519", passphrase: str = "") -> Path:
    """Make an SSH key with ssh-keygen and return its file."""
    path = folder / f"key-{kind}-{len(list(folder.glob('key-*')))}"
    kind, _, bits = kind.partition("-")
    command = [
        "ssh-keygen",
        "-q",
        "-t",
        kind,
        *(["-b", bits] if bits else []),
        "-N",
        passphrase,
        "-C",
        "",
        "-f",
        str(path),
    ]
    said = run(command, folder)
    assert said.is_good, said.text
    return path


@dataclass(frozen=True)
class Gpg:
    """gpg with a home of its own. The path must be short: gpg's agent listens in it."""

    home: Path

    def run(self, *args: str, data: bytes = b"") -> Said:
        return run(["gpg", "--batch", "--pinentry-mode", "loopback", *args], self.home, data, self.home)

    def key(self, who: str, kind: str) -> bytes:
        """Make a key for signing and return it armoured, secret half and all."""
        made = self.run("--passphrase", "", "--quick-gen-key", who, kind, "sign")
        assert made.is_good, made.text
        out = self.home / "secret.asc"
        told = self.run("--passphrase", "", "--yes", "--armor", "--output", str(out), "--export-secret-keys", who)
        assert told.is_good, told.text
        return out.read_bytes()

    def close(self) -> None:
        """End gpg's agent."""
        run(["gpgconf", "--kill", "all"], self.home, gnupg=self.home)
