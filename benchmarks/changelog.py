"""`gonogo changelog` beside git-cliff: of one generated history the same commits in the same groups, and how soon.

Both run as whole processes, in turns. git-cliff gets a configuration with our titles, since its own are others.
"""

import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any, Final

from app.domain.notes.kinds import OTHER, TITLES
from benchmarks.report import Report
from benchmarks.size import Size

_BIN: Final = Path(sys.executable).parent
_SPAN: Final = "v1.0.0..main"
_TYPES: Final = ("feat", "fix", "perf", "docs", "refactor", "style", "test", "build", "ci", "chore", "wip")
_SCOPES: Final = ("", "core", "ui", "audio", "deps")
_REVERT_EVERY: Final = 500
_CONFIG: Final = """
[git]
conventional_commits = true
filter_unconventional = false
commit_parsers = [
{parsers}
]
"""


class Differs(Exception):
    """The two do not tell the same, and nothing explains it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """What came of it: seconds of a whole process (medians), and what one tells and the other does not."""

    commits: int
    ours: float
    theirs: float
    taken_back: int  # commits that git-cliff lists and we drop: changes that were reverted, and their reverts


def measure(report: Report, size: Size, folder: Path) -> None:
    """Tell one history with both, and add the rows. Exits with 1 where they do not tell the same."""
    try:
        found = compare(folder, size.commits, size.starts)
    except Differs as error:
        raise SystemExit(f"WRONG: gonogo changelog and git-cliff differ: {error}") from error
    report.section()
    report.add("changelog_seconds", found.ours, f"{{:.2f}} s for {found.commits:,} commits, the whole process")
    report.add("git_cliff_seconds", found.theirs, "{:.2f} s", f"ours {found.ours / found.theirs:.2f} x")
    words = "{:.0f} commits that git-cliff lists and we drop: reverted, and the reverts"
    report.add("changelog_differences", found.taken_back, words)


def compare(folder: Path, commits: int, repeats: int) -> Compared:
    """Make a history, have both tell it, and compare. Raises Differs, and CalledProcessError where one fails."""
    repo = folder / "history"
    _make(repo, commits)
    (repo / "cliff.toml").write_text(_config(), "utf-8")
    ours = _ours(json.loads(_run(repo, "gonogo", "changelog", _SPAN, "--format", "json")))
    theirs = _theirs(json.loads(_run(repo, "git-cliff", "--context", _SPAN)))
    taken_back = _explained(repo, ours, theirs)
    taken: dict[str, list[float]] = {"gonogo": [], "git-cliff": []}
    for _ in range(repeats):
        for command in (("gonogo", "changelog", _SPAN), ("git-cliff", _SPAN)):
            began = time.perf_counter()
            _run(repo, *command)
            taken[command[0]].append(time.perf_counter() - began)
    return Compared(
        commits=commits,
        ours=median(taken["gonogo"]),
        theirs=median(taken["git-cliff"]),
        taken_back=taken_back,
    )


def _explained(repo: Path, ours: Mapping[str, str], theirs: Mapping[str, str]) -> int:
    """Return how many commits only git-cliff lists: all of them reverts and what they took back. Raises Differs."""
    other = {sha: (group, theirs.get(sha)) for sha, group in ours.items() if theirs.get(sha) != group}
    if other:
        raise Differs(f"{len(other)} commits stand elsewhere, such as {next(iter(other.items()))}")
    only = theirs.keys() - ours.keys()
    log = _run(repo, "git", "log", "--format=%H %s%x00%b%x01", _SPAN)
    pairs: set[str] = set()
    for entry in log.split("\x01"):
        sha, _, said = entry.strip().partition(" ")
        if "This reverts commit" in said:
            pairs |= {sha, said.partition("This reverts commit ")[2][:40]}
    if only != pairs:
        raise Differs(f"{len(only ^ pairs)} commits are left out by one of both, such as {next(iter(only ^ pairs))}")
    return len(only)


def _ours(told: Mapping[str, Any]) -> Mapping[str, str]:
    return {change["sha"]: change["group"] for change in told["changes"]}


def _theirs(told: Sequence[Mapping[str, Any]]) -> Mapping[str, str]:
    return {commit["id"]: commit["group"] for release in told for commit in release["commits"]}


def _config() -> str:
    parsers = [f'{{ message = "^Revert", group = "{TITLES["revert"]}" }}']
    parsers += [f'{{ message = "^(fix|build|chore)\\\\(deps\\\\)", group = "{TITLES["deps"]}" }}']
    parsers += [f'{{ message = "^{kind}", group = "{title}" }}' for kind, title in TITLES.items()]
    parsers += [f'{{ message = ".*", group = "{OTHER}" }}']
    return _CONFIG.format(parsers=",\n".join(parsers))


def _make(repo: Path, commits: int) -> None:
    """Make a repository with a tag and so many commits after it, through git's own door for that."""
    repo.mkdir()
    _run(repo, "git", "init", "--quiet")
    stream = "".join(_stream(commits)).encode()
    _run(repo, "git", "fast-import", "--quiet", "--export-marks=.git/marks", sent=stream)
    _run(repo, "git", "symbolic-ref", "HEAD", "refs/heads/main")
    _run(repo, "git", "tag", "v1.0.0", _run(repo, "git", "rev-list", "--max-parents=0", "main").strip())
    last = commits + 1
    marks = dict(line.split() for line in (repo / ".git/marks").read_text().splitlines())
    reverts = range(_REVERT_EVERY, commits, _REVERT_EVERY)
    more = "".join(
        _commit(last + 1 + number, last + number, f'Revert "change {at}"\n\nThis reverts commit {marks[f":{at}"]}.')
        for number, at in enumerate(reverts)
    ).replace(f"from :{last}\n", "from refs/heads/main^0\n")
    _run(repo, "git", "fast-import", "--quiet", sent=more.encode())


def _stream(commits: int) -> Iterator[str]:
    dice = random.Random(4)  # noqa: S311 - the same history each time
    yield _commit(1, 0, "chore: begin")
    for number in range(2, commits + 2):
        scope, sign = dice.choice(_SCOPES), "!" if dice.random() < 0.01 else ""  # noqa: PLR2004 - one of a hundred
        header = f"{dice.choice(_TYPES)}{f'({scope})' if scope else ''}{sign}: change number {number} of the program"
        footer = "\n\nBREAKING CHANGE: the old way is gone" if dice.random() < 0.01 else ""  # noqa: PLR2004 - the same
        yield _commit(number, number - 1, f"{header}\n\nSome words about why it was done.{footer}\n\nRefs: #{number}")


def _commit(mark: int, parent: int, message: str) -> str:
    sent = f"{message}\n"
    who = f"Developer {mark % 40} <dev{mark % 40}@example.com> {1_700_000_000 + mark * 60} +0000"
    begun = f"commit refs/heads/main\nmark :{mark}\ncommitter {who}\ndata {len(sent.encode())}\n{sent}"
    return (
        begun + (f"from :{parent}\n" if parent else "") + f"M 100644 inline f{mark % 50}.txt\ndata 3\n{mark % 10}x\n\n"
    )


def _run(repo: Path, command: str, *words: str, sent: bytes | None = None) -> str:
    known = _BIN / command
    told = subprocess.run(  # noqa: S603 - the commands of this file
        [str(known) if known.exists() else command, *words],
        cwd=repo,
        input=sent,
        capture_output=True,
        check=True,
        env={**os.environ, "NO_COLOR": "1"},
    )
    return told.stdout.decode()
