"""What is handed out for running it speaks of settings and commands that there are."""

from pathlib import Path
from typing import Any

import yaml
from typer.testing import CliRunner

from app.main import whole_cli
from app.settings import PREFIX, Settings

ROOT = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text("utf-8"))


def test_compose_sets_only_what_is_a_setting() -> None:
    for name in ("door", "worker"):
        given = COMPOSE["services"][name]["environment"]
        assert {key.removeprefix(PREFIX).lower() for key in given} <= Settings.model_fields.keys()
        assert given["GONOGO_DATABASE_URL"].startswith("postgresql+psycopg://gonogo:${POSTGRES_PASSWORD:?}@database/")


def test_compose_runs_commands_that_there_are_and_looks_after_each() -> None:
    for name in ("door", "worker"):
        said = CliRunner().invoke(whole_cli(), [*COMPOSE["services"][name]["command"], "--help"])
        assert said.exit_code == 0
    assert all("healthcheck" in service for service in COMPOSE["services"].values())


def test_the_example_names_all_that_compose_cannot_do_without() -> None:
    example = (ROOT / "deploy" / "example.env").read_text("utf-8")
    wanted = {
        part.partition(":?}")[0] for part in (ROOT / "deploy" / "compose.yaml").read_text("utf-8").split("${")[1:]
    }
    required = {name for name in wanted if ":-" not in name}
    assert required
    assert all(f"\n{name}=" in example for name in required)
