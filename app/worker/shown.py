"""Digests of what was written to GitHub: the same text is not written twice, and a changed one is noticed."""

from dataclasses import replace
from hashlib import sha256

from app.domain.inputs import CommentChanged
from app.ports import Shown


def digest(text: str) -> str:
    """Return a digest of a text that line ends have no part in: a browser turns every one of them into CRLF.

    Nor has what no database holds: a text that was kept has the digest of the one that was read.
    """
    lines = "\n".join(text.replace("\0", "").splitlines()).strip()
    return sha256(lines.encode(errors="replace")).hexdigest()


def forget_comment(shown: Shown, changed: CommentChanged) -> Shown | None:
    """Return what is still known to stand on GitHub, or None where nothing of ours was changed there.

    That is the echo of our own writing, or a comment that is none of ours.
    """
    if changed.comment != shown.comment:
        return None
    if changed.text is None:
        return replace(shown, comment=None, comment_url=None, comment_digest=None)
    return None if digest(changed.text) == shown.comment_digest else replace(shown, comment_digest=None)
