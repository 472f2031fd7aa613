"""Every route that the simulated GitHub has."""

from app.sim.http.routes import (
    actions,
    apps,
    assets,
    checks,
    compare,
    contents,
    environments,
    graphql,
    hooks,
    issues,
    pulls,
    refs,
    releases,
    repos,
    rulesets,
    tags,
)

ROUTES = (
    *apps.ROUTES,
    *hooks.ROUTES,
    *repos.ROUTES,
    *issues.ROUTES,
    *pulls.ROUTES,
    *compare.ROUTES,
    *contents.ROUTES,
    *refs.ROUTES,
    *tags.ROUTES,
    *checks.ROUTES,
    *rulesets.ROUTES,
    *actions.ROUTES,
    *releases.ROUTES,
    *assets.ROUTES,
    *environments.ROUTES,
    *graphql.ROUTES,
)
