"""Finds the route of a path: a few regular expressions per corner of the API, the narrow ones first."""

import re
from collections.abc import Iterable

from app.sim.http.request import Route

_REPO_DEPTH = 3  # /repos/{owner}/{repo}


def _corner(path: str) -> str:
    parts = path.split("/", 5)[1:]
    if parts[0] == "repos" and len(parts) > _REPO_DEPTH:
        return f"repos/{parts[_REPO_DEPTH]}"
    return parts[0]


def _pattern(template: str) -> re.Pattern[str]:
    def part(match: re.Match[str]) -> str:
        name = match[1]
        return f"(?P<{name[:-1]}>.+)" if name.endswith("*") else f"(?P<{name}>[^/]+)"

    return re.compile(re.sub(r"\{(\w+\*?)\}", part, template))


def _breadth(route: Route) -> tuple[bool, bool, int]:
    """Rank routes: those with names that hold slashes last, and of these the open-ended ones last."""
    template = route.template
    return "*" in template, template.endswith("*}"), template.count("{")


class Router:
    """All routes, sorted into corners."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self._corners: dict[tuple[str, str], list[tuple[re.Pattern[str], Route]]] = {}
        for route in sorted(routes, key=_breadth):
            key = (route.method, _corner(route.template))
            self._corners.setdefault(key, []).append((_pattern(route.template), route))

    def find(self, method: str, path: str) -> tuple[Route, dict[str, str]] | None:
        """Return the route and what its template's names stand for, or None."""
        for pattern, route in self._corners.get((method, _corner(path)), ()):
            match = pattern.fullmatch(path)
            if match:
                return route, match.groupdict()
        return None
