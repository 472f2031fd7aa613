"""Go/No-Go: the GitHub App that runs a release plan."""
