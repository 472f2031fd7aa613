"""One run of a plan: its events, the fold of them, and what follows from the fold."""
