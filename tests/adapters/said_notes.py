"""Samples of what the bot says about release notes."""

from typing import Final

from app.domain.messages import Message
from app.domain.messages_notes import NotesPreview, NoteTooLong, NotPullRequest

NOTES_SAMPLES: Final[tuple[Message, ...]] = (
    NotesPreview(version="1.0.0", base="v0.9.0", markdown="## Features\n\n- sing", troubles=(), is_cut=False),
    NotesPreview(
        version="1.0.0",
        base=None,
        markdown="No changes.",
        troubles=(".github/release.yml: line 2: this is not YAML", "line 3: there is no filter attr"),
        is_cut=True,
    ),
    NotPullRequest(),
    NoteTooLong(limit=300),
)
