"""A hold that the charger says it has dropped is told to its reservation, once a loss."""

import asyncio
import base64
import json

import pytest
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from domain.charging.events import HoldLoss
from ocpp_gateway.server import Gateway
from ocpp_gateway.wire.v2x.version import ocpp201
from simulator.charge_point import VirtualChargePoint
from tests.factories import PASSWORD
from tests.ocpp_gateway.conftest import CHARGER, MakeCharger
from tests.ocpp_gateway.duties.messages import moment, take
from tests.ocpp_gateway.records import Records


async def test_a_hold_that_the_charger_dropped_is_told_to_its_reservation(
    records: Records, make_charger: MakeCharger
) -> None:
    charger = await make_charger(version="2.0.1")
    hold_id = await records.hold("alice")
    update = {"reservationId": hold_id, "reservationUpdateStatus": "Removed"}
    await charger.call("ReservationStatusUpdate", update)
    removed = [t for t in await records.told() if t.kind == "hold_removed"]
    assert [(t.detail, t.connector_id) for t in removed] == [("Removed", records.connectors[CHARGER, 1])]


async def removed_again(charger: VirtualChargePoint, hold_id: int, times: int) -> None:
    update = {"reservationId": hold_id, "reservationUpdateStatus": "Removed"}
    for _ in range(times):
        assert await charger.call("ReservationStatusUpdate", update) == {}


async def test_a_dropped_hold_told_many_times_is_one_loss_until_it_was_there_again(
    records: Records, make_charger: MakeCharger
) -> None:
    charger = await make_charger(version="2.0.1")
    hold_id = await records.hold("alice")
    await removed_again(charger, hold_id, 6)
    assert (await records.kinds()).count("hold_removed") == 1
    status = {"timestamp": moment(), "connectorStatus": "Reserved", "evseId": 1, "connectorId": 1}
    await charger.call("StatusNotification", status)
    await removed_again(charger, hold_id, 3)
    assert (await records.kinds()).count("hold_removed") == 2


async def test_a_loss_told_over_several_connections_at_once_is_acknowledged_to_all(records: Records) -> None:
    hold_id = await records.hold("alice")
    update = {"reservationId": hold_id, "reservationUpdateStatus": "Expired"}
    await asyncio.gather(
        *(take(records, ocpp201(), "ReservationStatusUpdate", update, epoch) for epoch in range(8))
    )
    assert await records.kinds() == ["hold_removed"]


@pytest.mark.parametrize("why", list(HoldLoss)[:3])
async def test_what_a_21_charger_says_of_its_hold_is_told_in_its_words(
    why: HoldLoss, gateway: Gateway, records: Records
) -> None:
    hold_id = await records.hold("alice")
    basic = base64.b64encode(f"{CHARGER}:{PASSWORD}".encode()).decode()
    async with connect(
        f"{gateway.url}/{CHARGER}",
        subprotocols=[Subprotocol("ocpp2.1")],
        additional_headers={"Authorization": f"Basic {basic}"},
        proxy=None,
    ) as socket:
        told = {"reservationId": hold_id, "reservationUpdateStatus": why}
        await socket.send(json.dumps([2, "1", "ReservationStatusUpdate", told]))
        assert json.loads(await socket.recv()) == [3, "1", {}]
    (entry,) = [entry for entry in await records.told() if entry.kind == "hold_removed"]
    assert entry.detail == why
