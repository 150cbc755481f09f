"""The calls of one charging session, as a charge point of each version words them."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol

from tests.foreign.charge_point import ForeignChargePoint, Payload

_START_WH = 1000


class Wording(Protocol):
    """`remote_start`, `remote_stop`: names of our calls in this version. `in_use`: the status of a busy connector."""

    remote_start: str
    remote_stop: str
    in_use: str

    async def boot(self, charger: ForeignChargePoint) -> Payload: ...
    async def status(self, charger: ForeignChargePoint, word: str) -> Payload: ...
    async def authorize(self, charger: ForeignChargePoint, tag: str) -> str:
        """How the gateway decided."""
        ...

    async def begin(self, charger: ForeignChargePoint, tag: str) -> "Begun":
        """Start charging."""
        ...

    async def draw(self, charger: ForeignChargePoint, begun: "Begun", wh: int) -> None:
        """Report `wh` in all."""
        ...

    async def end(self, charger: ForeignChargePoint, begun: "Begun", wh: int) -> None:
        """By the card that began, with `wh` in all."""
        ...

    def reserved_for(self, call: Payload) -> str:
        """The token in our ReserveNow."""
        ...


@dataclass(frozen=True, slots=True)
class Begun:
    """`status`: how the gateway decided about the start. `transaction`: the number that the gateway gave (1.6).
    `numbers`: those of the events to come (2.x)."""

    tag: str
    status: str
    transaction: int = 0
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))


async def charge(words: Wording, charger: ForeignChargePoint, tag: str, wh: int) -> str:
    """Begin, deliver energy, end; how the gateway decided about the start."""
    begun = await words.begin(charger, tag)
    await words.draw(charger, begun, wh)
    await words.end(charger, begun, wh)
    return begun.status


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Wording16:
    remote_start, remote_stop = "RemoteStartTransaction", "RemoteStopTransaction"
    in_use = "Charging"

    async def boot(self, charger: ForeignChargePoint) -> Payload:
        return await charger.call(
            "BootNotification", {"chargePointVendor": "Foreign", "chargePointModel": "One"}
        )

    async def status(self, charger: ForeignChargePoint, word: str) -> Payload:
        payload = {"connectorId": 1, "errorCode": "NoError", "status": word, "timestamp": _now()}
        return await charger.call("StatusNotification", payload)

    async def authorize(self, charger: ForeignChargePoint, tag: str) -> str:
        answer = await charger.call("Authorize", {"idTag": tag})
        return str(answer["idTagInfo"]["status"])

    async def begin(self, charger: ForeignChargePoint, tag: str) -> Begun:
        start = {"connectorId": 1, "idTag": tag, "meterStart": _START_WH, "timestamp": _now()}
        answer = await charger.call("StartTransaction", start)
        return Begun(tag, str(answer["idTagInfo"]["status"]), answer["transactionId"])

    async def draw(self, charger: ForeignChargePoint, begun: Begun, wh: int) -> None:
        value = {"value": str(_START_WH + wh), "measurand": "Energy.Active.Import.Register", "unit": "Wh"}
        meter = {"timestamp": _now(), "sampledValue": [value]}
        place = {"connectorId": 1, "transactionId": begun.transaction}
        await charger.call("MeterValues", place | {"meterValue": [meter]})

    async def end(self, charger: ForeignChargePoint, begun: Begun, wh: int) -> None:
        stop = {"transactionId": begun.transaction, "meterStop": _START_WH + wh, "timestamp": _now()}
        await charger.call("StopTransaction", stop | {"reason": "Local", "idTag": begun.tag})

    def reserved_for(self, call: Payload) -> str:
        return str(call["idTag"])


class Wording2x:
    remote_start, remote_stop = "RequestStartTransaction", "RequestStopTransaction"
    in_use = "Occupied"

    async def boot(self, charger: ForeignChargePoint) -> Payload:
        station = {"vendorName": "Foreign", "model": "Two"}
        return await charger.call("BootNotification", {"chargingStation": station, "reason": "PowerUp"})

    async def status(self, charger: ForeignChargePoint, word: str) -> Payload:
        payload = {"timestamp": _now(), "connectorStatus": word, "evseId": 1, "connectorId": 1}
        return await charger.call("StatusNotification", payload)

    async def authorize(self, charger: ForeignChargePoint, tag: str) -> str:
        answer = await charger.call("Authorize", {"idToken": _token(tag)})
        return str(answer["idTokenInfo"]["status"])

    async def begin(self, charger: ForeignChargePoint, tag: str) -> Begun:
        more = {"idToken": _token(tag), "evse": {"id": 1, "connectorId": 1}}
        started = _event("Started", 0, "Authorized", 0, more)
        answer = await charger.call("TransactionEvent", started)
        return Begun(tag, str(answer["idTokenInfo"]["status"]))

    async def draw(self, charger: ForeignChargePoint, begun: Begun, wh: int) -> None:
        number = next(begun.numbers)
        await charger.call("TransactionEvent", _event("Updated", number, "MeterValuePeriodic", wh, {}))

    async def end(self, charger: ForeignChargePoint, begun: Begun, wh: int) -> None:
        more = {"idToken": _token(begun.tag)}
        ended = _event("Ended", next(begun.numbers), "StopAuthorized", wh, more)
        ended["transactionInfo"] |= {"stoppedReason": "Local"}
        await charger.call("TransactionEvent", ended)

    def reserved_for(self, call: Payload) -> str:
        return str(call["idToken"]["idToken"])


def _token(tag: str) -> Payload:
    return {"idToken": tag, "type": "ISO14443"}


def _event(kind: str, number: int, trigger: str, wh: float, more: Payload) -> dict[str, Any]:
    sample = {"value": float(_START_WH + wh), "measurand": "Energy.Active.Import.Register"}
    return {
        "eventType": kind,
        "timestamp": _now(),
        "triggerReason": trigger,
        "seqNo": number,
        "transactionInfo": {"transactionId": "foreign-1", "chargingState": "Charging"},
        "meterValue": [{"timestamp": _now(), "sampledValue": [sample]}],
        **more,
    }


WORDINGS: dict[str, Wording] = {
    "ocpp1.6": Wording16(),
    "ocpp2.0.1": Wording2x(),
    "ocpp2.1": Wording2x(),
}
