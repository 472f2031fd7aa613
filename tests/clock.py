"""The hour at which the tests of adapters and workers begin."""

from datetime import UTC, datetime

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
