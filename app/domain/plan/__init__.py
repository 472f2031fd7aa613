"""The plan: a Markdown file that says how a repository releases, read into values."""
