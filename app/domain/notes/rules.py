"""GitHub's own `.github/release.yml`: what notes leave out, and under which titles pull requests stand.

https://docs.github.com/en/repositories/releasing-projects-on-github/automatically-generated-release-notes
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, cast

from app.domain.notes.history import BOT
from app.domain.plan.yaml_lines import BadYaml, read_yaml

RULES_PATH: Final = ".github/release.yml"
_ANY: Final = "*"
_MOST: Final = 100  # categories, labels and authors of each
_TITLE: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """What is left out: by a label, or by who opened the pull request."""

    labels: frozenset[str] = frozenset()
    authors: frozenset[str] = frozenset()

    def takes(self, labels: frozenset[str], author: str | None) -> bool:
        """Whether it holds for a pull request of these labels, in lower case, by this login."""
        login = author.casefold().removesuffix(BOT) if author else None
        return _ANY in self.labels or not self.labels.isdisjoint(labels) or login in self.authors


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    """A title for pull requests that carry one of its labels; `*` is any."""

    title: str
    labels: frozenset[str]
    exclude: Match = Match()

    def takes(self, labels: frozenset[str], author: str | None) -> bool:
        """Whether a pull request stands here."""
        return (_ANY in self.labels or not self.labels.isdisjoint(labels)) and not self.exclude.takes(labels, author)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What the file says. `trouble` tells, for people, why it could not be read: then it says nothing."""

    exclude: Match = Match()
    categories: tuple[Category, ...] = ()
    trouble: str | None = None

    def category(self, labels: Sequence[str], author: str | None) -> str | None:
        """Return the title of the first category that takes a pull request."""
        folded = frozenset(label.casefold() for label in labels)
        return next((one.title for one in self.categories if one.takes(folded, author)), None)

    def leaves_out(self, labels: Sequence[str], author: str | None) -> bool:
        """Whether a pull request stands in no notes."""
        return self.exclude.takes(frozenset(label.casefold() for label in labels), author)


def read_rules(text: str) -> Rules:
    """Read the file. Never raises; what GitHub would not understand is passed over."""
    try:
        changelog = _mapping(read_yaml(text).values.get("changelog"))
    except BadYaml as error:
        return Rules(trouble=f"line {error.line}: {error.message}")
    categories = (_mapping(one) for one in _list(changelog.get("categories"))[:_MOST])
    return Rules(
        exclude=_match(changelog.get("exclude")),
        categories=tuple(
            Category(title=title[:_TITLE], labels=_words(one.get("labels")), exclude=_match(one.get("exclude")))
            for one in categories
            if isinstance(title := one.get("title"), str) and title.strip()
        ),
    )


def _match(value: object) -> Match:
    said = _mapping(value)
    authors = frozenset(author.removesuffix(BOT) for author in _words(said.get("authors")))
    return Match(labels=_words(said.get("labels")), authors=authors)


def _words(value: object) -> frozenset[str]:
    return frozenset(str(one).casefold() for one in _list(value)[:_MOST] if isinstance(one, str | int | float))


def _mapping(value: object) -> dict[str, object]:
    return cast("dict[str, object]", value) if isinstance(value, dict) else {}


def _list(value: object) -> list[object]:
    return cast("list[object]", value) if isinstance(value, list) else []
