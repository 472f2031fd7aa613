"""The service as it is measured: `gonogo serve` without its settings, and with no limit to how fast it may write.

GitHub takes 20 writes at once and 80 a minute from one installation; how fast the service is could not be seen behind
that. `python -m benchmarks.service PART DATABASE GITHUB` says its port and waits for a line, then serves until told to
stop. The part is `all` of it, the `door` alone, or the `work` alone.
"""

import sys

import httpx
import uvicorn

from app.adapters.db.engine import is_for_one_process
from app.adapters.db.migrate import upgrade
from app.adapters.github.pacing import Pace
from app.log import set_up_logging
from app.service import Service, Wiring
from app.serving import fast_loop, listen, server_config, shorten_pauses
from benchmarks.machine import HOST

UNLIMITED = Pace(burst=1_000_000, per_minute=2_000_000, per_hour=100_000_000)


class Door(Service):
    """The door on a SQLite file, which `gonogo serve --no-worker` refuses: what comes is to pile up."""

    async def start(self) -> None:
        """Begin no work."""


def main() -> None:
    """Serve until told to stop."""
    part, database, github = sys.argv[1:]
    set_up_logging(is_json=True)
    upgrade(database)
    app = httpx.get(f"{github}/bench/app").json()
    wiring = Wiring(
        has_doctor=False,
        has_healer=False,
        app_id=app["id"],
        private_key=app["private_key"],
        webhook_secrets=[app["webhook_secret"]],
        database_url=database,
        api_url=f"{github}/api/v3",
        writing=UNLIMITED,
        has_door=part != "work",
        is_working=part != "door",
        loop_of_work=fast_loop if part == "all" else None,
    )
    sock = listen(HOST, 0)
    sys.stdout.write(f"{sock.getsockname()[1]}\n")
    sys.stdout.flush()
    make = Door if part == "door" and is_for_one_process(database) else Service
    service = make(wiring)
    config = server_config(service)
    shorten_pauses(has_own_loop=service.has_own_loop)
    sys.stdin.readline()
    uvicorn.Server(config).run(sockets=[sock])


if __name__ == "__main__":
    main()
