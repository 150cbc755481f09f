"""How much is measured."""

from dataclasses import dataclass

from bench import sizes as bookings


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """`holds`: rows in the table, level by level. `queries`: for so many days of `ahead`, in `rounds`, at each level.

    `packings`: of the same holds. `repackings`: of each kind of booking for which others move. `days`: of random
    demand. `racers`: for the last seats. `bookings`: as of the bench of bookings.
    """

    holds: tuple[int, ...]
    queries: int
    rounds: int
    ahead: int
    packings: int
    repackings: int
    days: int
    racers: int
    bookings: bookings.Sizes


FULL = Sizes(
    holds=(10_000, 100_000, 1_000_000),
    queries=50,
    rounds=5,
    ahead=14,
    packings=50,
    repackings=60,
    days=400,
    racers=500,
    bookings=bookings.FULL,
)
QUICK = Sizes(
    holds=(10_000, 100_000),
    queries=10,
    rounds=2,
    ahead=14,
    packings=20,
    repackings=20,
    days=60,
    racers=150,
    bookings=bookings.QUICK,
)
SMOKE = Sizes(
    holds=(8_500, 12_500),
    queries=1,
    rounds=1,
    ahead=2,
    packings=2,
    repackings=2,
    days=2,
    racers=10,
    bookings=bookings.SMOKE,
)
"""For the test that the bench itself works."""
