"""A stateful GitHub in memory, for the demo, rehearsals and tests."""
