"""What a charger's event says about a reservation: by event, state and what is known already."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.causes import Cause
from domain.charging.connector import ConnectorStatus
from domain.charging.events import LEFT, ChargerEvent, ChargerEventKind, HoldLoss
from domain.charging.maintenance import OnConflict, PlannedMaintenance
from domain.charging.trouble import LOCK_FAILED, TroubleCause
from domain.place.slots import Slot
from domain.reservation.device_hold import DeviceHold
from domain.reservation.lifecycle import REROUTABLE, Course, State
from domain.reservation.progress import Progress
from domain.reservation.remembered import Proposal
from domain.reservation.sign import Sign
from domain.reservation.signs import concerns, signs_of
from tests.domain.builders import at, make_assignment, make_event, make_progress, make_trouble, window

TROUBLE = {Sign.FAULT_BEGINS, Sign.FAULT_ENDS, Sign.OFFLINE_BEGINS, Sign.OFFLINE_ENDS}


def trouble_in(event: ChargerEvent, progress: Progress) -> Sign | None:
    return next((sign for sign in signs_of(event, progress) if sign in TROUBLE), None)


STATUS = ChargerEventKind.CONNECTOR_STATUS
OFFLINE, ONLINE = ChargerEventKind.CHARGER_OFFLINE, ChargerEventKind.CHARGER_ONLINE
BOOTED = ChargerEventKind.CHARGER_BOOTED
WATCHED = REROUTABLE | {State.AWAITING_PAYMENT, State.OVERSTAYING}
BROKEN = {"fault_since": at(0)}
SILENT = {"offline_since": at(0)}
ALL_BROKEN = {"troubles": [make_trouble(TroubleCause.FAULT, at(0), connector_number=None)]}
LOCK_BROKEN = {"troubles": [make_trouble(TroubleCause.LOCK_FAILURE, at(0))]}


@pytest.mark.parametrize(
    ("event", "facts", "sign"),
    [
        ({"connector_id": 11, "status": ConnectorStatus.FAULTED}, {}, Sign.FAULT_BEGINS),
        ({"connector_id": 11, "status": ConnectorStatus.UNAVAILABLE}, {}, Sign.FAULT_BEGINS),
        ({"connector_id": None, "status": ConnectorStatus.FAULTED}, {}, Sign.FAULT_BEGINS),
        ({"connector_id": 11, "status": ConnectorStatus.FAULTED}, BROKEN, None),
        ({"connector_id": 11, "status": ConnectorStatus.AVAILABLE}, BROKEN, Sign.FAULT_ENDS),
        ({"connector_id": 11, "status": ConnectorStatus.CHARGING}, BROKEN, Sign.FAULT_ENDS),
        ({"connector_id": 11, "status": ConnectorStatus.AVAILABLE}, {}, None),
        ({"connector_id": 11, "status": ConnectorStatus.UNKNOWN}, BROKEN, None),
        ({"connector_id": None, "status": ConnectorStatus.AVAILABLE}, BROKEN, None),
        ({"connector_id": 12, "status": ConnectorStatus.FAULTED}, {}, None),
        ({"connector_id": 11, "status": None}, BROKEN, None),
        ({"connector_id": None, "status": ConnectorStatus.FAULTED}, BROKEN, Sign.FAULT_BEGINS),
        ({"connector_id": None, "status": ConnectorStatus.AVAILABLE}, ALL_BROKEN, Sign.FAULT_ENDS),
        ({"connector_id": None, "status": ConnectorStatus.FAULTED}, ALL_BROKEN, None),
        ({"connector_id": 11, "status": ConnectorStatus.AVAILABLE}, ALL_BROKEN, None),
        (
            {"connector_id": 11, "status": ConnectorStatus.FINISHING, "detail": LOCK_FAILED},
            {},
            Sign.FAULT_BEGINS,
        ),
        (
            {"connector_id": 11, "status": ConnectorStatus.FINISHING, "detail": "EVCommunicationError"},
            {},
            None,
        ),
        ({"connector_id": 11, "status": ConnectorStatus.FINISHING}, LOCK_BROKEN, Sign.FAULT_ENDS),
    ],
)
def test_a_status_is_a_sign_for_its_own_connector_or_the_whole_charger(
    event: dict[str, Any], facts: dict[str, Any], sign: Sign | None
) -> None:
    assert trouble_in(make_event(STATUS, **event), make_progress(State.LOCKED, **facts)) == sign


@pytest.mark.parametrize(
    ("kind", "facts", "sign"),
    [
        (OFFLINE, {}, Sign.OFFLINE_BEGINS),
        (OFFLINE, SILENT, None),
        (ONLINE, SILENT, Sign.OFFLINE_ENDS),
        (BOOTED, SILENT, Sign.OFFLINE_ENDS),
        (ONLINE, {}, None),
        (BOOTED, BROKEN, None),
    ],
)
def test_silence_begins_and_ends_once(
    kind: ChargerEventKind, facts: dict[str, Any], sign: Sign | None
) -> None:
    assert trouble_in(make_event(kind), make_progress(State.CHARGING, **facts)) == sign


@pytest.mark.parametrize(
    ("connector", "facts", "disproved"),
    [
        (None, ALL_BROKEN, True),
        (None, BROKEN, False),
        (11, BROKEN, True),
        (12, BROKEN, False),
        (11, {}, False),
    ],
)
def test_other_evidence_ends_what_stands_at_its_place(
    connector: int | None, facts: dict[str, Any], disproved: bool
) -> None:
    event = make_event(ChargerEventKind.TROUBLE_ENDED, connector_id=connector)
    found = signs_of(event, make_progress(State.LOCKED, **facts))
    assert found == ((Sign.TROUBLE_DISPROVED,) if disproved else ())


@given(
    st.sampled_from(list(State)),
    st.sampled_from(list(ChargerEventKind)),
    st.sampled_from([None, *ConnectorStatus]),
    st.sampled_from([None, 11, 12]),
    st.sampled_from(["charger-1", "charger-2"]),
    st.booleans(),
)
def test_other_chargers_other_states_and_other_events_are_never_a_sign(
    state: State,
    kind: ChargerEventKind,
    status: ConnectorStatus | None,
    connector: int | None,
    charger: str,
    assigned: bool,
) -> None:
    progress = make_progress(state) if assigned else make_progress(state, assignment=None)
    event = make_event(kind, status=status, connector_id=connector, charger_id=charger)
    mine = state in WATCHED and assigned and charger == "charger-1"
    broken = kind is STATUS and connector != 12 and status is not None and not status.is_usable
    assert (trouble_in(event, progress) is not None) == (mine and (broken or kind is OFFLINE))


AVAILABLE, RESERVED = ConnectorStatus.AVAILABLE, ConnectorStatus.RESERVED
FREE = {"connector_id": 11, "status": AVAILABLE}
HELD = {"device": DeviceHold(held=True, answered_at=at(0))}
TOLD = {"device": DeviceHold(held=False, answered_at=at(4))}
STOPPED = {"transaction_ended_at": at(4)}
BESIDE = {"connector_id": 12, "beside": (11,)}
BUSY = {"busy_beside": True}


@pytest.mark.parametrize(
    ("state", "facts", "event", "sign"),
    [
        (State.LOCKED, {}, FREE, Sign.HOLD_DOUBTED),
        (State.LOCKED, HELD, FREE, None),
        (State.LOCKED, TOLD, FREE, Sign.HOLD_DOUBTED),
        (State.LOCKED, TOLD, FREE | {"at": at(3)}, None),
        (State.LOCKED, {"contested": True}, FREE, Sign.VACATED_WITHOUT_HOLD),
        (State.LOCKED, {"contested": True}, FREE | {"status": RESERVED}, Sign.VACATED),
        (State.LOCKED, {}, FREE | {"connector_id": 12}, None),
        (State.LOCKED, {"contested": True}, FREE | BESIDE, Sign.VACATED_WITHOUT_HOLD),
        (State.LOCKED, {"contested": True} | HELD, FREE | BESIDE, Sign.VACATED),
        (State.LOCKED, {"contested": True}, FREE | BESIDE | {"status": RESERVED}, Sign.VACATED),
        (
            State.LOCKED,
            {"contested": True},
            FREE | BESIDE | {"charger_id": "charger-2"},
            Sign.VACATED_WITHOUT_HOLD,
        ),
        (State.LOCKED, {"contested": True}, FREE | BESIDE | BUSY, None),
        (State.LOCKED, {"contested": True}, FREE | BUSY, None),
        (State.LOCKED, {"contested": True}, FREE | {"connector_id": 12}, None),
        (State.LOCKED, {}, FREE | BESIDE, None),
        (State.ARRIVED, {"contested": True}, FREE | BESIDE, Sign.VACATED),
        (State.ARRIVED, {"contested": True}, FREE | BESIDE | BUSY, None),
        (State.CHARGING, STOPPED, FREE | BESIDE, None),
        (State.CONFIRMED, {}, FREE, None),
        (State.ARRIVED, {}, FREE, None),
        (State.ARRIVED, {"contested": True}, FREE, Sign.VACATED),
        (State.CHARGING, {}, FREE, None),
        (State.CHARGING, STOPPED, FREE, Sign.DEPARTED),
        (State.OVERSTAYING, STOPPED, FREE, Sign.DEPARTED),
        (State.CHARGING, {}, FREE | {"status": RESERVED}, None),
        (State.CHARGING, STOPPED, FREE | {"status": RESERVED}, Sign.DEPARTED),
        (State.OVERSTAYING, STOPPED, FREE | {"status": RESERVED}, Sign.DEPARTED),
        (State.OVERSTAYING, STOPPED, FREE | {"status": ConnectorStatus.FAULTED}, None),
        (State.OVERSTAYING, STOPPED, FREE | {"status": ConnectorStatus.UNAVAILABLE}, None),
        (State.ARRIVED, {"there_since_before": True}, FREE | {"status": RESERVED}, Sign.LEFT_SINCE_BEFORE),
        (State.ARRIVED, {"contested": True}, FREE | {"status": RESERVED}, Sign.VACATED),
        (State.CHARGING, {}, FREE | {"status": ConnectorStatus.SUSPENDED_EV}, Sign.VEHICLE_TAKES_NO_MORE),
        (State.CHARGING, {}, FREE | {"status": ConnectorStatus.CHARGING}, Sign.VEHICLE_MAY_TAKE_MORE),
        (State.CHARGING, {}, FREE | {"status": ConnectorStatus.SUSPENDED_EVSE}, Sign.VEHICLE_MAY_TAKE_MORE),
        (State.CHARGING, {}, FREE | {"status": ConnectorStatus.FINISHING}, None),
        (State.CHARGING, STOPPED, FREE | {"status": ConnectorStatus.FINISHING}, Sign.CABLE_STAYS_IN),
        (State.CHARGING, STOPPED, FREE | {"status": ConnectorStatus.OCCUPIED}, Sign.CABLE_STAYS_IN),
    ],
)
def test_the_same_status_says_other_things_in_other_states(
    state: State, facts: dict[str, Any], event: dict[str, Any], sign: Sign | None
) -> None:
    found = signs_of(make_event(STATUS, **event), make_progress(state, **facts))
    assert [s for s in found if s not in (*TROUBLE, Sign.SHOWS_STATUS)] == ([sign] if sign else [])


@pytest.mark.parametrize(
    ("where", "contests"),
    [
        ({"connector_id": 11}, True),
        (BESIDE, True),
        (BESIDE | {"charger_id": "charger-2"}, True),
        ({"connector_id": 12}, False),
    ],
)
@pytest.mark.parametrize("state", [State.LOCKED, State.ARRIVED])
@pytest.mark.parametrize(
    "kind",
    [ChargerEventKind.STRANGER_STARTED, ChargerEventKind.TRANSACTION_STARTED],
    ids=["refused", "let in"],
)
def test_whoever_else_starts_at_any_plug_of_the_bay_is_in_the_drivers_way(
    kind: ChargerEventKind, state: State, where: dict[str, Any], contests: bool
) -> None:
    event, progress = make_event(kind, **where), make_progress(state)
    assert (Sign.STRANGER_ON_HELD_CONNECTOR in signs_of(event, progress)) == contests
    assert not contests or concerns(event, progress)


@pytest.mark.parametrize("state", list(State))
@pytest.mark.parametrize("mine", [True, False])
def test_only_the_drivers_own_card_and_start_count(state: State, mine: bool) -> None:
    progress = make_progress(state)
    came = signs_of(make_event(ChargerEventKind.TOKEN_PRESENTED, matches_driver=mine), progress)
    started = signs_of(make_event(ChargerEventKind.TRANSACTION_STARTED, matches_driver=mine), progress)
    expected = {State.CONFIRMED, State.LOCKED, State.NO_SHOW}
    assert came == ((Sign.DRIVER_CAME,) if mine and state in expected else ())
    assert started == ((Sign.CHARGING_STARTED,) if mine and state in expected | {State.ARRIVED} else ())


def test_a_later_start_is_charging_again_with_or_without_a_stop_and_an_earlier_one_is_not() -> None:
    start = make_event(ChargerEventKind.TRANSACTION_STARTED, matches_driver=True, transaction_id="2")

    def since(seconds: float) -> datetime:
        return start.at + timedelta(seconds=seconds)

    later = make_progress(State.CHARGING, transaction_id="1", transaction_started_at=since(1))
    earlier = make_progress(State.CHARGING, transaction_id="1", transaction_started_at=since(-1))
    same = make_progress(State.CHARGING, transaction_id="2", transaction_started_at=since(-1))
    assert signs_of(start, later) == signs_of(start, same) == ()
    assert signs_of(start, earlier) == (Sign.CHARGING_STARTED,)
    assert signs_of(start, make_progress(State.CHARGING, **STOPPED)) == (Sign.CHARGING_STARTED,)
    elsewhere = make_event(
        ChargerEventKind.TRANSACTION_STARTED, matches_driver=True, transaction_id="2", connector_id=12
    )
    assert signs_of(elsewhere, later) == ()
    assert signs_of(elsewhere, same) == (Sign.STARTED_ELSEWHERE,)


def test_an_end_that_nobody_told_is_no_departure_and_its_true_end_is_heard() -> None:
    presumed = make_progress(State.CHARGING, transaction_id="2", presumed_gone_at=at(5), **STOPPED)
    available = make_event(ChargerEventKind.CONNECTOR_STATUS, status=ConnectorStatus.AVAILABLE)
    assert Sign.DEPARTED not in signs_of(available, presumed)
    for detail, expected in (("inferred", ()), ("Local", (Sign.CHARGING_ENDED,))):
        end = make_event(ChargerEventKind.TRANSACTION_ENDED, transaction_id="2", detail=detail)
        assert signs_of(end, presumed) == expected


def test_the_end_of_another_transaction_waits_for_its_start() -> None:
    end = make_event(ChargerEventKind.TRANSACTION_ENDED, transaction_id="2")
    assert signs_of(end, make_progress(State.LOCKED)) == (Sign.ENDED_BEFORE_START,)
    assert signs_of(end, make_progress(State.CHARGING, transaction_id="1")) == (Sign.ENDED_BEFORE_START,)
    assert signs_of(end, make_progress(State.CHARGING, transaction_id="2")) == (Sign.CHARGING_ENDED,)
    assert signs_of(end, make_progress(State.CHARGING, transaction_id="2", **STOPPED)) == ()


@pytest.mark.parametrize("state", [State.CHARGING, State.OVERSTAYING])
def test_unplugging_the_vehicle_is_a_departure(state: State) -> None:
    end = make_event(ChargerEventKind.TRANSACTION_ENDED, transaction_id="2", detail=LEFT)
    assert signs_of(end, make_progress(state, transaction_id="2")) == (Sign.ENDED_BY_LEAVING,)


@pytest.mark.parametrize(
    ("state", "detail", "signs"),
    [
        (State.LOCKED, HoldLoss.MISSING, (Sign.HOLD_LOST,)),
        (State.LOCKED, HoldLoss.NO_TRANSACTION, (Sign.CAME_WITHOUT_STARTING, Sign.HOLD_LOST)),
        (State.ARRIVED, HoldLoss.NO_TRANSACTION, (Sign.CAME_WITHOUT_STARTING, Sign.HOLD_LOST)),
        (State.NO_SHOW, HoldLoss.NO_TRANSACTION, (Sign.HOLD_LOST,)),
    ],
)
def test_a_hold_consumed_without_a_transaction_is_an_arrival(
    state: State, detail: HoldLoss, signs: tuple[Sign, ...]
) -> None:
    assert signs_of(make_event(ChargerEventKind.HOLD_REMOVED, detail=detail), make_progress(state)) == signs


@pytest.mark.parametrize("course", [Course.ENDING, Course.COLLECTING, Course.CLOSED])
def test_nothing_concerns_a_reservation_that_is_over(course: Course) -> None:
    assert not concerns(make_event(OFFLINE), make_progress(State.CANCELLED, course=course))


@pytest.mark.parametrize("state", list(State))
def test_news_of_a_connector_that_was_left_concerns_nobody_once_the_place_is_fixed(state: State) -> None:
    news = make_event(OFFLINE, charger_id="charger-2")
    provisional = state in (State.AWAITING_PAYMENT, State.CONFIRMED, State.NO_SHOW)
    assert concerns(news, make_progress(state)) == provisional


@pytest.mark.parametrize("state", [State.CONFIRMED, State.LOCKED])
@pytest.mark.parametrize(
    ("other_time", "closed", "sign"),
    [
        (None, window(0, 60), Sign.PROPOSED_PLACE_MAINTAINED),
        (None, window(60, 120), None),
        (window(120, 180), window(120, 180), Sign.PROPOSED_PLACE_MAINTAINED),
        (window(120, 180), window(0, 60), None),
    ],
)
def test_maintenance_of_a_proposed_place_counts_at_the_time_for_which_it_is_held(
    state: State, other_time: Slot | None, closed: Slot, sign: Sign | None
) -> None:
    """Wherever the charger is: also of who is locked at their own."""
    there = make_assignment(hold_id=2, charger_id="charger-9", connector_id=99)
    asked = Proposal(
        number=1,
        place=there,
        cause=Cause.CHARGER_FAULT,
        slot=window(0, 60),
        answer_by=at(-15),
        troubled=True,
        at=other_time,
    )
    planned = PlannedMaintenance(window_id=1, start=closed.start, end=closed.end, on_conflict=OnConflict.MOVE)
    event = make_event(
        ChargerEventKind.MAINTENANCE_PLANNED,
        charger_id="charger-9",
        connector_id=99,
        at=at(-60),
        maintenance=planned,
    )
    progress = make_progress(state, proposal=asked)
    assert concerns(event, progress)
    assert signs_of(event, progress) == (() if sign is None else (sign,))
