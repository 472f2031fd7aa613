"""The simulated GitHub's memory: accounts, repositories, time that passes, and webhooks waiting to be sent."""

import hashlib
import heapq
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from typing import NamedTuple

from app.sim.clock import Now, SimClock
from app.sim.faults import Fault, Stale
from app.sim.hook import Delivered, Hook
from app.sim.shapes import accounts
from app.sim.state import ROLES, Actor, App, Installation, Outcome, Repo, Team, Token, User, WorkflowRun
from app.sim.webhooks import WebhookPost, make_post
from app.sim.wire import API, STORE, Json, dumps

AUTOMATIC = frozenset({"installation", "installation_repositories", "ping", "github_app_authorization", "meta"})
"""Events that an App gets without subscribing."""


FIRST_ID = {
    "repo": 700_000_000,
    "team": 9_000_000,
    "hook": 500_000_000,
    "delivery": 12_000_000_000,
    "installation": 60_000_000,
    "label": 5_000_000_000,
    "issue": 3_100_000_000,
    "pull": 2_300_000_000,
    "comment": 3_200_000_000,
    "reaction": 250_000_000,
    "suite": 50_000_000_000,
    "check": 40_000_000_000,
    "status": 30_000_000_000,
    "workflow": 150_000_000,
    "run": 16_000_000_000,
    "release": 190_000_000,
    "asset": 210_000_000,
    "ruleset": 4_000_000,
    "rule_suite": 1_000_000_000,
    "environment": 4_000_000_000,
    "rule": 20_000_000,
    "deployment": 2_600_000_000,
    "deployment_status": 4_600_000_000,
}
"""Where ids of each kind begin: most are beyond 32 bits, as GitHub's are."""


class Call(NamedTuple):
    """A request that was answered."""

    method: str
    path: str
    status: int
    who: str  # "app:<slug>", "installation:<id>" or "nobody"


@dataclass(slots=True, kw_only=True)
class Pace:
    """How long things take on the simulated GitHub, in seconds."""

    queue: float = 1.0  # from queued to in progress
    job: float = 4.0  # from in progress to completed
    cancel: float = 1.0  # from being asked to cancelled
    listing: float = 0.0  # until a new workflow run shows in listings
    asking: float = 0.0  # from asking an App about a deployment until its answer is taken


