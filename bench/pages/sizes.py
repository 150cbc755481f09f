"""How much is measured."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """`requests`: of each page, so many a second in all. `paints`: of each page. `changes`: one a second.

    `subscribers`: those who look, shared among `drivers` who are signed in.
    """

    requests: int
    per_second: float
    paints: int
    subscribers: int
    drivers: int
    changes: int


FULL = Sizes(requests=40, per_second=10, paints=3, subscribers=500, drivers=50, changes=30)
QUICK = Sizes(requests=20, per_second=10, paints=2, subscribers=100, drivers=20, changes=8)
SMOKE = Sizes(requests=3, per_second=20, paints=1, subscribers=10, drivers=2, changes=2)
