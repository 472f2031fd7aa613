"""Ask for known vulnerabilities of what the lock files pin: `python -m tools.audit requirements.lock ...`.

Ends with 1 where there is one. Where nobody answers, on a machine without network or behind a mirror that tells of
packages only, it says so in one line and ends with 0: an audit that could not be made must not stop a release of ours,
and must not look like one that found nothing either.
"""

import json
import subprocess  # nosec B404 # pip-audit is run with it, below
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, cast

SECONDS: Final = 180
KNOWN: Final[Mapping[str, str]] = {}
"""Vulnerabilities that do not concern us, by their ids: each with the reason why."""


def run_pip_audit(lock: str) -> tuple[int, str, str]:
    """Return pip-audit's exit status, its answer as JSON, and what it had to say beside it."""
    ignored = [word for name in KNOWN for word in ("--ignore-vuln", name)]
    command = [sys.executable, "-m", "pip_audit", "--disable-pip", "--require-hashes", "--format", "json"]
    try:
        run = subprocess.run(  # noqa: S603  # nosec B603 # no shell, and words of our own
            [*command, "--progress-spinner", "off", "--timeout", "10", *ignored, "--requirement", lock],
            capture_output=True,
            text=True,
            check=False,
            timeout=SECONDS,
        )
    except subprocess.TimeoutExpired:
        return 1, "", f"no answer within {SECONDS} seconds"
    return run.returncode, run.stdout, run.stderr


def judge(lock: str, said: str, beside: str) -> tuple[bool, str]:
    """Return whether a lock file may pass, and the line to print about it."""
    try:
        dependencies = cast("Sequence[Mapping[str, object]]", json.loads(said)["dependencies"])
    except (ValueError, LookupError, TypeError):
        why = (beside.strip().splitlines() or ["pip-audit gave no answer"])[-1]
        return True, f"{lock}: not audited, nobody could be asked ({why[:160]})"
    asked = [one for one in dependencies if "skip_reason" not in one]
    found = [
        f"{one['name']} {one['version']}: {vulnerability['id']}, mended in {', '.join(vulnerability['fix_versions'])}"
        for one in asked
        for vulnerability in cast("Sequence[Mapping[str, list[str]]]", one.get("vulns", ()))
    ]
    if found:
        return False, "\n".join((f"{lock}: known vulnerabilities", *(f"  {line}" for line in found)))
    if not asked:
        return True, f"{lock}: not audited, whoever answers here tells of no vulnerabilities"
    if len(asked) < len(dependencies):
        return True, f"{lock}: audited only {len(asked)} of {len(dependencies)}: of the others nobody knows here"
    return True, f"{lock}: no known vulnerability in {len(asked)} packages"


def main(locks: Sequence[str]) -> int:
    """Audit each lock file. Returns the exit status."""
    verdicts = [judge(Path(lock).name, *run_pip_audit(lock)[1:]) for lock in locks]
    for _, line in verdicts:
        sys.stdout.write(f"{line}\n")
    return 0 if all(is_fine for is_fine, _ in verdicts) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
