"""What the service itself needs: database, signing key, a clock that is right, and webhooks that arrive."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from app.domain.doctor.check import Check, CheckName, State
from app.domain.doctor.facts import AppFacts, HookDelivery, HookFacts, HookLog
from app.domain.doctor.links import app_page, deliveries_page

SKEW_WRONG: Final = timedelta(seconds=60)
"""GitHub refuses a sign-in from further ahead than that."""

SKEW_DOUBTFUL: Final = timedelta(seconds=10)
SLOW: Final = 5.0  # seconds; GitHub gives up after ten
WAITING_LONG: Final = timedelta(seconds=60)
WAITING_FAR_TOO_LONG: Final = timedelta(minutes=10)
_WEBHOOK: Final = "/webhook"


def database_check(trouble: str | None) -> Check:
    """Return whether the database is there and of this version's schema."""
    if trouble is None:
        return Check(name=CheckName.DATABASE, state=State.OK, found="The database is there and up to date.")
    return Check(
        name=CheckName.DATABASE,
        state=State.FAILED,
        found=f"{trouble[:1].upper()}{trouble[1:]}.",
        todo="gonogo db upgrade",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyFacts:
    """The key that signs tags."""

    kind: str  # ssh | openpgp; empty where no key is set
    fingerprint: str
    trouble: str | None = None  # why it cannot be used
    is_open: bool = False  # others on the machine may read its file


def signing_check(key: KeyFacts) -> Check:
    """Return whether release tags can be signed."""
    if key.trouble is not None:
        return Check(
            name=CheckName.SIGNING_KEY,
            state=State.FAILED,
            found=f"The key cannot be used: {key.trouble}.",
            todo="Let GONOGO_TAG_SIGNING_KEY_FILE name an unencrypted SSH or OpenPGP key.",
        )
    if not key.kind:
        return Check(
            name=CheckName.SIGNING_KEY,
            state=State.WARNING,
            found="No key is set: release tags are not signed.",
            todo="Let GONOGO_TAG_SIGNING_KEY_FILE name a private SSH or OpenPGP key.",
        )
    found = f"Tags are signed: {key.kind}, {key.fingerprint}"
    if key.is_open:
        return Check(
            name=CheckName.SIGNING_KEY,
            state=State.WARNING,
            found=f"{found}; others on this machine can read the key.",
            todo="chmod 600 the file that GONOGO_TAG_SIGNING_KEY_FILE names.",
        )
    return Check(name=CheckName.SIGNING_KEY, state=State.OK, found=f"{found}.")


def app_check(app: AppFacts) -> Check:
    """Return who we are."""
    return Check(name=CheckName.APP, state=State.OK, found=f"Signed in as the App {app.slug} ({app.id}).")


def app_refused(status: int, message: str) -> Check:
    """Return that GitHub does not take us for the App."""
    return Check(
        name=CheckName.APP,
        state=State.FAILED,
        found=f"GitHub refuses the App's key: {status} {message}",
        todo="Set GONOGO_APP_ID and the private key of the same App.",
    )


def clock_check(skew: timedelta | None) -> Check:
    """Return whether our clock and GitHub's agree."""
    if skew is None:
        return Check(name=CheckName.CLOCK, state=State.UNKNOWN, found="GitHub has not told the time.")
    seconds = f"{abs(skew).total_seconds():.0f} s {'behind' if skew > timedelta() else 'ahead of'} GitHub's"
    if abs(skew) > SKEW_WRONG:
        return Check(name=CheckName.CLOCK, state=State.FAILED, found=f"Our clock is {seconds}.", todo="Set it by NTP.")
    if abs(skew) > SKEW_DOUBTFUL:
        return Check(name=CheckName.CLOCK, state=State.WARNING, found=f"Our clock is {seconds}.", todo="Set it by NTP.")
    return Check(name=CheckName.CLOCK, state=State.OK, found="Our clock and GitHub's agree.")


def webhook_check(hook: HookFacts, app: AppFacts, public_url: str | None, site: str) -> Check:
    """Return whether GitHub sends webhooks to us, signed."""
    troubles = [
        said
        for is_wrong, said in (
            (not hook.url, "no address is set"),
            (not hook.has_secret, "no secret is set: we refuse what is not signed"),
            (hook.content_type not in {"json", ""}, f"they are sent as {hook.content_type}, not as JSON"),
            (_is_elsewhere(hook.url, public_url), f"they go to {hook.url}, and this service is {public_url}"),
        )
        if is_wrong
    ]
    links = (app_page(site, app, ""),)
    if troubles:
        return Check(
            name=CheckName.WEBHOOK,
            state=State.FAILED,
            found=f"Webhooks do not reach us: {'; '.join(troubles)}.",
            todo="Set the webhook's address, secret and content type (application/json) on the App's page.",
            links=links,
        )
    doubts = [
        said
        for is_so, said in (
            (hook.is_insecure, "GitHub checks no certificate"),
            (hook.url.startswith("http:"), "they go over plain http"),
        )
        if is_so
    ]
    if doubts:
        return Check(
            name=CheckName.WEBHOOK,
            state=State.WARNING,
            found=f"Webhooks go to {hook.url}, and {' and '.join(doubts)}.",
            todo="Use https with a certificate that GitHub can check.",
            links=links,
        )
    return Check(name=CheckName.WEBHOOK, state=State.OK, found=f"Webhooks go to {hook.url}.")


def _is_elsewhere(url: str, public_url: str | None) -> bool:
    return bool(url) and public_url is not None and url.rstrip("/") != public_url.rstrip("/") + _WEBHOOK


def deliveries_check(log: HookLog, app: AppFacts, site: str) -> Check:
    """Return whether every webhook of the time looked at was taken; tries of one count together."""
    deliveries = log.tries
    taken = {one.guid for one in deliveries if one.is_taken}
    lost = [one for one in {one.guid: one for one in reversed(deliveries)}.values() if one.guid not in taken]
    count = len({one.guid for one in deliveries})
    span = f"since {deliveries[-1].at:%Y-%m-%d %H:%M} UTC" if log.is_cut and deliveries else "of the last day"
    if not lost:
        found = f"All {count} webhooks {span} were taken." if count else "GitHub has sent no webhook in a day."
        return Check(name=CheckName.DELIVERIES, state=State.OK, found=found)
    latest = max(lost, key=lambda one: one.at)
    said = f"status {latest.status_code}" if latest.status_code else "no answer"
    is_still_so = deliveries[0].guid not in taken
    return Check(
        name=CheckName.DELIVERIES,
        state=State.FAILED if is_still_so else State.WARNING,
        found=f"{len(lost)} of {count} webhooks {span} were not taken, the last at "
        f"{latest.at:%Y-%m-%d %H:%M} UTC ({latest.event}, {said}).",
        todo="The service asks GitHub for them again by itself, within three days."
        if not is_still_so
        else "See that we can be reached.",
        links=(deliveries_page(site, app),),
    )


def parked_check(parked: int, failing: int) -> Check:
    """Return whether every delivery that we took could be handled."""
    if not parked and not failing:
        return Check(name=CheckName.PARKED, state=State.OK, found="No delivery was given up.")
    found = f"{parked} deliveries were given up, {failing} are being tried again."
    return Check(
        name=CheckName.PARKED,
        state=State.WARNING,
        found=found,
        todo="gonogo deliveries lists them with the reason; gonogo deliveries replay ID puts one back.",
    )


def lag_check(deliveries: Sequence[HookDelivery], oldest: datetime | None, now: datetime) -> Check:
    """Return whether webhooks are taken fast, and worked on soon after; `oldest` is the oldest that waits."""
    waiting = now - oldest if oldest is not None else timedelta()
    slowest = max((one.seconds for one in deliveries if one.is_taken), default=0.0)
    throttled = sum(one.is_throttled for one in deliveries)
    found = f"The slowest webhook was taken in {slowest:.1f} s; the oldest waits for {waiting.total_seconds():.0f} s."
    if throttled:
        found += f" GitHub held {throttled} back."
    if waiting > WAITING_FAR_TOO_LONG:
        return Check(
            name=CheckName.LAG, state=State.FAILED, found=found, todo="See the log: something holds up the work."
        )
    if waiting > WAITING_LONG or slowest > SLOW or throttled:
        todo = "GitHub gives up after ten seconds: give the service more room, or look at what holds it up."
        return Check(name=CheckName.LAG, state=State.WARNING, found=found, todo=todo)
    return Check(name=CheckName.LAG, state=State.OK, found=found)
