"""A clone on this machine: its history and files, read by git itself."""

import os
import re
import subprocess  # nosec B404 # git is run with it, once, below
from collections.abc import Sequence
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from app.domain.notes.history import TEMPLATE_PATH, Commit, Gathered, History
from app.domain.notes.local import author_of, with_pulls
from app.domain.notes.rules import RULES_PATH
from app.domain.values import Sha

MOST_COMMITS: Final = 200_000
_SECONDS: Final = 300.0
_FILE: Final = 1024 * 1024  # bytes
_FIELDS: Final = 5
_FORMAT: Final = "--format=%H%x00%P%x00%aN%x00%aE%x00%B"
_REF: Final = re.compile(r"[^\0- ~:?*\[\\\x7f.-][^\0- :?*\[\\\x7f]{0,254}")
"""What can name a commit: no dash at its beginning, by which git would take it for an option, no dot, nothing blank."""
_REMOTE: Final = re.compile(r"(?:ssh://)?(?:[\w.-]+@)?(?P<host>[\w.-]+)[:/](?P<path>[\w.-]+/[\w.-]+?)(?:\.git)?/?")


class GitTrouble(Exception):
    """What was asked for cannot be had from the clone. The text is for people."""


class Clone:
    """A repository on this machine. Its own settings can start no program here: nothing is compared or shown."""

    def __init__(self, path: Path) -> None:
        self._path = path
        if not path.is_dir():
            raise GitTrouble(f"{path} is no folder")
        self._is_shallow = self._said("rev-parse", "--is-shallow-repository").strip() == b"true"

    def commit(self, ref: str) -> Sha:
        """Return the commit that a ref names. Raises GitTrouble."""
        if not _REF.fullmatch(ref) or ".." in ref or "@{" in ref:
            raise GitTrouble(f"{ref!r} cannot be the name of a commit")
        found = self._run("rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}")
        if found.returncode:
            raise GitTrouble(f"there is no commit {ref} in {self._path}{self._shallow()}")
        return Sha(found.stdout.decode().strip())

    def since(self, base: str | None, head: str) -> Gathered:
        """Return what a commit has and another has not, with the files for notes as they stand there."""
        at = self.commit(head)
        span = [f"^{self.commit(base)}"] if base else []
        if self._is_shallow and (base is None or not self._is_whole(span, at)):
            raise GitTrouble(
                f"{self._path} is a shallow clone: its history ends too early. `git fetch --unshallow` gets it"
            )
        options = ("-z", "--topo-order", f"--max-count={MOST_COMMITS}", "--encoding=UTF-8", _FORMAT)
        commits = _commits(self._said("log", *options, "--end-of-options", at, *span))
        history = History(base=base, head=at, commits=with_pulls(commits[::-1]), is_cut=len(commits) == MOST_COMMITS)
        return Gathered(history=history, rules=self._file(at, RULES_PATH), template=self._file(at, TEMPLATE_PATH))

    def people_before(self, base: str) -> frozenset[str]:
        """Return the keys of all authors of what a commit comes from."""
        told = self._said("log", "-z", "--format=%aN%x00%aE", "--end-of-options", self.commit(base))
        parts = told.decode("utf-8", "replace").split("\0")
        return frozenset(
            author_of(name, mail).key for name, mail in dict.fromkeys(zip(parts[::2], parts[1::2], strict=False))
        )

    def site(self) -> str:
        """Return the web address of the repository that the clone is of, empty where nothing tells it."""
        told = self._run("config", "--get", "remote.origin.url").stdout.decode("utf-8", "replace").strip()
        if told.startswith(("https://", "http://")):
            parts = urlsplit(told)
            return f"{parts.scheme}://{parts.hostname}{parts.path.removesuffix('/').removesuffix('.git')}"
        found = _REMOTE.fullmatch(told)
        return f"https://{found['host']}/{found['path']}" if found else ""

    def _is_whole(self, span: Sequence[str], at: Sha) -> bool:
        """Whether what is between two commits has been fetched: the history does not end in it."""
        ends = self._said("rev-list", "--max-parents=0", "--end-of-options", at, *span).split()
        kept = (self._git_folder() / "shallow").read_bytes().split() if ends else []
        return not set(ends) & set(kept)

    def _git_folder(self) -> Path:
        return Path(os.fsdecode(self._said("rev-parse", "--absolute-git-dir").strip()))

    def _file(self, at: Sha, path: str) -> str | None:
        found = self._run("cat-file", "blob", f"{at}:{path}")
        return None if found.returncode or len(found.stdout) > _FILE else found.stdout.decode("utf-8", "replace")

    def _shallow(self) -> str:
        return ", which is a shallow clone: `git fetch --unshallow --tags` gets the rest" if self._is_shallow else ""

    def _said(self, *words: str) -> bytes:
        found = self._run(*words)
        if found.returncode:
            why = found.stderr.decode("utf-8", "replace").strip().removeprefix("fatal: ").splitlines()
            raise GitTrouble(f"git cannot read {self._path}: {why[0][:300] if why else found.returncode}")
        return found.stdout

    def _run(self, *words: str) -> "subprocess.CompletedProcess[bytes]":
        quiet = ("--no-pager", "-c", "log.showSignature=false", "-c", "core.fsmonitor=false")
        # what a hook has set for its own repository is not for this one
        inherited = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith("GIT_") or name.startswith("GIT_CONFIG")
        }
        surroundings = {**inherited, "LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0", "GIT_NO_LAZY_FETCH": "1"}
        try:
            return subprocess.run(  # noqa: S603  # nosec B603 B607 # no shell, and every word that is not ours was looked at
                ["git", *quiet, "-C", str(self._path), *words],  # noqa: S607 - the git that people have
                capture_output=True,
                check=False,
                env=surroundings,
                stdin=subprocess.DEVNULL,
                timeout=_SECONDS,
            )
        except FileNotFoundError as error:
            raise GitTrouble("git is not installed, or not in the PATH") from error
        except subprocess.TimeoutExpired as error:
            raise GitTrouble(f"git took more than {_SECONDS:.0f} seconds") from error


def _commits(told: bytes) -> list[Commit]:
    """Read the log: five fields a commit, parted by what can stand in none of them."""
    fields = told.decode("utf-8", "replace").split("\0")
    return [
        Commit(
            sha=Sha(fields[at]),
            parents=tuple(Sha(parent) for parent in fields[at + 1].split()),
            author=author_of(fields[at + 2], fields[at + 3]),
            message=fields[at + 4],
        )
        for at in range(0, len(fields) - _FIELDS + 1, _FIELDS)
    ]
