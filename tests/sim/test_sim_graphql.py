"""The simulated GraphQL API: pages of commits with their pull requests, files, searches, and no for what is not there."""

import pytest

from app.adapters.github.documents import NOTES_ALL, NOTES_SINCE, notes_people
from app.sim.graphql.answering import Thing, answer
from app.sim.graphql.reading import BadDocument, read_document
from tests.graphql_contract import problems_of_document
from tests.sim.conftest import AppClient, Kept, Room

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("document", [NOTES_SINCE, NOTES_ALL, notes_people(1), notes_people(40)])
def test_what_we_ask_is_in_githubs_schema(document: str) -> None:
    assert problems_of_document(document) == []


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        ("query Q { nobody { x } }", "Query has no field nobody"),
        ('query Q { repository(owner: "o", name: "n") { secrets } }', "Repository has no field secrets"),
        ('query Q { repository(owner: "o") { nameWithOwner } }', "Query.repository needs name"),
        ('query Q { repository(owner: "o", name: "n") { ref } }', "Repository.ref needs qualifiedName"),
        ("query Q($a: Int) { repository(owner: $a, name: $a) { nameWithOwner } }", "Query.repository: $a is Int"),
        ('query Q { search(query: "x", type: FRIENDS) { issueCount } }', "Query.search: there is no FRIENDS"),
    ],
)
def test_the_check_knows_what_is_not_in_the_schema(document: str, problem: str) -> None:
    assert problem in "\n".join(problems_of_document(document))


@pytest.mark.parametrize("document", ["", "{", "query", "query Q { a(", "mutation M { a }", "query Q { a ? }"])
def test_what_is_no_query_is_refused(document: str) -> None:
    with pytest.raises(BadDocument):
        read_document(document)


async def test_a_comparison_tells_its_commits_in_pages(github: Kept, room: Room, api: AppClient) -> None:
    github.push_tags(room.repo, {"v0.9.0": github.head(room.repo)}, by="release-manager")
    for number in range(120):
        github.preload(room.repo, {"log.txt": str(number)}, f"fix: change {number}", by="release-manager")
    variables: dict[str, object] = {
        "owner": room.repo.owner.login,
        "name": room.repo.name,
        "base": "refs/tags/v0.9.0",
        "head": github.head(room.repo),
        "rules": "main:nothing",
        "template": "main:log.txt",
        "withFiles": True,
    }

    first = (await api("POST", "/graphql", {"query": NOTES_SINCE, "variables": variables})).json()["data"]["repository"]
    page = first["ref"]["compare"]["commits"]
    again = {**variables, "after": page["pageInfo"]["endCursor"], "withFiles": False}
    second = (await api("POST", "/graphql", {"query": NOTES_SINCE, "variables": again})).json()["data"]["repository"]

    assert (first["rules"], first["template"]) == (None, {"text": "119", "isTruncated": False})
    assert len(page["nodes"]) == 100
    assert len(second["ref"]["compare"]["commits"]["nodes"]) == 20
    assert second["ref"]["compare"]["commits"]["pageInfo"]["hasNextPage"] is False
    assert "rules" not in second


async def test_a_pull_request_is_found_by_its_commits_and_by_who_made_it(
    github: Kept, room: Room, api: AppClient
) -> None:
    github.commit(room.repo, {"a.txt": "1"}, "feat: sing", by="release-manager", branch="sing")
    pull = github.open_pull(room.repo, "feat: sing", head="sing", by="release-manager")
    github.merge_pull(room.repo, pull.number, by="release-manager", is_squash=True)
    name, head = room.repo.full_name, github.head(room.repo)
    owner, _, short = name.partition("/")
    variables = {"owner": owner, "name": short, "head": head, "rules": "x:y", "template": "x:y", "withFiles": False}

    said = await api("POST", "/graphql", {"query": NOTES_ALL, "variables": variables})
    newest = said.json()["data"]["repository"]["object"]["history"]["nodes"][0]
    asked = f"repo:{name} is:pr is:merged author:release-manager merged:<"
    people = {"q0": f"{asked}2020-01-01T00:00:00Z", "q1": f"{asked}2090-01-01T00:00:00Z"}
    counts = (await api("POST", "/graphql", {"query": notes_people(2), "variables": people})).json()["data"]

    assert newest["message"] == f"feat: sing (#{pull.number})"
    assert newest["associatedPullRequests"]["nodes"][0]["number"] == pull.number
    assert counts == {"q0": {"issueCount": 0}, "q1": {"issueCount": 1}}


async def test_what_is_not_there_is_told_with_a_200(api: AppClient) -> None:
    variables = {"owner": "no", "name": "body", "head": "0" * 40, "rules": "", "template": "", "withFiles": False}
    missing = (await api("POST", "/graphql", {"query": NOTES_ALL, "variables": variables})).json()

    assert (missing["data"]["repository"], missing["errors"][0]["type"]) == (None, "NOT_FOUND")


def test_a_field_that_the_simulation_does_not_know_is_an_error() -> None:
    with pytest.raises(BadDocument, match="Field 'viewer' doesn't exist on type 'Query'"):
        answer(read_document("query Q { viewer { login } }"), {}, Thing("Query", {}))
