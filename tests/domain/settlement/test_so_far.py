"""What is told of charging while it goes on: never another price than what bills it."""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from domain.charging.readings import Context, Reading, Told
from domain.money.lines import ConnectorName, LineKind
from domain.place.slots import Slot
from domain.settlement.course import stretches_of
from domain.settlement.metering import MeteredTransaction
from domain.settlement.quote import estimate
from domain.settlement.so_far import SoFar, so_far
from tests.domain.builders import at
from tests.factories.policies import make_terms

BAY = ConnectorName(charger_id="CP-1", number=1, bay="Bay 1")
SLOT = Slot(at(0), at(60))


def sample(minute: int, wh: int, context: Context = Context.SAMPLE) -> Reading:
    return Reading(at=at(minute), wh=wh, context=context, told=Told.TRANSACTION)


def running(*readings: Reading, **over: Any) -> MeteredTransaction:
    values: dict[str, Any] = {
        "connector": BAY,
        "power_w": 50_000,
        "authorised": True,
        "started_at": at(0),
        "ended_at": None,
        "meter_start_wh": readings[0].wh if readings else 0,
        "meter_last_wh": readings[-1].wh if readings else 0,
        "meter_at": readings[-1].at if readings else at(0),
        "readings": readings,
    }
    return MeteredTransaction(**(values | over))


def told(*transactions: MeteredTransaction, now: datetime | None = None) -> SoFar:
    found = so_far(make_terms(), SLOT, transactions, (), now or at(30))
    assert found is not None
    return found


def test_nothing_is_told_where_nothing_of_the_drivers_has_begun() -> None:
    assert so_far(make_terms(), SLOT, (), (), at(0)) is None
    assert so_far(make_terms(), SLOT, (running(sample(0, 0), authorised=False),), (), at(1)) is None


def test_power_is_what_flowed_between_the_last_two_readings() -> None:
    found = told(running(sample(0, 1000, Context.BEGIN), sample(10, 5000), sample(20, 12_000)))
    assert [(one.at, one.energy_wh) for one in found.points[:1]] == [(at(0), 0)]
    assert (found.points[-1].at, found.points[-1].energy_wh) == (at(20), 11_000)
    assert found.power_w == 42_000, "7 kWh in 10 minutes"
    assert found.bill.energy_wh == 11_000


def test_an_old_reading_and_one_alone_tell_no_power() -> None:
    readings = (sample(0, 0, Context.BEGIN), sample(10, 5000))
    assert told(running(*readings), now=at(31)).power_w is None
    assert told(running(*readings[:1]), now=at(1)).power_w is None
    assert told(running(*readings, sample(20, 9000, Context.END), ended_at=at(20))).power_w is None


def test_a_second_leg_goes_on_where_the_first_one_ended() -> None:
    first = running(sample(0, 0, Context.BEGIN), sample(10, 4000, Context.END), ended_at=at(10))
    there = ConnectorName(charger_id="CP-2", number=1, bay="Bay 2")
    second = running(sample(20, 500, Context.BEGIN), sample(25, 1500), started_at=at(20), connector=there)
    found = told(first, second)
    assert found.points[-1].energy_wh == 5000
    assert found.power_w == 12_000


@given(st.integers(1, 40_000))
def test_it_costs_what_the_same_energy_was_quoted(energy_wh: int) -> None:
    whole = running(sample(0, 0, Context.BEGIN), sample(60, energy_wh))
    found = told(whole, now=at(60))
    assert found.bill.charge == estimate(make_terms(), SLOT, energy_wh).charge
    assert LineKind.COMPENSATION not in {line.kind for line in found.bill.lines}


@given(st.lists(st.tuples(st.integers(1, 59), st.integers(-100, 60_000)), max_size=12))
def test_what_a_meter_tells_never_falls_and_ends_at_what_is_billed(readings: list[tuple[int, int]]) -> None:
    found = told(running(sample(0, 100, Context.BEGIN), *(sample(*one) for one in readings)), now=at(60))
    energies = [one.energy_wh for one in found.points]
    assert energies == sorted(energies)
    assert energies[-1] == found.bill.energy_wh
    assert found.power_w is None or 0 <= found.power_w <= 50_000
    assert found.points[0].at == SLOT.start
    assert timedelta(0) <= found.points[-1].at - found.points[0].at <= timedelta(hours=1)


def leg_of(begins: int, lasts: int, readings: list[tuple[int, int]], number: int) -> MeteredTransaction:
    end = begins + lasts
    told_then = [sample(begins + minute, wh) for minute, wh in readings if minute < lasts]
    return running(
        sample(begins, 0, Context.BEGIN),
        *told_then,
        sample(end, max((one.wh for one in told_then), default=0) + 500, Context.END),
        connector=ConnectorName(charger_id=f"CP-{number}", number=1, bay=f"Bay {number}"),
        started_at=at(begins),
        ended_at=at(end),
    )


LEGS = st.lists(
    st.tuples(
        st.integers(0, 50),
        st.integers(0, 75),
        st.lists(st.tuples(st.integers(0, 75), st.integers(0, 9_000)), max_size=6),
    ),
    min_size=1,
    max_size=4,
).map(lambda many: [leg_of(*one, number) for number, one in enumerate(sorted(many), 1)])


@given(legs=LEGS, most=st.integers(1, 60))
@example(
    legs=[
        leg_of(0, 75, [(minute, minute * 100) for minute in range(5, 75, 5)], 1),
        leg_of(40, 30, [(10, 900)], 2),
    ],
    most=48,
)
def test_energy_of_sessions_that_overlap_is_told_in_the_order_in_which_it_came(
    legs: list[MeteredTransaction], most: int
) -> None:
    found = told(*legs, now=at(130))
    points = found.points
    assert all(one.at < after.at and one.energy_wh <= after.energy_wh for one, after in pairwise(points))
    assert points[-1].energy_wh == found.bill.energy_wh, "all of it"
    assert (points[0].at, points[-1].at) == (
        min(one.started_at for one in legs),
        max(one.ended_at or one.started_at for one in legs),
    )
    stretches = stretches_of(points, most)
    assert all(one.start < one.end and one.power_w >= 0 for one in stretches)
    assert all(one.end == after.start for one, after in pairwise(stretches)), "without a gap"
    assert len(stretches) <= most
    assert (stretches == ()) == (len(points) == 1)


def test_the_power_of_what_runs_is_its_own() -> None:
    beside = running(
        sample(0, 0, Context.BEGIN), sample(18, 9000), sample(25, 9500, Context.END), ended_at=at(25)
    )
    there = ConnectorName(charger_id="CP-2", number=1, bay="Bay 2")
    runs = running(
        sample(15, 0, Context.BEGIN), sample(20, 1000), started_at=at(15), connector=there, power_w=11_000
    )
    assert told(beside, runs).power_w == 11_000
    slow = replace(runs, readings=(*runs.readings, sample(30, 1500)))
    assert told(beside, slow).power_w == 3_000
