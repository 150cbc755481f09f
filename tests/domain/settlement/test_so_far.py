"""What is told of charging while it goes on: never another price than what bills it."""

from datetime import datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from domain.charging.readings import Context, Reading, Told
from domain.money.lines import ConnectorName, LineKind
from domain.place.slots import Slot
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
