"""Deliveries for the inbox: stored as GitHub would send them, drained, and what the ledger holds for them then."""

from datetime import timedelta

from app.domain.release.effects import React, Reply, Unlabel
from app.domain.values import Person
from app.ports import Delivery, Entry
from app.worker.commands import CommandDesk
from app.worker.freezing import Freezer
from app.worker.inbox import InboxWorker
from handlers.commands import load_commands
from handlers.events import load_events
from handlers.translating import EventHandler
from tests.clock import NOON
from tests.events.reading import payload
from tests.worker.workshop import R1, Workshop

KEY = "repo:7"
OCTOCAT = Person(id=1, login="octocat")


def worker(shop: Workshop, *more: EventHandler) -> InboxWorker:
    """The worker with the real handlers, or with these in their stead."""
    handlers = {h.event: (h,) for h in more} or load_events()
    return InboxWorker(shop.inbox, shop.bench, CommandDesk(load_commands(), shop.bench), Freezer(shop.bench), handlers)


def account(person: Person, kind: str = "User") -> dict[str, object]:
    """A person as payloads name them."""
    return {"id": person.id, "login": person.login, "type": kind}


async def store(shop: Workshop, name: str, event: str, body: bytes) -> None:
    assert await shop.inbox.store(Delivery(id=name, event=event, key=KEY, payload=body, received_at=NOON))


async def comment(shop: Workshop, text: str, name: str = "d1", *, by: Person = OCTOCAT, number: int = 900) -> None:
    """A comment in the tracking issue, not yet handled."""
    said = payload(
        "issue_comment.created",
        comment__body=text,
        comment__id=number,
        comment__user=account(by),
        sender=account(by),
    )
    await store(shop, name, "issue_comment", said)


async def tell(shop: Workshop, event: str, body: bytes, name: str = "d1") -> None:
    """Deliver something and have it handled."""
    await store(shop, name, event, body)
    await worker(shop).drain(KEY)


async def say(shop: Workshop, text: str, name: str = "d1", *, by: Person = OCTOCAT, number: int = 900) -> None:
    """Write a comment in the tracking issue and have it handled."""
    await comment(shop, text, name, by=by, number=number)
    await worker(shop).drain(KEY)


async def kinds(shop: Workshop) -> list[str]:
    """What has happened to release r1 since its start."""
    return [event.kind for event in await shop.releases.events(R1)][1:]


async def effects(shop: Workshop) -> list[str]:
    """What the ledger holds for the release and the repository: reactions by their sign, replies by their text."""
    found: list[str] = []
    for key in ("release:r1", KEY):
        now = shop.clock.now()
        while isinstance(entry := await shop.ledger.claim(key, now, now + timedelta(days=1)), Entry):
            match entry.effect:
                case React(content=content):
                    found.append(content)
                case Reply(body=body):
                    found.append(body.partition("\n\n<!-- gonogo:reply")[0])
                case Unlabel(label=label):
                    found.append(f"unlabel {label}")
                case effect:
                    found.append(effect.kind)
    return found
