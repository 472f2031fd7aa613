"""The bot's words: one Markdown template per message, the projections in `views/`, what they share in `parts/`."""
