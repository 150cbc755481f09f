"""Every TxStartPoint with every TxStopPoint (2.x E01 to E07), card first or plug first: one session, its driver's."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import pytest

from tests.ocpp_gateway.conftest import ALICE, MakeCharger
from tests.ocpp_gateway.records import Records

POINTS = (
    "ParkingBayOccupancy",
    "EVConnected",
    "Authorized",
    "DataSigned",
    "PowerPathClosed",
    "EnergyTransfer",
)
CARD_FIRST = (
    "ParkingBayOccupancy",
    "Authorized",
    "DataSigned",
    "EVConnected",
    "PowerPathClosed",
    "EnergyTransfer",
)
PLUG_FIRST = (
    "ParkingBayOccupancy",
    "EVConnected",
    "Authorized",
    "DataSigned",
    "PowerPathClosed",
    "EnergyTransfer",
)
BEGUN_AT = datetime.now(UTC) - timedelta(seconds=30)


def visit(transaction: str, start: str, stop: str, reached: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    """The events of a visit: conditions become true in the order `reached`, and false again in the reverse order.

    The transaction starts when `start` is reached and ends when `stop` is left; the token is told with the first
    event that follows it.
    """
    began, told_token, sequence = False, False, 0
    moments = [(point, True) for point in reached] + [(point, False) for point in reversed(reached)]
    authorised = False
    for minute, (point, holds) in enumerate(moments):
        authorised = authorised or point == "Authorized"
        kind = "Updated"
        if not began:
            if point != start or not holds:
                continue
            began, kind = True, "Started"
        elif point == stop and not holds:
            kind = "Ended"
        event: dict[str, Any] = {
            "eventType": kind,
            "timestamp": (BEGUN_AT + timedelta(seconds=minute)).isoformat(),
            "triggerReason": "Authorized" if point == "Authorized" else "CablePluggedIn",
            "seqNo": sequence,
            "transactionInfo": {"transactionId": transaction},
            "meterValue": [{"timestamp": BEGUN_AT.isoformat(), "sampledValue": [{"value": 1000.0 + minute}]}],
        }
        if kind == "Started":
            event["evse"] = {"id": 1, "connectorId": 1}
        if authorised and not told_token:
            event["idToken"] = {"idToken": ALICE, "type": "ISO14443"}
            told_token = True
        sequence += 1
        yield event
        if kind == "Ended":
            return


@pytest.mark.parametrize("version", ["2.0.1", "2.1"])
@pytest.mark.parametrize("start", POINTS)
async def test_the_driver_has_one_session_whatever_starts_and_ends_it(
    version: str, start: str, records: Records, make_charger: MakeCharger
) -> None:
    charger = await make_charger(version=version)
    await records.hold("alice")
    visits = list(product(POINTS, (CARD_FIRST, PLUG_FIRST)))
    for number, (stop, reached) in enumerate(visits):
        for event in visit(f"tx-{number}", start, stop, reached):
            answer = await charger.call("TransactionEvent", event)
            if "idToken" in event:
                assert answer["idTokenInfo"]["status"] == "Accepted", (stop, event)
    sessions = await records.sessions()
    assert [session.transaction_id for session in sessions] == [f"tx-{n}" for n in range(len(visits))]
    assert all(session.authorised and session.reservation_code for session in sessions)
    assert all(session.ended_at is not None for session in sessions)
    assert all(session.meter_last_wh > session.meter_start_wh for session in sessions)
    kinds = await records.kinds()
    assert kinds.count("transaction_started") == kinds.count("transaction_ended") == len(visits)
