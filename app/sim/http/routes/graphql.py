"""The one route of the GraphQL API: a document in, data or errors out, with 200 for both."""

from typing import cast

from app.sim.graphql.answering import answer
from app.sim.graphql.reading import BadDocument, read_document
from app.sim.graphql.things import Sight
from app.sim.http.auth import reaches
from app.sim.http.request import Request, Route
from app.sim.wire import Answer, Json, Refusal, wanted


def query(request: Request) -> Answer:
    """POST /graphql. A repository that the caller cannot see is as good as none."""
    token, world = request.token, request.world
    if token is None:
        raise Refusal(401, "Requires authentication")
    text, variables = wanted(request.body, "query"), request.body.get("variables")
    given = cast("Json", variables) if isinstance(variables, dict) else {}
    sight = Sight(world, lambda repo: reaches(world, token, repo))
    try:
        data = answer(read_document(text), given, sight.root())
    except BadDocument as bad:
        return Answer(body={"errors": [{"message": str(bad), "extensions": {"code": "undefinedField"}}]})
    if "repository" in data and data["repository"] is None:
        named = f"{given.get('owner')}/{given.get('name')}"
        missing = f"Could not resolve to a Repository with the name '{named}'."
        return Answer(
            body={"data": data, "errors": [{"type": "NOT_FOUND", "path": ["repository"], "message": missing}]}
        )
    return Answer(body={"data": data})


ROUTES = (Route("POST", "/graphql", query, "contents:read"),)
