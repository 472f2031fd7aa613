"""The issues and pull requests around a release: which labels matter to its plan, and which of them are open."""

from collections.abc import Iterable

from app.domain.plan.model import ByNoOpenIssues, Plan
from app.domain.release.model import LabelledIssue, Release


def watched_labels(plan: Plan) -> tuple[str, ...]:
    """Return the labels the plan looks for: its blockers, and those that items want no open issue of."""
    items = (item.wanted.labels for item in plan.items() if isinstance(item.wanted, ByNoOpenIssues))
    return tuple(dict.fromkeys((*plan.gate.blockers, *(label for labels in items for label in labels))))


def carries(issue: LabelledIssue, labels: Iterable[str]) -> bool:
    """Whether the issue carries any of the labels. GitHub compares labels without regard to case."""
    return not {label.casefold() for label in labels}.isdisjoint(label.casefold() for label in issue.labels)


def open_with(release: Release, labels: Iterable[str]) -> tuple[LabelledIssue, ...]:
    """Return the open issues and pull requests with any of the labels."""
    wanted = tuple(labels)
    found = (issue for issue in release.issues.values() if issue.is_open and carries(issue, wanted))
    return tuple(sorted(found, key=lambda issue: issue.number))
