"""GitHub's webhook events: each file here is one, found by being here."""
