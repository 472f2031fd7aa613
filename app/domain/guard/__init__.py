"""The tag guard: which tags it looks at, what it remembers of them, and whether one may stand. Values and functions."""
