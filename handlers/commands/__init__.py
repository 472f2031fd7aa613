"""The slash commands: each file here is one, found by being here."""
