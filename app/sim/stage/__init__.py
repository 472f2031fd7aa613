"""The stage of `gonogo demo`: a White Room on a simulated GitHub, a page to watch and write on, and a story.

    stage = build_stage(clock)                      # clock: the real one
    serve stage.web on loopback                     # the page at `/`, the REST API at `/api/v3`
    start the service with stage.app_id, stage.private_key_pem, stage.webhook_secret and that API address
    await asyncio.gather(pump(stage, post), play(stage, print))

`post(body, headers)` delivers one webhook to the service and returns the HTTP status; it raises where nothing answers.
Everything that happens on the page is read from the simulated GitHub: what is not there is not shown.
"""

from app.sim.stage.ending import play_on_when_asked
from app.sim.stage.pump import Post, pump
from app.sim.stage.setting import REPO, Stage, build_stage
from app.sim.stage.story import play
from app.sim.stage.waiting import DidNotHappen

__all__ = ["REPO", "DidNotHappen", "Post", "Stage", "build_stage", "play", "play_on_when_asked", "pump"]
