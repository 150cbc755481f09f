"""OCPP 1.6J commands of the CSMS, carried out on a charger."""

from __future__ import annotations

import json
from collections.abc import Mapping

from simulator.charge_point.availability import Availability
from simulator.charge_point.charger import Charger
from simulator.charge_point.link import Reply
from simulator.charge_point.messages import Payload
from simulator.charge_point.state import ConnectorState, EndReason, Hold, Token, Verdict
from simulator.charge_point.station import Command
from simulator.charge_point.times import read_time
from simulator.charge_point.trust import Trust
from simulator.charge_point.upkeep import Upkeep16

ACCEPTED: Payload = {"status": "Accepted"}
REJECTED: Payload = {"status": "Rejected"}


class Commands16:
    """`table` maps each action to what carries it out."""

    def __init__(self, charger: Charger) -> None:
        self._charger = charger
        self._availability = Availability(charger)
        self.table: Mapping[str, Command] = {
            "ReserveNow": self.reserve_now,
            "CancelReservation": charger.cancel_reservation,
            "RemoteStartTransaction": self.remote_start,
            "RemoteStopTransaction": self.remote_stop,
            "Reset": self.reset,
            "ChangeAvailability": self.change_availability,
            "UnlockConnector": self.unlock_connector,
            "TriggerMessage": self.trigger_message,
            "GetConfiguration": self.get_configuration,
            "ChangeConfiguration": self.change_configuration,
            "ClearCache": self.clear_cache,
            "GetLocalListVersion": self.get_local_list_version,
            "SendLocalList": self.send_local_list,
            **Upkeep16(charger).table,
            **Trust(charger, chains=False).table,
        }

    async def reserve_now(self, payload: Payload) -> Reply:
        token = Token(payload["idTag"], parent=payload.get("parentIdTag"))
        expires_at = read_time(payload["expiryDate"])
        return await self._charger.reserve(
            Hold(payload["reservationId"], payload["connectorId"], token, expires_at)
        )

    async def remote_start(self, payload: Payload) -> Reply:
        charger, token = self._charger, Token(payload["idTag"])
        connector = charger.pick_connector(token, payload.get("connectorId"))
        if connector is None:
            return Reply(REJECTED)

        async def start() -> None:
            await charger.remote_start(connector, token, None)

        return Reply(ACCEPTED, after=start)

    async def remote_stop(self, payload: Payload) -> Reply:
        connector = self._charging(payload["transactionId"])
        if connector is None:
            return Reply(REJECTED)

        async def stop() -> None:
            await self._charger.end(connector, EndReason.REMOTE)

        return Reply(ACCEPTED, after=stop)

    def _charging(self, transaction_id: int) -> ConnectorState | None:
        running = (c for c in self._charger.connectors.values() if c.transaction is not None)
        return next((c for c in running if c.transaction and c.transaction.id == transaction_id), None)

    async def reset(self, payload: Payload) -> Reply:
        reason = EndReason.SOFT_RESET if payload["type"] == "Soft" else EndReason.HARD_RESET

        async def restart() -> None:
            await self._charger.reset(reason)

        return Reply(ACCEPTED, after=restart)

    async def change_availability(self, payload: Payload) -> Reply:
        charger = self._charger
        if payload["connectorId"] not in charger.connectors:
            return Reply(REJECTED)
        operative = payload["type"] == "Operative"
        status, lost = await self._availability.set_operative(payload["connectorId"], operative=operative)

        async def report() -> None:
            await self._availability.after_change(lost)

        return Reply({"status": status}, after=report)

    async def unlock_connector(self, payload: Payload) -> Reply:
        connector = self._charger.connectors.get(payload["connectorId"])
        if connector is None or connector.number == 0:
            return Reply({"status": "NotSupported"})

        async def stop() -> None:
            await self._charger.end(connector, EndReason.UNLOCK)

        return Reply({"status": "Unlocked"}, after=stop)

    async def trigger_message(self, payload: Payload) -> Reply:
        charger, wanted = self._charger, payload["requestedMessage"]
        number = payload.get("connectorId")
        if number is not None and number not in charger.connectors:
            return Reply(REJECTED)
        chosen = [c for n, c in charger.connectors.items() if number is None or n == number]

        async def send() -> None:
            match wanted:
                case "BootNotification":
                    await charger.tell(*charger.boot_call("triggered"))
                case "Heartbeat":
                    await charger.tell("Heartbeat", {})
                case "StatusNotification":
                    for connector in chosen:
                        await charger.report_status(connector, always=True)
                case "MeterValues":
                    for connector in chosen:
                        if connector.number:
                            await charger.send_meter(connector, "Trigger")

        if wanted in {"BootNotification", "Heartbeat", "StatusNotification", "MeterValues"}:
            return Reply(ACCEPTED, after=send)
        return Reply({"status": "NotImplemented"})

    async def get_configuration(self, payload: Payload) -> Reply:
        known = self._configuration()
        asked = payload.get("key") or list(known)
        return Reply(
            {
                "configurationKey": [known[key] for key in asked if key in known],
                "unknownKey": [key for key in asked if key not in known],
            }
        )

    def _configuration(self) -> dict[str, Payload]:
        charger = self._charger
        hardware = charger.hardware
        profiles = ["Core", "LocalAuthListManagement", "RemoteTrigger"]
        if hardware.reservations:
            profiles.append("Reservation")
        values: dict[str, tuple[str | bool | int, bool]] = {
            "SupportedFeatureProfiles": (",".join(profiles), True),
            "ReserveConnectorZeroSupported": (hardware.reserve_any, True),
            "NumberOfConnectors": (hardware.connectors, True),
            "HeartbeatInterval": (round(charger.heartbeat_s), False),
            "ConnectionTimeOut": (round(hardware.connection_timeout_s), False),
            "MeterValueSampleInterval": (round(hardware.meter_interval_s or 0), False),
            "StopTransactionOnInvalidId": (charger.knobs.stop_when_refused, False),
            "AuthorizeRemoteTxRequests": (charger.authorize_remote, False),
            "AllowOfflineTxForUnknownId": (charger.allow_offline_unknown, False),
            "LocalAuthorizeOffline": (True, True),
            "LocalPreAuthorize": (False, True),
            "LocalAuthListEnabled": (True, True),
            "LocalAuthListMaxLength": (
                charger.local_list.most if charger.local_list.tells_room else "",
                True,
            ),
            "SendLocalListMaxLength": (
                charger.local_list.most_a_message if charger.local_list.tells_room else "",
                True,
            ),
        }
        return {
            key: {"key": key, "readonly": fixed, "value": _as_text(value)}
            for key, (value, fixed) in values.items()
        }

    async def change_configuration(self, payload: Payload) -> Reply:
        key, value = payload["key"], payload["value"]
        if key == "AuthorizationKey":  # write-only: security whitepaper §2.5
            changed = self._charger.change_password(value)
            return Reply(ACCEPTED, after=self._charger.link.close) if changed else Reply(REJECTED)
        known = self._configuration().get(key)
        if known is None:
            return Reply({"status": "NotSupported"})
        if known["readonly"]:
            return Reply(REJECTED)
        return Reply(ACCEPTED if self._change(key, value) else REJECTED)

    def _change(self, key: str, value: str) -> bool:
        charger = self._charger
        if key in {"StopTransactionOnInvalidId", "AuthorizeRemoteTxRequests", "AllowOfflineTxForUnknownId"}:
            if value.lower() not in {"true", "false"}:
                return False
            switched = value.lower() == "true"
            match key:
                case "StopTransactionOnInvalidId":
                    charger.knobs.stop_when_refused = switched
                case "AuthorizeRemoteTxRequests":
                    charger.authorize_remote = switched
                case _:
                    charger.allow_offline_unknown = switched
            return True
        if not value.isdecimal():
            return False
        match key:
            case "HeartbeatInterval":
                charger.set_heartbeat(float(value))
            case "ConnectionTimeOut":
                charger.hardware.connection_timeout_s = float(value)
            case _:
                charger.hardware.meter_interval_s = float(value) or None
                charger.changes.notify()
        return True

    async def clear_cache(self, payload: Payload) -> Reply:
        self._charger.local_list.cached.clear()
        return Reply(ACCEPTED)

    async def get_local_list_version(self, payload: Payload) -> Reply:
        return Reply({"listVersion": self._charger.local_list.version})

    async def send_local_list(self, payload: Payload) -> Reply:
        entries: dict[str, Verdict | None] = {}
        for entry in payload.get("localAuthorizationList", []):
            info = entry.get("idTagInfo")
            entries[entry["idTag"]] = Verdict(info["status"], info.get("parentIdTag")) if info else None
        local_list, full = self._charger.local_list, payload["updateType"] == "Full"
        if not full and payload["listVersion"] <= local_list.version:
            return Reply({"status": "VersionMismatch"})
        fits = local_list.update(payload["listVersion"], entries, full=full)
        return Reply(ACCEPTED if fits else {"status": "Failed"})


def _as_text(value: str | bool | int) -> str:
    return json.dumps(value) if isinstance(value, bool) else str(value)
