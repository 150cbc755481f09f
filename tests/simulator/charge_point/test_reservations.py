"""Holds on the device, with every way real chargers treat them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from simulator.charge_point import Misbehaviour, VirtualChargePoint
from tests.simulator.charge_point.conftest import Start
from tests.simulator.charge_point.csms import HonestCSMS

ONLY_16 = pytest.mark.parametrize("csms", ["1.6"], indirect=True)
ONLY_201 = pytest.mark.parametrize("csms", ["2.0.1"], indirect=True)


async def reserve(
    csms: HonestCSMS, reservation_id: int = 7, tag: str = "ALICE", connector: int = 1, **more: Any
) -> str:
    expiry = (datetime.now(UTC) + timedelta(seconds=more.pop("seconds", 600))).isoformat()
    parent = more.pop("parent", None)
    if csms.version == "1.6":
        payload: dict[str, Any] = {
            "connectorId": connector, "expiryDate": expiry, "idTag": tag, "reservationId": reservation_id,
        }  # fmt: skip
        if parent:
            payload["parentIdTag"] = parent
    else:
        payload = {"id": reservation_id, "expiryDateTime": expiry, "idToken": token(tag)}
        if connector:
            payload["evseId"] = connector
        if parent:
            payload["groupIdToken"] = {"idToken": parent, "type": "Central"}
    answer = await csms.call("ReserveNow", payload)
    return str(answer.get("status") or answer["error"])


def token(tag: str) -> dict[str, str]:
    return {"idToken": tag, "type": "ISO14443"}


def statuses(charger: VirtualChargePoint, connector: int = 1) -> list[str]:
    reports = [m.payload for m in charger.log if (m.action, m.kind) == ("StatusNotification", "call")]
    if charger.version == "1.6":
        return [r["status"] for r in reports if r["connectorId"] == connector]
    return [r["connectorStatus"] for r in reports if r["evseId"] == connector]


def started(csms: HonestCSMS) -> dict[str, Any]:
    if csms.version == "1.6":
        return csms.of("StartTransaction")[-1]
    return next(p for p in reversed(csms.of("TransactionEvent")) if p["eventType"] == "Started")


def order(charger: VirtualChargePoint) -> list[str]:
    """Own frames of the reservation, in order."""
    wanted = {("ReserveNow", "result"), ("StatusNotification", "call"), ("Authorize", "call")}
    return [m.action for m in charger.log if m.direction == "out" and (m.action, m.kind) in wanted]


async def test_an_accepted_hold_reports_reserved_after_the_reply(csms: HonestCSMS, start: Start) -> None:
    charger = await start()
    assert await reserve(csms) == "Accepted"
    await charger.wait_for(lambda c: statuses(c)[-1] == "Reserved")
    assert order(charger)[-2:] == ["ReserveNow", "StatusNotification"]
    hold = charger.connector(1).hold
    assert hold is not None
    assert (hold.reservation_id, hold.id_tag) == (7, "ALICE")


async def test_reserved_may_come_before_the_reply(csms: HonestCSMS, start: Start) -> None:
    charger = await start(misbehaviour=Misbehaviour(reserved_status="before_reply"))
    assert await reserve(csms) == "Accepted"
    assert order(charger)[-2:] == ["StatusNotification", "ReserveNow"]
    assert statuses(charger)[-1] == "Reserved"


async def test_reserved_may_never_be_reported(csms: HonestCSMS, start: Start) -> None:
    charger = await start(misbehaviour=Misbehaviour(reserved_status="never"))
    await reserve(csms)
    await charger.call("Heartbeat", {})
    assert charger.connector(1).status == "Reserved"
    assert "Reserved" not in statuses(charger)


async def test_authorize_may_be_asked_before_reserve_now_is_answered(csms: HonestCSMS, start: Start) -> None:
    charger = await start(misbehaviour=Misbehaviour(authorize_inside_reserve_now=True))
    assert await reserve(csms) == "Accepted"
    sequence = order(charger)
    assert sequence.index("Authorize") < sequence.index("ReserveNow")


async def test_the_same_id_replaces_and_another_id_finds_it_occupied(csms: HonestCSMS, start: Start) -> None:
    charger = await start()
    await reserve(csms, 7, "ALICE")
    assert await reserve(csms, 8, "BOB") == "Occupied"
    assert await reserve(csms, 7, "BOB") == "Accepted"
    hold = charger.connector(1).hold
    assert hold is not None
    assert hold.id_tag == "BOB"


async def test_reserve_now_answers_by_the_state_of_the_connector(csms: HonestCSMS, start: Start) -> None:
    charger = await start(connectors=3)
    await charger.plug_in(1)
    await charger.fault(2)
    if csms.version == "1.6":
        await csms.call("ChangeAvailability", {"connectorId": 3, "type": "Inoperative"})
    else:
        await csms.call("ChangeAvailability", {"evse": {"id": 3}, "operationalStatus": "Inoperative"})
    answers = [await reserve(csms, n, connector=n) for n in (1, 2, 3, 4)]
    assert answers == ["Occupied", "Faulted", "Unavailable", "Rejected"]
    assert await reserve(csms, 9, seconds=-5) == "Rejected"


async def test_reservations_can_be_switched_off(csms: HonestCSMS, start: Start) -> None:
    await start(reservations=False)
    assert await reserve(csms) == "Rejected"


async def test_cancelling_frees_and_an_unknown_id_is_rejected(csms: HonestCSMS, start: Start) -> None:
    charger = await start()
    await reserve(csms)
    assert await csms.call("CancelReservation", {"reservationId": 99}) == {"status": "Rejected"}
    assert await csms.call("CancelReservation", {"reservationId": 7}) == {"status": "Accepted"}
    await charger.wait_for(lambda c: statuses(c)[-1] == "Available")
    assert csms.of("ReservationStatusUpdate") == []


async def test_expiry_frees_the_connector_and_says_so(csms: HonestCSMS, start: Start) -> None:
    charger = await start()
    await reserve(csms, seconds=1)
    await charger.wait_for(lambda c: statuses(c)[-2:] == ["Reserved", "Available"])
    if csms.version == "2.0.1":
        await charger.wait_for_message("ReservationStatusUpdate", kind="result")
        assert csms.of("ReservationStatusUpdate")[-1]["reservationUpdateStatus"] == "Expired"


async def test_expiry_may_go_unreported(csms: HonestCSMS, start: Start) -> None:
    charger = await start(misbehaviour=Misbehaviour(report_expiry=False))
    await reserve(csms, seconds=1)
    await charger.wait_for(lambda c: c.connector(1).hold is None and c.connector(1).status == "Available")
    await charger.call("Heartbeat", {})
    assert statuses(charger)[-1] == "Reserved"
    assert csms.of("ReservationStatusUpdate") == []


async def test_a_strangers_card_is_refused_without_asking(csms: HonestCSMS, start: Start) -> None:
    charger = await start()
    await reserve(csms)
    assert await charger.swipe(1, "MALLORY") is False
    await charger.plug_in(1)
    assert csms.of("Authorize") == []
    assert charger.connector(1).status == "Reserved"
    assert charger.connector(1).transaction is None


@pytest.mark.parametrize(
    ("knob", "expected"), [("correct", 7), ("omit", None), ("invent", 987_654_321), ("of_the_holder", 7)]
)
async def test_the_reserved_card_starts_and_names_the_reservation_as_the_knob_says(
    csms: HonestCSMS, start: Start, knob: Any, expected: int | None
) -> None:
    charger = await start(misbehaviour=Misbehaviour(reservation_id=knob))
    await reserve(csms)
    assert await charger.swipe(1, "alice") is True
    await charger.plug_in(1)
    assert started(csms).get("reservationId") == expected
    assert charger.connector(1).hold is None


async def test_a_card_of_the_same_parent_may_use_the_hold(csms: HonestCSMS, start: Start) -> None:
    group = {"parentIdTag": "FLEET", "groupIdToken": {"idToken": "FLEET", "type": "Central"}}
    key = "parentIdTag" if csms.version == "1.6" else "groupIdToken"
    csms.tokens["BOB"] = {"status": "Accepted", key: group[key]}
    charger = await start()
    await reserve(csms, parent="FLEET")
    assert await charger.swipe(1, "CAROL") is False  # asked and accepted, but the hold keeps her off
    assert len(csms.of("Authorize")) == 1
    assert charger.connector(1).authorisation is None
    assert await charger.swipe(1, "BOB") is True
    await charger.plug_in(1)
    assert started(csms)["reservationId"] == 7


async def test_ignoring_the_token_starts_for_a_stranger_with_the_holders_id(
    csms: HonestCSMS, start: Start
) -> None:
    csms.tokens["MALLORY"] = {"status": "Invalid"}
    knobs = Misbehaviour(ignore_token=True, stop_when_refused=False, reservation_id="of_the_holder")
    charger = await start(misbehaviour=knobs)
    await reserve(csms)
    assert await charger.swipe(1, "MALLORY") is False
    await charger.plug_in(1)
    assert started(csms)["reservationId"] == 7
    assert charger.connector(1).transaction is not None
    assert charger.connector(1).hold is not None


@pytest.mark.parametrize("forgets", [False, True])
async def test_a_reboot_keeps_the_hold_unless_the_charger_forgets(
    csms: HonestCSMS, start: Start, forgets: bool
) -> None:
    charger = await start(misbehaviour=Misbehaviour(forget_holds_on_reboot=forgets))
    await reserve(csms)
    await charger.wait_for(lambda c: statuses(c)[-1] == "Reserved")
    await charger.reboot()
    assert len(csms.of("BootNotification")) == 2
    await charger.wait_for(lambda c: len(statuses(c)) == 3)
    assert statuses(charger)[-1] == ("Available" if forgets else "Reserved")


async def test_a_fault_ends_the_hold(csms: HonestCSMS, start: Start) -> None:
    charger = await start()
    await reserve(csms)
    await charger.fault(1)
    assert charger.connector(1).hold is None
    assert statuses(charger)[-1] == "Faulted"
    if csms.version == "2.0.1":
        assert csms.of("ReservationStatusUpdate")[-1] == {
            "reservationId": 7, "reservationUpdateStatus": "Removed",
        }  # fmt: skip
    await charger.recover(1)
    assert statuses(charger)[-1] == "Available"


async def test_a_hold_for_any_connector_keeps_one_free(csms: HonestCSMS, start: Start) -> None:
    charger = await start(connectors=2)
    assert await reserve(csms, connector=0) == "Accepted"
    assert charger.connector(1).status == "Available"
    assert await charger.swipe(1, "BOB") is True
    await charger.plug_in(1)
    assert charger.connector(2).status == "Reserved"
    assert await charger.swipe(2, "CAROL") is False
    assert await charger.swipe(2, "ALICE") is True
    await charger.plug_in(2)
    assert started(csms)["reservationId"] == 7
    assert await reserve(csms, 8, connector=0) == "Occupied"


async def test_a_charger_without_holds_for_any_connector_rejects_them(csms: HonestCSMS, start: Start) -> None:
    await start(reserve_any=False)
    assert await reserve(csms, connector=0) == "Rejected"


@ONLY_16
async def test_16_uses_the_hold_only_when_the_transaction_starts(csms: HonestCSMS, start: Start) -> None:
    charger = await start(connection_timeout_s=0.05)
    await reserve(csms)
    await charger.swipe(1, "ALICE")
    await charger.wait_for(lambda c: statuses(c)[-3:] == ["Reserved", "Preparing", "Reserved"])
    assert charger.connector(1).hold is not None


@ONLY_201
async def test_201_uses_the_hold_when_the_token_is_presented(csms: HonestCSMS, start: Start) -> None:
    charger = await start()
    await reserve(csms)
    await charger.wait_for(lambda c: statuses(c)[-1] == "Reserved")
    await charger.swipe(1, "ALICE")
    assert statuses(charger)[-1] == "Available"
    assert charger.connector(1).hold is None


@ONLY_201
async def test_201_matches_the_type_of_the_token_too(csms: HonestCSMS, start: Start) -> None:
    charger = await start()
    await reserve(csms)
    request = {"idToken": {"idToken": "ALICE", "type": "eMAID"}, "evseId": 1, "remoteStartId": 1}
    assert (await csms.call("RequestStartTransaction", request))["status"] == "Rejected"
    assert charger.connector(1).hold is not None


@ONLY_201
async def test_201_a_strangers_plug_leaves_a_held_connector_reserved(csms: HonestCSMS, start: Start) -> None:
    charger = await start(tx_start_point="EVConnected")
    await reserve(csms)
    await charger.plug_in(1)
    begun = started(csms)
    assert "reservationId" not in begun
    assert charger.connector(1).status == "Reserved"
    await charger.swipe(1, "ALICE")
    admitted = next(p for p in csms.of("TransactionEvent") if "idToken" in p)
    assert admitted["reservationId"] == 7
    assert charger.connector(1).status == "Occupied"
