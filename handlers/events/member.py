"""`member`: a collaborator has changed, so what is kept of people's roles is out of date."""

from collections.abc import Iterator

from app.domain.inputs import Input, PeopleChanged
from handlers.payloads import AboutPeople
from handlers.translating import github_event


@github_event("member", AboutPeople)
def member(payload: AboutPeople) -> Iterator[Input]:
    """Translate: whatever changed, roles and memberships are read afresh."""
    yield PeopleChanged(installation=payload.installation.id)
