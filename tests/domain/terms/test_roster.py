"""What becomes of a fleet's drivers and vehicles by a table, line by line."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.terms.roster import (
    Change,
    Flaw,
    KnownDriver,
    KnownVehicle,
    Line,
    Planned,
    Roster,
    plan,
    plate_key,
)

CCS: dict[str, Any] = {"plugs": ["IEC_62196_T2_COMBO"], "length_cm": 600}
VAN = KnownVehicle(id="v-1", plate="KI-AB 12", details=CCS)
ROSTER = Roster(
    drivers={
        "ana": KnownDriver(vehicle_id="v-1", cost_center="4711"),
        "ben": KnownDriver(vehicle_id="", cost_center="OVER"),
    },
    others={"eve"},
    vehicles=(VAN,),
    centers={"4711", "0815"},
)
LONGER = {"plugs": ["IEC_62196_T2_COMBO"], "length_cm": 700}


def planned(*lines: Line) -> list[Planned]:
    return plan(lines, ROSTER)


def line(**said: Any) -> Line:
    return Line(**({"number": 2} | said))


@pytest.mark.parametrize(
    ("said", "changes"),
    [
        (line(driver_id="ana"), ()),
        (line(driver_id="ana", vehicle="ki ab12", cost_center="4711"), ()),
        (line(driver_id="ana", vehicle="v-1", details=CCS), ()),
        (line(driver_id="ben", cost_center="OVER"), ()),
        (line(driver_id="ana", vehicle="KI-AB 12", details=LONGER), (Change.VEHICLE,)),
        (line(driver_id="ana", vehicle="", cost_center=""), (Change.DRIVES, Change.COST_CENTER)),
        (line(driver_id="ben", vehicle="KI AB 12"), (Change.DRIVES,)),
        (line(driver_id="new"), (Change.DRIVER_NEW,)),
        (
            line(driver_id="new", vehicle="B-1", details=CCS, cost_center="0815"),
            (Change.DRIVER_NEW, Change.VEHICLE_NEW, Change.DRIVES, Change.COST_CENTER),
        ),
        (line(vehicle="B-1", details=CCS), (Change.VEHICLE_NEW,)),
    ],
)
def test_a_line_changes_what_is_otherwise(said: Line, changes: tuple[Change, ...]) -> None:
    (one,) = planned(said)
    assert (one.changes, one.flaw) == (changes, None)


@pytest.mark.parametrize(
    ("said", "flaw"),
    [
        (line(), Flaw.NOBODY),
        (line(driver_id="eve"), Flaw.DRIVER_TAKEN),
        (line(driver_id="ana", cost_center="OVER"), Flaw.COST_CENTER_UNKNOWN),
        (line(driver_id="ana", vehicle="B-1"), Flaw.VEHICLE_UNKNOWN),
        (line(driver_id="ana", vehicle="- -", details=CCS), Flaw.TEXT_UNUSABLE),
        (line(driver_id="ana", flaw=Flaw.PLUG_UNKNOWN), Flaw.PLUG_UNKNOWN),
    ],
)
def test_a_line_that_cannot_be_carried_out_says_why(said: Line, flaw: Flaw) -> None:
    (one,) = planned(said)
    assert (one.changes, one.flaw) == ((), flaw)


def test_a_driver_has_one_line_and_a_vehicle_one_description() -> None:
    twice = planned(line(driver_id="ana"), line(driver_id="ana", cost_center=""))
    assert [one.flaw for one in twice] == [None, Flaw.DRIVER_TWICE]
    said = [
        line(driver_id="ana", vehicle="B-1", details=CCS),
        line(driver_id="ben", vehicle="b 1", details=LONGER),
        line(driver_id="ben", vehicle="b 1", details=CCS),
        line(driver_id="new", vehicle="B1"),
    ]
    found = [(one.changes, one.flaw) for one in planned(*said)]
    assert found == [
        ((Change.VEHICLE_NEW, Change.DRIVES), None),
        ((), Flaw.VEHICLE_DIFFERS),
        ((Change.DRIVES,), None),
        ((Change.DRIVER_NEW, Change.DRIVES), None),
    ]


def test_a_plate_that_two_vehicles_have_is_none_of_theirs() -> None:
    other = KnownVehicle(id="v-2", plate="KIAB-12", details=CCS)
    both = Roster(drivers={}, others=(), vehicles=(VAN, other), centers=())
    found = plan([line(driver_id="a", vehicle="KI-AB 12"), line(driver_id="b", vehicle="v-2")], both)
    assert [(one.flaw, one.vehicle_id) for one in found] == [(Flaw.VEHICLE_AMBIGUOUS, ""), (None, "v-2")]


IDS = st.sampled_from(["", "ana", "ben", "eve", "new"])
LINES = st.builds(
    line,
    driver_id=IDS,
    cost_center=st.sampled_from([None, "", "4711", "0815", "OVER"]),
    vehicle=st.sampled_from([None, "", "KI-AB 12", "v-1", "B-1"]),
    details=st.sampled_from([{}, CCS, LONGER]),
)


@given(st.lists(LINES, max_size=6))
def test_what_was_carried_out_changes_nothing_again(lines: list[Line]) -> None:
    first = planned(*lines)
    again = plan(lines, _after(first))
    assert [one.flaw for one in again] == [one.flaw for one in first]
    assert not any(one.changes for one in again)


def _after(found: list[Planned]) -> Roster:
    """As whoever carries it out leaves it."""
    drivers, vehicles = dict(ROSTER.drivers), {one.id: one for one in ROSTER.vehicles}
    for one in found:
        name, vehicle_id = one.line.vehicle or "", one.vehicle_id
        if Change.VEHICLE_NEW in one.changes:
            made = f"made-{plate_key(name)}"
            vehicles[made] = KnownVehicle(id=made, plate=name, details=one.line.details)
        if Change.VEHICLE in one.changes:
            was = vehicles[vehicle_id]
            vehicles[vehicle_id] = KnownVehicle(
                id=was.id, plate=was.plate, details={**was.details, **one.line.details}
            )
        if one.changes and one.line.driver_id:
            then = vehicle_id or (f"made-{plate_key(name)}" if name else "")
            drivers[one.line.driver_id] = KnownDriver(vehicle_id=then, cost_center=one.cost_center)
    return Roster(drivers=drivers, others={"eve"}, vehicles=[*vehicles.values()], centers=ROSTER.centers)
