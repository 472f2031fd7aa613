"""The rest of the story: a tag that only the App may make, a release with all its files, a deployment let through."""

import asyncio
from pathlib import Path

import pytest

from app.adapters.sshsig import SshSigner
from app.domain.tag_object import AnnotatedTag, Tagger, split_signature
from app.domain.values import Sha
from app.sim.history import peeled
from app.sim.stage import DidNotHappen
from app.sim.stage.ci import gate_of
from app.sim.stage.ending import play_on
from app.sim.stage.setting import INSTALLERS, REPO
from tests.sim.stage.theatre import open_theatre

pytestmark = pytest.mark.anyio


async def test_the_rest_of_the_story_ends_with_a_signed_tag_a_whole_release_and_a_deployment(tmp_path: Path) -> None:
    async with open_theatre(tmp_path) as theatre:
        await theatre.play_story()
        assert await theatre.play_on() < 150
        repo = theatre.stage.room.repo
        gate = gate_of(theatre.stage.room)
        assert gate is not None
        assert gate.conclusion == "success"

        tag = repo.tags[repo.refs["refs/tags/v1.0.0"]]
        assert peeled(repo, tag.sha) == gate.suite.sha
        data = AnnotatedTag(
            name=tag.tag,
            commit=Sha(tag.object),
            tagger=Tagger(name=tag.name, email=tag.email),
            at=tag.at,
            message=tag.message,
        ).data
        payload, signature = split_signature(data)
        assert signature is not None
        assert SshSigner(theatre.stage.signing_key).verifies(payload, signature)

        (release,) = theatre.stage.github.releases(REPO)
        assert (release.tag, release.draft) == ("v1.0.0", False)
        names = {asset.name for asset in release.assets.values()}
        assert {name.replace("{version}", "1.0.0") for name in INSTALLERS} < names
        assert "white_room-1.0.0-checksums.txt" in names

        (deployed,) = [
            run
            for run in repo.runs.values()
            if run.inputs.get("environment") == "production" and not run.inputs.get("task")
        ]
        assert deployed.conclusion == "success"
        assert all(len(line) <= 78 for line in theatre.told)
        assert "GitHub refuses the tag v1.0.0: only the App may push it." in theatre.told  # told once it has
        assert theatre.told[-1].startswith("White Room 1.0.0 is out")

        # whoever has done all of it by hand is told no more than that it is done
        said = len(theatre.comments)
        theatre.told.clear()
        again = asyncio.create_task(play_on(theatre.stage, theatre.told.append))
        while not again.done():
            await theatre.pass_time(0.1)
        await again
        assert [step.split(":")[0] for step in theatre.told] == [
            "Phase 2 goes on",
            "Phase 3",
            "White Room 1.0.0 is out",
        ]
        assert len(theatre.comments) == said


async def test_the_rest_is_given_up_at_once_where_the_release_has_moved(tmp_path: Path) -> None:
    async with open_theatre(tmp_path) as theatre:
        await theatre.play_story()
        await theatre.do("push", "developer")
        await theatre.say("release-manager", "/release retarget")

        with pytest.raises(DidNotHappen, match="The release has moved"):
            await theatre.play_on()

        (trouble,) = theatre.stage.telling.troubles
        assert trouble.startswith("The story stopped. The release has moved")
        theatre.stage.telling.troubles.clear()
