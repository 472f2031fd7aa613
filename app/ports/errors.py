"""What can go wrong with a call to GitHub, and with a commit."""

from datetime import datetime

#
#   GitHubError
#    +-- Rejected    GitHub answered and said no (4xx): asking again is no use
#    |    +-- Missing  ... because the thing is not there, or not to be seen by us (404, 410)
#    +-- Throttled   a rate limit: nothing was done, ask again at `retry_at`
#    |    +-- TurnLost  ... because the turn to do it is not ours any more
#    +-- Unclear     no answer or a 5xx: it may or may not have been done


class GitHubError(Exception):
    """A call to GitHub did not do what was asked."""


class Rejected(GitHubError):
    """GitHub said no. `status` is the HTTP status, the message GitHub's own, bounded."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(f"{status} {message}")
        self.status = status
        self.message = message


class Missing(Rejected):
    """The thing is not there, or our installation may not see it."""


class Throttled(GitHubError):
    """A primary or secondary rate limit. Nothing was done."""

    def __init__(self, retry_at: datetime) -> None:
        super().__init__(f"rate limited until {retry_at.isoformat()}")
        self.retry_at = retry_at


class TurnLost(Throttled):
    """Another process may have taken over what we were doing: nothing was done, and whoever has it now goes on."""


class Unclear(GitHubError):
    """A timeout, a lost connection or a 5xx: a write may have been done all the same."""


class Conflict(Exception):
    """Somebody else moved the release on: fold again and decide again."""


class AlreadySettled(Conflict):
    """A delivery or ledger row of the commit was finished elsewhere: nothing is written, nor to be decided again."""
