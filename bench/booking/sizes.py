"""How much is measured."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """`holds`: rows in the table, level by level. `queries`: for a fortnight, at each level.

    `packings`: of the same holds. `days`: of random demand. `racers`: for the last seats.
    """

    holds: tuple[int, ...]
    queries: int
    packings: int
    days: int
    racers: int


FULL = Sizes(holds=(10_000, 100_000, 1_000_000), queries=150, packings=50, days=400, racers=500)
QUICK = Sizes(holds=(10_000, 100_000), queries=50, packings=20, days=60, racers=150)
SMOKE = Sizes(holds=(4_500, 8_500), queries=2, packings=2, days=2, racers=10)
"""For the test that the bench itself works."""
