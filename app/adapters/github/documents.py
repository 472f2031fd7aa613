"""What we ask of GitHub's GraphQL API, word for word. Each is checked against GitHub's schema by the tests."""

from typing import Final

_ONE_COMMIT: Final = """
fragment OneCommit on Commit {
  oid
  message
  parents(first: 2) { nodes { oid } }
  author { name user { login } }
  associatedPullRequests(first: 3) {
    nodes {
      number
      title
      url
      mergedAt
      baseRepository { nameWithOwner }
      author { __typename login }
      labels(first: 20) { nodes { name } }
    }
  }
}
fragment Text on Blob { text isTruncated }
"""

NOTES_SINCE: Final = (
    """
query NotesSince($owner: String!, $name: String!, $base: String!, $head: String!, $after: String,
                 $rules: String!, $template: String!, $withFiles: Boolean!) {
  repository(owner: $owner, name: $name) {
    ref(qualifiedName: $base) {
      compare(headRef: $head) {
        status
        commits(first: 100, after: $after) {
          pageInfo { hasNextPage endCursor }
          nodes { ...OneCommit }
        }
      }
    }
    rules: object(expression: $rules) @include(if: $withFiles) { ...Text }
    template: object(expression: $template) @include(if: $withFiles) { ...Text }
  }
}
"""
    + _ONE_COMMIT
)
"""A page of what a commit has and a tag has not; with the first one two files of the repository at that commit.

GitHub does not say in which order these come, nor so those of NOTES_ALL: nothing relies on it, and of a history that
was cut nobody says which end is missing.
"""

NOTES_ALL: Final = (
    """
query NotesAll($owner: String!, $name: String!, $head: GitObjectID!, $after: String,
               $rules: String!, $template: String!, $withFiles: Boolean!) {
  repository(owner: $owner, name: $name) {
    object(oid: $head) {
      ... on Commit {
        history(first: 100, after: $after) {
          pageInfo { hasNextPage endCursor }
          nodes { ...OneCommit }
        }
      }
    }
    rules: object(expression: $rules) @include(if: $withFiles) { ...Text }
    template: object(expression: $template) @include(if: $withFiles) { ...Text }
  }
}
"""
    + _ONE_COMMIT
)
"""A page of all that leads to a commit: for a repository's first release."""


def notes_people(count: int) -> str:
    """Return the question how many pull requests each of so many searches finds: the variables are `q0`, `q1` ..."""
    variables = ", ".join(f"$q{at}: String!" for at in range(count))
    searches = "\n".join(
        f"  q{at}: search(query: $q{at}, type: ISSUE, first: 1) {{ issueCount }}" for at in range(count)
    )
    return f"query NotesPeople({variables}) {{\n{searches}\n}}\n"
