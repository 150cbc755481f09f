"""How much is measured."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """Names ending in `_s` are seconds. `chargers`: under load. `idle`: connected and silent.

    `authorize_rate`: decisions asked for a second. `outage_s`: how long Postgres is away, each time. `storm`:
    chargers that come back within `storm_s`.
    """

    chargers: int
    rounds: int
    round_s: float
    warm_up_s: float
    changes_s: float
    idle: int
    idle_first: int
    settle_s: float
    authorize_rate: int
    authorize_s: float
    reservations: int
    outage_s: float
    around_outage_s: float
    storm: int
    storm_s: float


FULL = Sizes(
    chargers=200,
    rounds=9,
    round_s=2,
    warm_up_s=3,
    changes_s=15,
    idle=5_000,
    idle_first=100,
    settle_s=8,
    authorize_rate=1_000,
    authorize_s=20,
    reservations=100_000,
    outage_s=20,
    around_outage_s=5,
    storm=2_000,
    storm_s=5,
)
QUICK = Sizes(
    chargers=200,
    rounds=3,
    round_s=2,
    warm_up_s=1.5,
    changes_s=5,
    idle=1_000,
    idle_first=100,
    settle_s=4,
    authorize_rate=1_000,
    authorize_s=5,
    reservations=20_000,
    outage_s=6,
    around_outage_s=2,
    storm=800,
    storm_s=2,
)
SMOKE = Sizes(
    chargers=6,
    rounds=1,
    round_s=0.3,
    warm_up_s=0.1,
    changes_s=0.5,
    idle=20,
    idle_first=5,
    settle_s=0.2,
    authorize_rate=50,
    authorize_s=0.5,
    reservations=200,
    outage_s=0.5,
    around_outage_s=0.3,
    storm=20,
    storm_s=0.2,
)
"""For the test that the bench itself works."""
