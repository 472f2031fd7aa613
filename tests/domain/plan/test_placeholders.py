"""The version is filled in wherever the plan leaves a place for it."""

import pytest

from app.domain.plan.model import (
    ByAsset,
    ByJob,
    ByStatus,
    ByWorkflow,
    Checksums,
    Dispatch,
    GuardRules,
    Publish,
    PublishRules,
)
from app.domain.plan.placeholders import Filler, version_in
from tests.domain.plan.reading import items, read


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("{version}", "2.0.1"),
        ("v{version}", "v2.0.1"),
        ("<version>", "2.0.1"),
        ("<vX.Y.z>", "v2.0.1"),
        ("vX.Y.Z", "v2.0.1"),
        ("app-X.Y.Z.zip", "app-2.0.1.zip"),
        ("v1.0.0 and 1.0.0-arm.dmg", "v2.0.1 and 2.0.1-arm.dmg"),
        ("11.0.0, 1.0.01 and 1.0.0.4", "11.0.0, 1.0.01 and 1.0.0.4"),
        ("v1.0.1 or BoX.Y.Z", "v1.0.1 or BoX.Y.Z"),
    ],
)
def test_a_place_for_the_version_is_filled(text: str, filled: str) -> None:
    assert Filler("2.0.1", "1.0.0").fill(text) == filled
    assert Filler(None, "1.0.0").fill(text) == text


def test_a_short_version_of_the_plans_own_is_only_taken_with_its_v() -> None:
    assert Filler("2.0", "1.0").fill("v1.0 lowers it to 1.0 seconds") == "v2.0 lowers it to 1.0 seconds"


def test_a_version_may_hold_what_a_pattern_would_read() -> None:
    assert Filler(r"\1\g<0>", None).fill("{version}") == r"\1\g<0>"


@pytest.mark.parametrize(("text", "version"), [("**1.2.3**", "1.2.3"), ("v2.0", "2.0"), ("soon", None), ("1", None)])
def test_a_target_version_is_a_version(text: str, version: str | None) -> None:
    assert version_in(text) == version


PLAN = """
    ---
    name: App {version}
    branch: release/{version}
    tasks: {build: {inputs: {label: "r{version}"}}}
    ---
    # App
    **Target Version**: 1.0.0
    ## Phase 1: for 1.0.0
    ### Build 1.0.0
    ```bash
    ./build.sh
    ```
    - [ ] says 1.0.0
    - [ ] j <!-- gonogo: evidence="job=build {version}" -->
    - [ ] s <!-- gonogo: evidence="status=x/{version} by=octocat" -->
    - [ ] a <!-- gonogo: evidence="asset=*-{version}.zip" -->
    - [ ] w <!-- gonogo: evidence="workflow=ci.yml" -->

    **Success Criteria**:
    - 1.0.0 is out
    ### Publish
    ```bash
    gh release create v1.0.0 app-1.0.0.zip
    ```
    - [ ] out
    """


def test_everything_that_people_and_github_see_is_filled_in() -> None:
    plan = read(PLAN, version="2.0.0")
    build, publish = plan.tasks()

    assert (plan.name, plan.tag, plan.branch) == ("App 2.0.0", "v2.0.0", "release/2.0.0")
    assert (plan.phases[0].title, build.title, build.success_criteria) == (
        "Phase 1: for 2.0.0",
        "Build 2.0.0",
        ("2.0.0 is out",),
    )
    assert build.action == Dispatch(workflow="release.yml", inputs={"task": "build", "label": "r2.0.0"})
    assert publish.action == Publish(assets=("app-2.0.0.zip",))
    assert build.items[0].text == "says 2.0.0"
    assert [item.wanted for item in build.items[1:]] == [
        ByJob(name="build 2.0.0"),
        ByStatus(context="x/2.0.0", by="octocat"),
        ByAsset(pattern="*-2.0.0.zip"),
        ByWorkflow(workflow="ci.yml"),
    ]


def test_ids_do_not_change_with_the_version() -> None:
    assert [item.id for item in items(read(PLAN))] == [item.id for item in items(read(PLAN, version="2.0.0"))]


@pytest.mark.parametrize(
    ("front", "tags"),
    [
        ("tag: v{version}", "v*"),
        ("tag: app/<version>", "app/*"),
        ("tag: vX.Y.Z", "v*"),
        ("tag: v1.0.0", "v*"),
        ("tag: stable", "stable"),
        ("name: App", "v*"),
    ],
)
def test_the_guard_looks_at_the_tags_of_every_version(front: str, tags: str) -> None:
    text = f"---\n{front}\nguard: {{delete: true, exempt: [nightly-*, v0.*]}}\n---\n# App\nTarget Version: 1.0.0\n- [ ] a\n"
    for version in (None, "2.0.0"):
        assert read(text, version=version).guard == GuardRules(tags=tags, delete=True, exempt=("nightly-*", "v0.*"))


def test_a_plan_that_says_nothing_of_it_has_bad_tags_told_and_not_deleted() -> None:
    assert read("- [ ] a\n").guard == GuardRules(tags="v*", delete=False, exempt=())


def test_the_names_of_files_to_publish_are_filled_in() -> None:
    text = '---\npublish: {checksums: generate, notes: true, assets: ["app-{version}.deb"]}\n---\n- [ ] a\n'
    filled = PublishRules(checksums=Checksums.GENERATE, notes=True, assets=("app-2.0.0.deb",))
    assert read(text, version="2.0.0").publish == filled
    assert read("- [ ] a\n").publish == PublishRules(checksums=Checksums.WANTED, notes=False, assets=())
