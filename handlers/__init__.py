"""One file per slash command, one file per GitHub event."""