class World:
    """All state. What people and Apps do to it stands in app/sim/doing; this class only keeps it."""

    def __init__(self, clock: Now | None = None, *, seed: str = "gonogo") -> None:
        self.clock = clock or SimClock()
        self.seed = seed
        self.pace = Pace()
        self.api = API  # where it says that its API is; below another host it is an Enterprise Server
        self.users: dict[str, User] = {}  # by lower-case login
        self.teams: dict[tuple[str, str], Team] = {}  # by organisation and slug
        self.apps: dict[int, App] = {}
        self.hooks: dict[str, Hook] = {}  # by the App's slug
        self.installations: dict[int, Installation] = {}
        self.repos: dict[str, Repo] = {}  # by lower-case owner/name
        self.tokens: dict[str, Token] = {}
        self.outcomes: list[Outcome] = []  # the last one that fits counts
        self.when_runs_end: list[Callable[[Repo, WorkflowRun], None]] = []
        self.largest_asset = 2 * 1024**3  # bytes, as GitHub documents
        self.faults: list[Fault] = []
        self.is_terse = False  # POST git/refs is refused by rules without saying which, as GitHub does at times
        self.stale_issues: dict[int, Stale] = {}  # by the issue's id
        self.calls: list[Call] = []
        self.unknown_calls: list[Call] = []
        self._outbox: list[WebhookPost] = []
        self._surroundings: dict[tuple[int, int, int, str], str] = {}
        self._counts: Counter[str] = Counter()
        self._small_ids = count(1001)
        self._turns = count()
        self._due: list[tuple[datetime, int, Callable[[], None]]] = []
        self._at: datetime | None = None
        self.actions = self.add_app_record("github-actions", self.add_user("github", "Organization"))

    @property
    def store(self) -> str:
        """Where released files lie: on a host of its own, or below an Enterprise Server's own address."""
        return STORE if self.api == API else f"{self.api.removesuffix('/api/v3')}/api/store"

    # -- time ---------------------------------------------------------------------------------------------

    def now(self) -> datetime:
        """Return the moment at which what is being done right now happens."""
        return self._at or self.clock.now()

    def later(self, seconds: float, what: Callable[[], None]) -> None:
        """Do something when that many seconds have passed."""
        heapq.heappush(self._due, (self.now() + timedelta(seconds=seconds), next(self._turns), what))

    def tick(self) -> None:
        """Do all that has become due, each at its own moment. Called before every request and look at the outbox."""
        now = self.clock.now()
        while self._due and self._due[0][0] <= now:
            self._at, _, what = heapq.heappop(self._due)
            try:
                what()
            finally:
                self._at = None

    def next_due(self) -> datetime | None:
        """Return when something will happen by itself, or None where nothing will."""
        return self._due[0][0] if self._due else None

    # -- names and numbers --------------------------------------------------------------------------------

    def next_id(self, kind: str) -> int:
        """Return a new id of a kind; how many there are of other kinds does not change it."""
        self._counts[kind] += 1
        return FIRST_ID[kind] + self._counts[kind]

    def digest(self, kind: str, *parts: object) -> str:
        """Return 40 new hexadecimal digits, the same ones in every run of the same story."""
        self._counts[kind] += 1
        words = "\0".join((self.seed, kind, str(self._counts[kind]), *map(str, parts)))
        return hashlib.sha1(words.encode(), usedforsecurity=False).hexdigest()

    def repo(self, name: "Repo | str") -> Repo:
        """Return a repository by `owner/name`. Raises KeyError."""
        return name if isinstance(name, Repo) else self.repos[name.lower()]

    def person(self, login: str) -> Actor:
        """Return somebody by login, to act as; `slug[bot]` acts as that App. Raises KeyError."""
        user = self.users[login.lower()]
        app = next((app for app in self.apps.values() if app.bot is user), None)
        return Actor(user=user, app=app)

    def installation_on(self, repo: Repo, app: App) -> Installation | None:
        """Return the App's installation that covers a repository."""
        for one in self.installations.values():
            if one.app is app and one.account is repo.owner and (one.repos is None or repo.id in one.repos):
                return one
        return None

    # -- accounts -----------------------------------------------------------------------------------------

    def add_user(self, login: str, kind: str = "User") -> User:
        """Add an account (User, Organization or Bot), or return the one there is."""
        known = self.users.get(login.lower())
        if known is not None:
            return known
        user = User(id=next(self._small_ids), login=login, type=kind, created_at=self.now())
        self.users[login.lower()] = user
        return user

    def add_app_record(self, slug: str, owner: User) -> App:
        """Add an App that holds no key and gets no webhooks, such as `github-actions`."""
        number = next(self._small_ids)
        app = App(
            id=number,
            slug=slug,
            owner=owner,
            bot=self.add_user(f"{slug}[bot]", "Bot"),
            public_key=None,
            webhook_secret=None,
            permissions=dict(accounts.PERMISSIONS),
            events=frozenset(),
            created_at=self.now(),
            client_id=f"Iv23li{self.digest('client', slug)[:14]}",
            hook_id=self.next_id("hook"),
        )
        self.apps[number] = app
        self.hooks[slug] = Hook(url=f"https://{slug}.example/webhook")
        return app

    def role(self, repo: Repo, user: User) -> str:
        """Return somebody's role on a repository: the best of their own and their teams'."""
        login = user.login.lower()
        roles = ["none" if repo.private else "read", repo.collaborators.get(login, "none")]
        if user is repo.owner:
            roles.append("admin")
        roles.extend(repo.teams.get(team.slug, "none") for team in self.teams_of(repo.owner, login))
        return max(roles, key=ROLES.index)

    def teams_of(self, org: User, login: str) -> list[Team]:
        """Return the teams somebody is in, those above them included."""
        found: list[Team] = []
        for team in self.teams.values():
            if team.org is org and login in team.members:
                above: Team | None = team
                while above is not None:
                    found.append(above)
                    above = above.parent
        return found

    # -- webhooks -----------------------------------------------------------------------------------------

    @property
    def outbox(self) -> list[WebhookPost]:
        """Webhook posts not yet taken, oldest first; whatever was due has happened."""
        self.tick()
        return self._outbox

    def take(self) -> list[WebhookPost]:
        """Return the webhook posts not yet taken, and forget them."""
        self.tick()
        taken, self._outbox = self._outbox, []
        return taken

    def delivered(self, post: WebhookPost, status_code: int, *, duration: float = 0.1) -> None:
        """Note in the App's log what came of posting a webhook; status code 0 for no answer."""
        log = self.hooks[post.app].log
        again = any(one.post.id == post.id for one in log)
        number = self.next_id("delivery")
        log.append(
            Delivered(id=number, post=post, at=self.now(), duration=duration, status_code=status_code, is_again=again)
        )

    def redeliver(self, post: WebhookPost) -> None:
        """Send a webhook once more, under the id that it had."""
        self._outbox.append(post)

    def emit(
        self, repo: Repo, event: str, payload: Mapping[str, object], actor: Actor, *, only: App | None = None
    ) -> None:
        """Send an event of a repository to each App that is installed there and subscribed to it, or to one alone."""
        said = ""
        for one in self.installations.values():
            app = one.app
            if event not in app.events or one.suspended or one.account is not repo.owner or only not in (None, app):
                continue
            if one.repos is not None and repo.id not in one.repos:
                continue
            said = said or dumps(payload)[:-1]
            action = payload.get("action")
            text = f"{said},{self._around(repo, one)}{dumps(accounts.user(actor.user))}}}"
            self._send(app, event, action if isinstance(action, str) else None, text)

    def emit_of_org(self, org: User, event: str, payload: Mapping[str, object], actor: Actor) -> None:
        """Send an event of an organisation to each App that is installed on it and subscribed."""
        for one in self.installations.values():
            if event in one.app.events and not one.suspended and one.account is org:
                around: Json = {
                    "organization": accounts.organization(org),
                    "installation": accounts.installation_lite(one),
                    "sender": accounts.user(actor.user),
                }
                self.post(one.app, event, {**payload, **around})

    def _around(self, repo: Repo, one: Installation) -> str:
        """Return what stands around every payload, up to the sender; it is kept, since it is most of the text."""
        still_open = sum(issue.state == "open" for issue in repo.issues.values())
        key = (repo.id, one.id, still_open, repo.default_branch)
        text = self._surroundings.get(key)
        if text is None:
            around: Json = {
                "repository": accounts.repo(repo),
                "installation": accounts.installation_lite(one),
            }
            if repo.owner.type == "Organization":
                around["organization"] = accounts.organization(repo.owner)
            text = dumps(around)[1:-1] + ',"sender":'
            self._surroundings[key] = text
        return text

    def post(self, app: App, event: str, payload: Json) -> None:
        """Send an App an event that belongs to no repository, as it is."""
        action = payload.get("action")
        self._send(app, event, action if isinstance(action, str) else None, dumps(payload))

    def _send(self, app: App, event: str, action: str | None, text: str) -> None:
        self._outbox.append(make_post(app, event, action, text, self.digest("delivery", event)))
