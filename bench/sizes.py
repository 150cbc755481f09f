"""How much is measured: enough for a median, little enough to be run often."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """`bookings`: concurrency → bookings a variant and round. `holds`: rows in the table, level by level.

    `rounds`: at most, a concurrency; `lives`: at most, reservations whose actions are measured. None begins once
    `seconds` are spent, so a busy machine is no hang.
    """

    rounds: int
    seconds: float
    bookings: dict[int, int]
    holds: tuple[int, ...]
    queries: int
    lives: int
    warm_up: int


FULL = Sizes(
    rounds=5,
    seconds=18,
    bookings={1: 15, 10: 40},
    holds=(0, 1_000, 20_000),
    queries=100,
    lives=60,
    warm_up=10,
)
QUICK = Sizes(
    rounds=2, seconds=8, bookings={1: 10, 10: 20}, holds=(0, 1_000, 20_000), queries=30, lives=20, warm_up=5
)
SMOKE = Sizes(rounds=1, seconds=1, bookings={2: 2}, holds=(0, 100), queries=2, lives=1, warm_up=1)
"""For the test that the bench itself works."""
