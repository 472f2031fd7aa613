"""The archive's `evidence.json`: how each item of the plan stands, and on what evidence, for programs to read."""

from collections.abc import Mapping

from app.domain.release.archive_manifest import moment, pretty
from app.domain.release.report import ItemRow, ReportView
from app.domain.values import Person


def evidence_text(view: ReportView) -> str:
    """Return `evidence.json`: each item of the plan with how it stands and the evidence for it."""
    closed = view.closed and {
        "how": view.closed.how,
        "by": _person(view.closed.by),
        "reason": view.closed.reason,
        "at": moment(view.closed.at),
    }
    waivers = {
        item: {
            "by": _person(waiver.by),
            "second": _person(waiver.second),
            "reason": waiver.reason,
            "at": moment(waiver.at),
            "is_in_force": waiver.is_in_force,
        }
        for item, _, waiver in view.waivers
    }
    return pretty(
        {
            "version": view.version,
            "target": view.target.sha,
            "as_of": moment(view.as_of),
            "gate": view.gate.value,
            "closed": closed,
            "items": [_item(item) for item in view.items],
            "waivers": waivers,
        }
    )


def _item(item: ItemRow) -> Mapping[str, object]:
    return {
        "id": item.id,
        "text": item.text,
        "task": item.task,
        "priority": item.priority,
        "counts": item.counts,
        "state": item.state.value,
        "found": item.found,
        "by": _person(item.by),
        "at": moment(item.at) if item.at else None,
        "url": item.url,
    }


def _person(person: Person | None) -> Mapping[str, object] | None:
    return {"id": person.id, "login": person.login} if person else None
