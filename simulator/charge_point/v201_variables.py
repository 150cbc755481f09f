"""The device model of a virtual OCPP 2.0.1 station: what can be read, reported and set."""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import product

from simulator.charge_point.charger import Charger
from simulator.charge_point.link import Reply
from simulator.charge_point.messages import Payload
from simulator.charge_point.station import Command, TxStartPoint

ACCEPTED: Payload = {"status": "Accepted"}
TX_START_POINTS: Mapping[str, TxStartPoint] = {
    "Authorized": "Authorized",
    "EVConnected": "EVConnected",
    "PowerPathClosed": "PowerPathClosed",
}
PLUG_TYPES = ("cG105", "cCCS2")
Variable = tuple[str, str]


class Variables201:
    """`table` maps each action to what carries it out."""

    def __init__(self, charger: Charger) -> None:
        self._charger = charger
        self.table: Mapping[str, Command] = {
            "GetVariables": self.get_variables,
            "SetVariables": self.set_variables,
            "GetBaseReport": self.get_base_report,
        }

    def _variables(self) -> dict[Variable, str]:
        charger = self._charger
        hardware = charger.hardware
        values: dict[Variable, str | bool | int] = {
            ("ReservationCtrlr", "Available"): True,
            ("ReservationCtrlr", "Enabled"): hardware.reservations,
            ("ReservationCtrlr", "NonEvseSpecific"): hardware.reserve_any,
            ("OCPPCommCtrlr", "HeartbeatInterval"): round(charger.heartbeat_s),
            ("TxCtrlr", "EVConnectionTimeOut"): round(hardware.connection_timeout_s),
            ("TxCtrlr", "TxStartPoint"): hardware.tx_start_point,
            ("TxCtrlr", "StopTxOnInvalidId"): charger.knobs.stop_when_refused,
            ("AuthCtrlr", "AuthorizeRemoteStart"): charger.authorize_remote,
            ("AuthCtrlr", "OfflineTxForUnknownIdEnabled"): charger.allow_offline_unknown,
            ("SampledDataCtrlr", "TxUpdatedInterval"): round(hardware.meter_interval_s or 0),
        }
        return {key: json.dumps(v) if isinstance(v, bool) else str(v) for key, v in values.items()}

    async def get_variables(self, payload: Payload) -> Reply:
        return Reply({"getVariableResult": [self._get(item) for item in payload["getVariableData"]]})

    def _get(self, item: Payload) -> Payload:
        result = _named(item)
        status = self._lookup(item)
        if status != "Accepted":
            return {"attributeStatus": status, **result}
        value = self._variables()[item["component"]["name"], item["variable"]["name"]]
        return {"attributeStatus": status, "attributeValue": value, **result}

    def _lookup(self, item: Payload) -> str:
        known, name = self._variables(), item["component"]["name"]
        if name not in {component for component, _ in known}:
            return "UnknownComponent"
        if (name, item["variable"]["name"]) not in known:
            return "UnknownVariable"
        return "Accepted" if item.get("attributeType", "Actual") == "Actual" else "NotSupportedAttributeType"

    async def get_base_report(self, payload: Payload) -> Reply:
        """All variables in one message (B07)."""
        report = [
            _reported({"name": component}, variable, value)
            for (component, variable), value in self._variables().items()
        ]
        report += [
            _reported({"name": "Connector", "evse": evse}, "ConnectorType", kind)
            for evse, kind in self._plugs()
        ]

        async def send() -> None:
            told = {"requestId": payload["requestId"], "generatedAt": self._charger.timestamp(), "seqNo": 0}
            await self._charger.tell("NotifyReport", {**told, "reportData": report})

        return Reply(ACCEPTED, after=send)

    def _plugs(self) -> list[tuple[Payload, str]]:
        """(EVSEType, type); a station whose EVSEs have one each leaves them out."""
        hardware = self._charger.hardware
        if hardware.plugs == 1:
            return []
        places = product(range(1, hardware.connectors + 1), range(1, hardware.plugs + 1))
        return [({"id": evse, "connectorId": plug}, PLUG_TYPES[plug % 2]) for evse, plug in places]

    async def set_variables(self, payload: Payload) -> Reply:
        results = [self._set(item) for item in payload["setVariableData"]]
        changed = any(_is_password(r) and r["attributeStatus"] == "Accepted" for r in results)
        # A01.FR.11: after a new password the station connects again with it.
        return Reply({"setVariableResult": results}, after=self._charger.link.close if changed else None)

    def _set(self, item: Payload) -> Payload:
        result = _named(item)
        if _is_password(item):  # write-only, so not among the variables that are read
            changed = self._charger.change_password(item["attributeValue"])
            return {"attributeStatus": "Accepted" if changed else "Rejected", **result}
        status = self._lookup(item)
        if status == "Accepted":
            name = item["component"]["name"], item["variable"]["name"]
            status = "Accepted" if self._change(name, item["attributeValue"]) else "Rejected"
        return {"attributeStatus": status, **result}

    def _change(self, name: Variable, value: str) -> bool:
        if value.lower() in {"true", "false"}:
            return self._switch(name, on=value.lower() == "true")
        charger = self._charger
        if name == ("TxCtrlr", "TxStartPoint"):
            chosen = TX_START_POINTS.get(value)
            charger.hardware.tx_start_point = chosen or charger.hardware.tx_start_point
            return chosen is not None
        if not value.isdecimal():
            return False
        match name:
            case ("OCPPCommCtrlr", "HeartbeatInterval"):
                charger.set_heartbeat(float(value))
            case ("TxCtrlr", "EVConnectionTimeOut"):
                charger.hardware.connection_timeout_s = float(value)
            case ("SampledDataCtrlr", "TxUpdatedInterval"):
                charger.hardware.meter_interval_s = float(value) or None
                charger.changes.notify()
            case _:
                return False
        return True

    def _switch(self, name: Variable, *, on: bool) -> bool:
        charger = self._charger
        match name:
            case ("ReservationCtrlr", "Enabled"):
                charger.hardware.reservations = on
            case ("TxCtrlr", "StopTxOnInvalidId"):
                charger.knobs.stop_when_refused = on
            case ("AuthCtrlr", "AuthorizeRemoteStart"):
                charger.authorize_remote = on
            case ("AuthCtrlr", "OfflineTxForUnknownIdEnabled"):
                charger.allow_offline_unknown = on
            case _:
                return False
        return True


def _reported(component: Payload, variable: str, value: str) -> Payload:
    return {
        "component": component,
        "variable": {"name": variable},
        "variableAttribute": [{"value": value}],
    }


def _named(item: Payload) -> Payload:
    """The part of a variable request its result repeats."""
    return {key: value for key, value in item.items() if key in {"component", "variable", "attributeType"}}


def _is_password(item: Payload) -> bool:
    return (item["component"]["name"], item["variable"]["name"]) == ("SecurityCtrlr", "BasicAuthPassword")
