"""Tag objects: the bytes that git makes of them, where a signature begins, and their JSON."""

import hashlib
import re

from app.sim.state import Repo, Tag
from app.sim.wire import API, Json, stamp

_ARMOUR = re.compile(r"^-----BEGIN (?:PGP SIGNATURE|PGP MESSAGE|SSH SIGNATURE|SIGNED MESSAGE)-----$", re.MULTILINE)


def object_text(tag: Tag) -> str:
    """Return a tag object as git stores it, without the head that says its kind and length."""
    when = f"{int(tag.at.timestamp())} +0000"
    return (
        f"object {tag.object}\ntype {tag.type}\ntag {tag.tag}\ntagger {tag.name} <{tag.email}> {when}\n\n{tag.message}"
    )


def object_sha(tag: Tag) -> str:
    """Return the id that git gives the object."""
    data = object_text(tag).encode()
    return hashlib.sha1(b"tag %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


def signature_start(text: str) -> int | None:
    """Return where the armour begins that ends a tag's message or object, None where it is not signed."""
    starts = [match.start() for match in _ARMOUR.finditer(text)]
    return starts[-1] if starts else None


def tag(repo: Repo, one: Tag) -> Json:
    """Return a tag object's JSON."""
    url = f"{API}/repos/{repo.full_name}/git"
    text = object_text(one)
    start = signature_start(text)
    kind = "tags" if one.type == "tag" else "commits"
    return {
        "node_id": f"TA_{one.sha}",
        "tag": one.tag,
        "sha": one.sha,
        "url": f"{url}/tags/{one.sha}",
        "message": one.message,
        "tagger": {"name": one.name, "email": one.email, "date": stamp(one.at)},
        "object": {"sha": one.object, "type": one.type, "url": f"{url}/{kind}/{one.object}"},
        "verification": {
            "verified": False,
            "reason": one.reason,
            "signature": None if start is None else text[start:],
            "payload": None if start is None else text[:start],
            "verified_at": None,
        },
    }
