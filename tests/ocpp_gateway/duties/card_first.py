"""Messages of transactions that begin with a card, and whose EVSE is told later, if at all."""

from typing import Any

import pytest

from simulator.charge_point import VirtualChargePoint
from tests.ocpp_gateway.duties.messages import TOKEN, event, homeless, moment, register
from tests.ocpp_gateway.records import CODE, Records

stations = pytest.mark.parametrize("version", ["2.0.1", "2.1"])


async def tells(charger: VirtualChargePoint, message: dict[str, Any]) -> dict[str, Any]:
    return await charger.call("TransactionEvent", message)


async def heard(records: Records, code: str = CODE) -> list[str]:
    """Of transactions."""
    return [kind for kind in await records.kinds(code) if "transaction" in kind or "stranger" in kind]


async def shows_card(charger: VirtualChargePoint, card: str, of: str = "tx-1") -> None:
    begun = homeless("Started", 0, idToken=TOKEN | {"idToken": card}, triggerReason="Authorized")
    answer = await tells(charger, begun | {"transactionInfo": {"transactionId": of}})
    assert answer["idTokenInfo"]["status"] == "Accepted"


def plugged(evse: int, seq_no: int = 1, of: str = "tx-1") -> dict[str, Any]:
    info = {"transactionId": of, "chargingState": "Charging"}
    place = {"evse": {"id": evse, "connectorId": 1}, "transactionInfo": info}
    return event("Updated", seq_no, triggerReason="CablePluggedIn", meterValue=register(0), **place)


def ended(evse: int | None, seq_no: int = 3) -> dict[str, Any]:
    told = event if evse else homeless
    place = {"evse": {"id": evse, "connectorId": 1}} if evse else {}
    return told("Ended", seq_no, meterValue=register(5000), **place)


def readings(connector: int, number: int) -> dict[str, Any]:
    samples = [{"timestamp": moment(), "sampledValue": [{"value": "1500"}]}]
    return {"connectorId": connector, "transactionId": number, "meterValue": samples}
