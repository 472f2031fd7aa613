"""What the bot says about release notes."""

from dataclasses import dataclass

from app.domain.messages import Message


@dataclass(frozen=True, slots=True, kw_only=True)
class NotesPreview(Message):
    """The notes as they would be written now, for `/release notes`."""

    version: str
    base: str | None  # the tag since which, None for a first release
    markdown: str  # written by the renderer, neutralised already
    troubles: tuple[str, ...]  # what was wrong with the repository's own files for notes
    is_cut: bool  # there is more than fits into a comment


@dataclass(frozen=True, slots=True, kw_only=True)
class NotPullRequest(Message):
    """A line for the notes where there is no pull request that it could belong to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteTooLong(Message):
    """A line for the notes that is no line any more."""

    limit: int
