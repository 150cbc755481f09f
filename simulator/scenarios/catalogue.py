"""All stories of the demo, in the order they are shown."""

from simulator.scenarios import (
    arrivals,
    bays,
    departures,
    disputing,
    faults,
    field,
    keeping,
    maintaining,
    members,
    paying,
    pricing,
    refunding,
    refusals,
    several,
    swapping,
    telling,
    troubles,
    waiting,
)
from simulator.scenarios.stage import Scenario

ALL: tuple[Scenario, ...] = (
    *arrivals.SCENARIOS,
    *departures.SCENARIOS,
    *faults.SCENARIOS,
    *refusals.SCENARIOS,
    *several.SCENARIOS,
    *swapping.SCENARIOS,
    *bays.SCENARIOS,
    *paying.SCENARIOS,
    *pricing.SCENARIOS,
    *refunding.SCENARIOS,
    *disputing.SCENARIOS,
    *field.SCENARIOS,
    *keeping.SCENARIOS,
    *members.SCENARIOS,
    *troubles.SCENARIOS,
    *maintaining.SCENARIOS,
    *waiting.SCENARIOS,
    *telling.SCENARIOS,
)
