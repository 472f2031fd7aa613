"""Every route that the simulated GitHub has."""

from app.sim.http.routes import actions, apps, checks, contents, issues, refs, repos

ROUTES = (
    *apps.ROUTES,
    *repos.ROUTES,
    *issues.ROUTES,
    *contents.ROUTES,
    *refs.ROUTES,
    *checks.ROUTES,
    *actions.ROUTES,
)
