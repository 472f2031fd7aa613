"""GitHub's REST API as the ports want it."""
