"""The published schema is valid, says what each key is for, and takes what the reader takes."""

from collections.abc import Iterator, Mapping
from importlib.resources import files
from typing import cast

import pytest
import yaml
from jsonschema import Draft202012Validator

from app.domain.plan.front_matter import GITHUB_KEYS, schema
from app.domain.plan.yaml_lines import Value


def errors(front: Value) -> list[str]:
    validator = Draft202012Validator(schema())
    return [error.message for error in validator.iter_errors(front)]  # pyright: ignore[reportUnknownMemberType] -- stubs


def properties(at: Mapping[str, Value], name: str = "") -> Iterator[tuple[str, Mapping[str, Value]]]:
    """Each property that the schema names, however deep."""
    for key, value in at.items():
        if isinstance(value, dict):
            if key == "properties":
                for own, said in value.items():
                    yield f"{name}.{own}", cast("Mapping[str, Value]", said)
            yield from properties(
                value, name if key in {"properties", "additionalProperties", "items"} else f"{name}.{key}"
            )


def test_the_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(schema())


def test_every_key_says_what_it_is_for() -> None:
    assert [name for name, said in properties(schema()) if "description" not in said] == []


def test_the_example_fits_the_schema() -> None:
    text = files("app.examples.white_room").joinpath("release-plan.md").read_text(encoding="utf-8")
    front = cast("dict[str, Value]", yaml.safe_load(text.split("---\n")[1]))

    assert errors(front) == []
    assert set(front) > {"name", "gate", "roles", "tasks", "evidence", "announcements"}


@pytest.mark.parametrize(
    "front",
    [
        {"colour": "red"},
        {"gate": {"bevor": "1"}},
        {"gate": {"thresholds": {"now": 1}}},
        {"gate": {"thresholds": {"P0": 101}}},
        {"gate": {"weights": {"overall": 1}}},
        {"gate": {"weights": {"P0": 0}}},
        {"roles": {"Boss": []}},
        {"roles": {"Boss": ["two words"]}},
        {"roles": {"Boss": "octocat"}},
        {"tasks": {"a": {"prio": "P0"}}},
        {"tasks": {"a": {"priority": "high"}}},
        {"tasks": {"a": {"inputs": {"bad name": "x"}}}},
        {"workflow": "../x.yml"},
        {"tag": "two words"},
        {"guard": True},
        {"guard": {"delete": "yes"}},
        {"guard": {"exempt": "nightly-*"}},
        {"guard": {"exempt": [""]}},
        {"publish": True},
        {"publish": {"checksums": "some"}},
        {"publish": {"notes": "yes"}},
        {"publish": {"assets": "*.dmg"}},
        {"announcements": [{"at": "25:00", "channel": "x"}]},
        {"announcements": [{"at": "09:00"}]},
        {"evidence": {"a": 1}},
        *({key: "x"} for key in sorted(GITHUB_KEYS - {"about"})),
    ],
)
def test_what_the_reader_refuses_an_editor_refuses(front: dict[str, Value]) -> None:
    assert errors(front)


def test_an_issue_templates_keys_go_together_with_about() -> None:
    assert errors(dict.fromkeys(sorted(GITHUB_KEYS), "x")) == []
