"""Prices that vary by everything that they may, for what showing them costs."""

from datetime import date, time, timedelta

from domain.money.amount import Money
from domain.money.price import Price
from domain.terms.price_rules import (
    Band,
    Bounds,
    Dates,
    LeadStep,
    OccupancyStep,
    PriceRules,
    WeeklySpan,
)


def _cents(minor: int) -> Money:
    return Money(minor, "EUR")


_MORNINGS = tuple(
    Band(
        name=f"morning {day}",
        weekly=(WeeklySpan(weekdays=(day,), start=time(7), end=time(9 + day)),),
        energy_per_kwh=_cents(60 + day),
    )
    for day in range(7)
)
_FAIR = Band(
    name="fair", dates=(Dates(first=date(2000, 1, 1), last=date(2099, 1, 1)),), reservation_fee=_cents(400)
)
VARYING = PriceRules(
    currency="EUR",
    bands=(*_MORNINGS, _FAIR),
    occupancy=tuple(OccupancyStep(from_percent=n, factor_percent=100 + n) for n in (20, 40, 60, 80)),
    lead=tuple(LeadStep(within=timedelta(days=n), factor_percent=120 - n) for n in (1, 3, 7)),
    bounds=(Bounds(price=Price.ENERGY, floor=_cents(30), cap=_cents(99)),),
)
