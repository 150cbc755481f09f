"""What it is worth to choose bays late: the same random demand, sold by first-fit and sold by the rules of placing."""

import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from statistics import fmean
from typing import Any

from bench.booking.sizes import Sizes
from bench.place import seed_for_bench
from domain.charging.connector import ConnectorStatus
from domain.place.choice import Choice
from domain.place.choosing import for_booking
from domain.place.connectors import PoolConnector
from domain.place.holds import times_of
from domain.place.packing import peak_overlap
from domain.place.pool import Pool
from domain.place.pool_facts import PoolFacts
from domain.place.slots import Slot
from domain.terms.policy import Policy

BAYS, ASKED = 8, 110
"""A day's demand: more than fits, so that each refusal matters."""
_DAY = datetime(2026, 12, 7, tzinfo=UTC)
_NOW = _DAY - timedelta(days=3)
_QUARTER = timedelta(minutes=15)


def measure(sizes: Sizes) -> dict[str, Any]:
    """Hours sold over all days; `gain` of placing over first-fit; `by_fragmentation`: refused though a bay's worth of
    time was free throughout."""
    policy = seed_for_bench().default_policy
    if policy is None:
        raise LookupError("the bench's sites have a policy")
    first_fit: list[float] = []
    placed: list[float] = []
    refused = fragmented = 0
    for day in range(sizes.days):
        wanted = list(_demand(day))
        first_fit.append(_hours(_first_fit(wanted, policy)))
        sold, needless = _placed(wanted, policy)
        placed.append(_hours(sold))
        refused += len(wanted) - len(sold)
        fragmented += needless
    return {
        "days": sizes.days,
        "first_fit_hours": round(fmean(first_fit), 1),
        "hours": round(fmean(placed), 1),
        "gain": round(sum(placed) / sum(first_fit) - 1, 4),
        "refused": refused,
        "by_fragmentation": fragmented,
    }


def _demand(day: int) -> Iterator[Slot]:
    """In the order of asking: half an hour to four hours, from any quarter of the day, by a seed that stays."""
    chance = random.Random(day)
    for _ in range(ASKED):
        start = _DAY + chance.randrange(0, 96) * _QUARTER
        yield Slot(start, start + chance.randrange(2, 17) * _QUARTER)


def _first_fit(wanted: Sequence[Slot], policy: Policy) -> list[Slot]:
    bays: list[list[Slot]] = [[] for _ in range(BAYS)]
    sold = []
    for slot in wanted:
        window = times_of(slot, policy).window
        free = next((bay for bay in bays if not any(window.overlaps(other) for other in bay)), None)
        if free is not None:
            free.append(window)
            sold.append(slot)
    return sold


def _placed(wanted: Sequence[Slot], policy: Policy) -> tuple[list[Slot], int]:
    """What is sold, and how many were refused that capacity allowed."""
    pool, sold, needless = _pool(policy), list[Slot](), 0
    for number, slot in enumerate(wanted, 1):
        times = times_of(slot, policy)
        choice = for_booking([pool], slot, f"ASKED-{number}")
        if isinstance(choice, Choice):
            pool = pool.after(choice, times, number)
            sold.append(slot)
        else:
            there = [hold.window for hold in pool.holds if hold.window.overlaps(times.window)]
            within = [Slot(max(w.start, times.window.start), min(w.end, times.window.end)) for w in there]
            needless += peak_overlap(within) < BAYS
    return sold, needless


def _pool(policy: Policy) -> Pool:
    plug = "IEC_62196_T2_COMBO"
    connectors = tuple(
        PoolConnector(
            id=number,
            number=1,
            charger_id=f"bay-{number}",
            pool_id="bays",
            site_id="bays",
            bay=str(number),
            status=ConnectorStatus.AVAILABLE,
            charger_status=ConnectorStatus.AVAILABLE,
            connected=True,
            last_seen_at=_NOW,
            sessions=(),
            berth_id=number,
        )
        for number in range(1, BAYS + 1)
    )
    facts = PoolFacts(
        id="bays", site_id="bays", name="Bays", connector_type=plug, power_w=150_000, walk_in_connectors=0
    )
    return Pool(facts=facts, connectors=connectors, holds=(), seen=None, policy=policy, now=_NOW)


def _hours(slots: Sequence[Slot]) -> float:
    return sum((slot.length for slot in slots), timedelta()) / timedelta(hours=1)
