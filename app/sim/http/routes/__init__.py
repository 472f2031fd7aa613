"""Every route that the simulated GitHub has."""

from app.sim.http.routes import (
    actions,
    apps,
    assets,
    checks,
    compare,
    contents,
    issues,
    pulls,
    refs,
    releases,
    repos,
    tags,
)

ROUTES = (
    *apps.ROUTES,
    *repos.ROUTES,
    *issues.ROUTES,
    *pulls.ROUTES,
    *compare.ROUTES,
    *contents.ROUTES,
    *refs.ROUTES,
    *tags.ROUTES,
    *checks.ROUTES,
    *actions.ROUTES,
    *releases.ROUTES,
    *assets.ROUTES,
)
