"""The calls of one charging session, as a charge point of each version words them."""

from datetime import UTC, datetime
from typing import Any, Protocol

from tests.foreign.charge_point import ForeignChargePoint, Payload


class Wording(Protocol):
    """`remote_start`, `remote_stop`: names of our calls in this version."""

    remote_start: str
    remote_stop: str

    async def boot(self, charger: ForeignChargePoint) -> Payload: ...
    async def status(self, charger: ForeignChargePoint, word: str) -> Payload: ...
    async def authorize(self, charger: ForeignChargePoint, tag: str) -> str:
        """How the gateway decided."""
        ...

    async def charge(self, charger: ForeignChargePoint, tag: str, wh: int) -> str:
        """Begin, deliver energy, end; how the gateway decided about the start."""
        ...

    def reserved_for(self, call: Payload) -> str:
        """The token in our ReserveNow."""
        ...


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Wording16:
    remote_start, remote_stop = "RemoteStartTransaction", "RemoteStopTransaction"

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

    async def charge(self, charger: ForeignChargePoint, tag: str, wh: int) -> str:
        start = {"connectorId": 1, "idTag": tag, "meterStart": 1000, "timestamp": _now()}
        begun = await charger.call("StartTransaction", start)
        transaction = begun["transactionId"]
        value = {"value": str(1000 + wh), "measurand": "Energy.Active.Import.Register", "unit": "Wh"}
        meter = {"timestamp": _now(), "sampledValue": [value]}
        await charger.call(
            "MeterValues", {"connectorId": 1, "transactionId": transaction, "meterValue": [meter]}
        )
        stop = {"transactionId": transaction, "meterStop": 1000 + wh, "timestamp": _now(), "reason": "Local"}
        await charger.call("StopTransaction", stop | {"idTag": tag})
        return str(begun["idTagInfo"]["status"])

    def reserved_for(self, call: Payload) -> str:
        return str(call["idTag"])


class Wording2x:
    remote_start, remote_stop = "RequestStartTransaction", "RequestStopTransaction"

    async def boot(self, charger: ForeignChargePoint) -> Payload:
        station = {"vendorName": "Foreign", "model": "Two"}
        return await charger.call("BootNotification", {"chargingStation": station, "reason": "PowerUp"})

    async def status(self, charger: ForeignChargePoint, word: str) -> Payload:
        payload = {"timestamp": _now(), "connectorStatus": word, "evseId": 1, "connectorId": 1}
        return await charger.call("StatusNotification", payload)

    async def authorize(self, charger: ForeignChargePoint, tag: str) -> str:
        answer = await charger.call("Authorize", {"idToken": _token(tag)})
        return str(answer["idTokenInfo"]["status"])

    async def charge(self, charger: ForeignChargePoint, tag: str, wh: int) -> str:
        evse = {"id": 1, "connectorId": 1}
        started = _event("Started", 0, "Authorized", 1000, {"idToken": _token(tag), "evse": evse})
        begun = await charger.call("TransactionEvent", started)
        await charger.call("TransactionEvent", _event("Updated", 1, "MeterValuePeriodic", 1000 + wh, {}))
        ended = _event("Ended", 2, "StopAuthorized", 1000 + wh, {"idToken": _token(tag)})
        ended["transactionInfo"] |= {"stoppedReason": "Local"}
        await charger.call("TransactionEvent", ended)
        return str(begun["idTokenInfo"]["status"])

    def reserved_for(self, call: Payload) -> str:
        return str(call["idToken"]["idToken"])


def _token(tag: str) -> Payload:
    return {"idToken": tag, "type": "ISO14443"}


def _event(kind: str, number: int, trigger: str, register: float, more: Payload) -> dict[str, Any]:
    sample = {"value": float(register), "measurand": "Energy.Active.Import.Register"}
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
