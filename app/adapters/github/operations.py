"""GitHub as the rest of the program sees it: every operation of the port, by REST and, for histories, by GraphQL."""

from app.adapters.github.app_desk import AppDesk
from app.adapters.github.checks import Checks
from app.adapters.github.code import Code
from app.adapters.github.deployments import Deployments
from app.adapters.github.histories import Histories
from app.adapters.github.hosting import Hosting
from app.adapters.github.issues import Issues
from app.adapters.github.people import People
from app.adapters.github.protection import Protection
from app.adapters.github.runs import Runs
from app.adapters.github.tags import Tags


class RestGitHub(People, Issues, Code, Tags, Histories, Runs, Checks, Hosting, Deployments, Protection, AppDesk):
    """All ports to GitHub: `RestGitHub(line, jwt)`, or with a pacing of its own.

    `line` says which GitHub and over what connection, `jwt` which App, `pacing` how fast content may be written
    (GitHub's own limits, for this process alone, unless told otherwise).
    """
