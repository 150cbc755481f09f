"""Which events are signs of trouble for a reservation, and which are none of its business."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.charging.connector import ConnectorStatus
from domain.charging.events import ChargerEventKind
from domain.reservation.lifecycle import REROUTABLE, State
from domain.reservation.trouble import FaultSign, fault_sign
from tests.domain.builders import at, make_event, make_progress

STATUS = ChargerEventKind.CONNECTOR_STATUS
OFFLINE, ONLINE = ChargerEventKind.CHARGER_OFFLINE, ChargerEventKind.CHARGER_ONLINE
BOOTED = ChargerEventKind.CHARGER_BOOTED
WATCHED = REROUTABLE | {State.OVERSTAYING}
BROKEN = {"fault_since": at(0)}
SILENT = {"offline_since": at(0)}


@pytest.mark.parametrize(
    ("event", "facts", "sign"),
    [
        ({"connector_id": 11, "status": ConnectorStatus.FAULTED}, {}, FaultSign.FAULT_BEGINS),
        ({"connector_id": 11, "status": ConnectorStatus.UNAVAILABLE}, {}, FaultSign.FAULT_BEGINS),
        ({"connector_id": None, "status": ConnectorStatus.FAULTED}, {}, FaultSign.FAULT_BEGINS),
        ({"connector_id": 11, "status": ConnectorStatus.FAULTED}, BROKEN, FaultSign.NONE),
        ({"connector_id": 11, "status": ConnectorStatus.AVAILABLE}, BROKEN, FaultSign.FAULT_ENDS),
        ({"connector_id": 11, "status": ConnectorStatus.CHARGING}, BROKEN, FaultSign.FAULT_ENDS),
        ({"connector_id": 11, "status": ConnectorStatus.AVAILABLE}, {}, FaultSign.NONE),
        ({"connector_id": 11, "status": ConnectorStatus.UNKNOWN}, BROKEN, FaultSign.NONE),
        ({"connector_id": None, "status": ConnectorStatus.AVAILABLE}, BROKEN, FaultSign.NONE),
        ({"connector_id": 12, "status": ConnectorStatus.FAULTED}, {}, FaultSign.NONE),
        ({"connector_id": 11, "status": None}, BROKEN, FaultSign.NONE),
    ],
)
def test_a_status_is_a_sign_for_its_own_connector_or_the_whole_charger(
    event: dict[str, Any], facts: dict[str, Any], sign: FaultSign
) -> None:
    assert fault_sign(make_event(STATUS, **event), make_progress(State.LOCKED, **facts)) is sign


@pytest.mark.parametrize(
    ("kind", "facts", "sign"),
    [
        (OFFLINE, {}, FaultSign.OFFLINE_BEGINS),
        (OFFLINE, SILENT, FaultSign.NONE),
        (ONLINE, SILENT, FaultSign.OFFLINE_ENDS),
        (BOOTED, SILENT, FaultSign.OFFLINE_ENDS),
        (ONLINE, {}, FaultSign.NONE),
        (BOOTED, BROKEN, FaultSign.NONE),
    ],
)
def test_silence_begins_and_ends_once(kind: ChargerEventKind, facts: dict[str, Any], sign: FaultSign) -> None:
    assert fault_sign(make_event(kind), make_progress(State.CHARGING, **facts)) is sign


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
    assert (fault_sign(event, progress) is not FaultSign.NONE) == (mine and (broken or kind is OFFLINE))
