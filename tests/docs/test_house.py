"""The house is in order: locks, image, CI and what must never stand in a tracked file."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
LOCKS = ["requirements.lock", "requirements-dev.lock"]
# Spelled in pieces, so that this file does not hold what it looks for.
INDEX_HOSTS = re.compile("pypi" + r"\.org|pythonhosted" + r"\.org|dev" + "pi|arti" + "factory|npmjs" + r"\.(com|org)")
MACHINE_PATHS = re.compile(r"(?<![\w.])/(?:home|root|Users|work|opt(?!/gonogo))/[a-z]|\.\./shar" + "ed")


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True)  # noqa: S607  # git, wherever it is
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def text_of(file: Path) -> str:
    return file.read_bytes().decode("utf-8", "replace")


@pytest.mark.parametrize("name", LOCKS)
def test_every_locked_package_has_one_version_and_hashes(name: str) -> None:
    entries = re.split(r"\n(?=\S)", (ROOT / name).read_text())
    packages = [e for e in entries if not e.startswith("#")]
    assert len(packages) > 30
    for package in packages:
        assert re.match(r"[a-z0-9-]+(\[[a-z, ]+\])?==\S+", package), package
        assert "--hash=sha256:" in package, package


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_names_no_address(name: str) -> None:
    text = (ROOT / name).read_text()
    assert "://" not in text
    assert not re.search(r"--(index-url|extra-index-url|find-links|trusted-host)", text)


def test_the_runtime_lock_is_part_of_the_development_lock() -> None:
    runtime, dev = (
        {m[1]: m[2] for m in re.finditer(r"^([a-z0-9-]+)==([^\s;]+)", (ROOT / name).read_text(), re.MULTILINE)}
        for name in LOCKS
    )
    assert runtime.items() <= dev.items()


def test_every_dependency_of_the_project_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wanted = [*project["project"]["dependencies"], *project["dependency-groups"]["build"]]
    everything = [*wanted, *project["dependency-groups"]["dev"]]
    for names, lock in ((wanted, LOCKS[0]), (everything, LOCKS[1])):
        text = (ROOT / lock).read_text()
        for requirement in names:
            name = re.split(r"[^a-z0-9-]", requirement.lower().replace("_", "-"))[0]
            assert re.search(rf"^{re.escape(name)}(\[[a-z, ]+\])?==", text, re.MULTILINE), f"{name} is not in {lock}"


def test_no_tracked_file_names_a_package_index_or_a_folder_of_somebodys_machine() -> None:
    found: list[str] = []
    for file in tracked():
        name = str(file.relative_to(ROOT))
        for number, line in enumerate(text_of(file).splitlines(), 1):
            if INDEX_HOSTS.search(line) or (not name.startswith("tests/") and MACHINE_PATHS.search(line)):
                found.append(f"{name}:{number}: {line[:120]}")
    assert found == []


def test_the_image_has_two_stages_an_ordinary_user_and_a_health_check() -> None:
    lines = re.sub(r"\\\n\s*", "", (ROOT / "Dockerfile").read_text()).splitlines()
    stages = [line for line in lines if line.startswith("FROM ")]
    last = lines[lines.index(stages[-1]) :]
    assert len(stages) == 2
    assert any("--require-hashes --requirement requirements.lock" in line for line in lines)
    assert [line for line in last if line.startswith("USER ")] == ["USER 10001"]
    assert any(line.startswith("HEALTHCHECK ") and "/healthz" in line for line in last)
    assert last[-2:] == ['ENTRYPOINT ["gonogo"]', 'CMD ["serve"]']


def test_the_image_takes_nothing_that_docker_is_told_to_ignore() -> None:
    kept = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    sources = {source for line in copied for source in line.split()}
    assert sources == kept
    assert all((ROOT / source).exists() for source in sources)


def test_the_ci_of_github_asks_for_no_rights_and_runs_what_everybody_runs() -> None:
    text = (ROOT / ".github/workflows/ci.yml").read_text()
    workflow = yaml.safe_load(text)
    steps = [step for job in workflow["jobs"].values() for step in job["steps"]]
    assert workflow["permissions"] == {}
    assert all(job["permissions"] == {"contents": "read"} for job in workflow["jobs"].values())
    assert "bash .ci/run" in [step["run"] for step in steps if "run" in step]
    used = [step["uses"] for step in steps if "uses" in step]
    assert [action for action in used if not re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", action)] == []


@pytest.mark.skipif("CI_REQUIRE_CONTRACT" not in os.environ, reason="only where CI has to have it")
def test_githubs_own_description_and_the_real_plans_lie_beside_the_checkout() -> None:
    shared = ROOT.parent / "shared"
    assert (shared / "github" / "gh_contract.py").is_file()
    assert len(list((shared / "plans").glob("*.md"))) >= 5


def test_ci_run_is_executable_and_ends_with_the_tests() -> None:
    script = ROOT / ".ci/run"
    assert script.stat().st_mode & 0o111
    assert script.read_text().rstrip().splitlines()[-1] == "make --no-print-directory test"


def test_the_built_package_carries_everything_that_the_service_reads(tmp_path: Path) -> None:
    source = tmp_path / "source"
    for name in ("app", "handlers", "templates"):
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source / name)
    build = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--quiet",
        "--no-deps",
        "--no-build-isolation",
        "-w",
        str(tmp_path),
        ".",
    ]
    subprocess.run(build, cwd=source, check=True, capture_output=True)  # noqa: S603  # pip of this very environment
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        packed = set(wheel.namelist())
    needed = {
        file.relative_to(source).as_posix()
        for folder in ("app", "handlers", "templates")
        for file in (source / folder).rglob("*")
        if file.is_file() and "build" not in file.relative_to(source).parts
    }
    assert needed - packed == set()
    assert "gonogo = app.main:cli" in (source / "gonogo.egg-info" / "entry_points.txt").read_text()
