"""How much is measured: minutes for figures, seconds to see that it runs."""

from dataclasses import dataclass
from typing import Final

PACE: Final = 200.0  # deliveries a second


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much is measured."""

    teams: int
    tasks: int  # of each team's release
    rest: float  # seconds
    settled: float  # seconds after which a release that has begun has been asked after
    noise: int
    paced_seconds: float
    times_working: int  # how often acknowledgements are timed while there is work: one stall spoils a single tail
    burst_seconds: float
    starts: int
    peer_events: int
    slow_peer_events: int
    commits: int  # of the history that is told
    fair_rounds: int  # with and without an installation that hangs
    crowd: int  # teams whose deliveries have piled up
    piled: int  # runs of each of them that are told of, and commands that are given, in what has piled up
    pile: int  # deliveries that have piled up
    workers: tuple[int, ...]  # that work side by side on PostgreSQL
    slow_rounds: int  # commands of each team while GitHub takes its time
    releases: tuple[int, ...]  # that are open, one in each repository
    growing_events: int  # of each kind, at each of these numbers
    deaths: int  # of workers that had something in hand
    may_install: bool  # what others need that is not Python's

    @property
    def paced(self) -> int:
        """Deliveries posted at a fixed pace."""
        return int(PACE * self.paced_seconds)

    @property
    def rounds(self) -> int:
        """Tasks of each release that run while acknowledgements are timed: every tenth delivery is a command."""
        return max(1, self.paced // 10 // self.teams)

    @property
    def rounds_left(self) -> int:
        """Tasks of each release that are left for the flood: one runs first, and some each time that is timed."""
        return self.tasks - 1 - (self.times_working + 1) * self.rounds


FULL: Final = Size(
    teams=50,
    tasks=33,
    rest=6.5,
    settled=70,
    noise=6_000,
    paced_seconds=10,
    times_working=3,
    burst_seconds=15,
    starts=5,
    peer_events=1_000,
    slow_peer_events=100,
    commits=10_000,
    fair_rounds=3,
    crowd=100,
    piled=5,
    pile=10_000,
    workers=(1, 2, 4),
    slow_rounds=8,
    releases=(10, 100, 1_000),
    growing_events=100,
    deaths=3,
    may_install=True,
)
SHORT: Final = Size(
    teams=8,
    tasks=9,
    rest=0.2,
    settled=0.2,
    noise=300,
    paced_seconds=0.5,
    times_working=1,
    burst_seconds=1,
    starts=1,
    peer_events=48,
    slow_peer_events=16,
    commits=1_000,
    fair_rounds=2,
    crowd=8,
    piled=2,
    pile=320,
    workers=(2,),
    slow_rounds=1,
    releases=(4, 16),
    growing_events=32,
    deaths=1,
    may_install=False,
)
