"""Every route that the simulated GitHub has."""

from app.sim.http.routes import actions, apps, checks, compare, contents, issues, pulls, refs, repos, tags

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
)
