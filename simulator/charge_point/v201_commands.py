"""OCPP 2.0.1 commands of the CSMS, carried out on a charger."""

from __future__ import annotations

from collections.abc import Mapping

from simulator.charge_point.availability import Availability
from simulator.charge_point.charger import Charger
from simulator.charge_point.link import Reply
from simulator.charge_point.messages import CommandRefusedError, Payload
from simulator.charge_point.state import ConnectorState, EndReason, Hold, Token, Transaction, Verdict
from simulator.charge_point.station import Command
from simulator.charge_point.times import read_time
from simulator.charge_point.trust import Trust
from simulator.charge_point.upkeep import Upkeep2x
from simulator.charge_point.v201_variables import Variables201

ACCEPTED: Payload = {"status": "Accepted"}
REJECTED: Payload = {"status": "Rejected"}


class Commands201:
    """`table` maps each action to what carries it out."""

    def __init__(self, charger: Charger) -> None:
        self._charger = charger
        self._availability = Availability(charger)
        self.table: Mapping[str, Command] = {
            "ReserveNow": self.reserve_now,
            "CancelReservation": charger.cancel_reservation,
            "RequestStartTransaction": self.request_start,
            "RequestStopTransaction": self.request_stop,
            "GetTransactionStatus": self.get_transaction_status,
            "Reset": self.reset,
            "ChangeAvailability": self.change_availability,
            "UnlockConnector": self.unlock_connector,
            "TriggerMessage": self.trigger_message,
            "ClearCache": self.clear_cache,
            "GetLocalListVersion": self.get_local_list_version,
            "SendLocalList": self.send_local_list,
            **Variables201(charger).table,
            **Upkeep2x(charger).table,
            **Trust(charger, chains=True).table,
        }

    async def reserve_now(self, payload: Payload) -> Reply:
        group = payload.get("groupIdToken")
        token = read_token(payload["idToken"], group)
        expires_at = read_time(payload["expiryDateTime"])
        return await self._charger.reserve(Hold(payload["id"], payload.get("evseId", 0), token, expires_at))

    async def request_start(self, payload: Payload) -> Reply:
        charger = self._charger
        token = read_token(payload["idToken"], payload.get("groupIdToken"))
        connector = charger.pick_connector(token, payload.get("evseId"))
        if connector is None:
            return Reply(REJECTED)

        async def start() -> None:
            await charger.remote_start(connector, token, payload["remoteStartId"])

        answer = dict(ACCEPTED)
        if connector.transaction is not None:
            answer["transactionId"] = connector.transaction.id
        return Reply(answer, after=start)

    async def request_stop(self, payload: Payload) -> Reply:
        found = self._find(payload["transactionId"])
        if found is None:
            return Reply(REJECTED)

        async def stop() -> None:
            await self._charger.end(found[0], EndReason.REMOTE)

        return Reply(ACCEPTED, after=stop)

    def _find(self, transaction_id: str) -> tuple[ConnectorState, Transaction] | None:
        for connector in self._charger.connectors.values():
            transaction = connector.transaction
            if transaction is not None and transaction.id == transaction_id:
                return connector, transaction
        return None

    async def get_transaction_status(self, payload: Payload) -> Reply:
        answer: Payload = {"messagesInQueue": len(self._charger.outbox) > 0}
        if "transactionId" in payload:
            answer["ongoingIndicator"] = self._find(payload["transactionId"]) is not None
        return Reply(answer)

    async def reset(self, payload: Payload) -> Reply:
        charger = self._charger
        if one := payload.get("evseId"):
            known = one in charger.connectors
            return (
                Reply(ACCEPTED, after=lambda: self._availability.restart(one)) if known else Reply(REJECTED)
            )
        on_idle = payload["type"] == "OnIdle"

        async def restart() -> None:
            if on_idle:
                await charger.changes.until(lambda: not charger.charging)
            await charger.reset(EndReason.SOFT_RESET if on_idle else EndReason.HARD_RESET)

        return Reply({"status": "Scheduled"} if on_idle and charger.charging else ACCEPTED, after=restart)

    async def change_availability(self, payload: Payload) -> Reply:
        charger, evse = self._charger, payload.get("evse", {"id": 0})
        if evse["id"] not in charger.connectors or not self._has_plug(evse.get("connectorId", 1)):
            return Reply(REJECTED)
        operative = payload["operationalStatus"] == "Operative"
        status, lost = await self._availability.set_operative(evse["id"], operative=operative)

        async def report() -> None:
            await self._availability.after_change(lost)

        return Reply({"status": status}, after=report)

    async def unlock_connector(self, payload: Payload) -> Reply:
        connector = self._charger.connectors.get(payload["evseId"])
        if connector is None or connector.number == 0 or not self._has_plug(payload["connectorId"]):
            return Reply({"status": "UnknownConnector"})
        if connector.transaction is not None and connector.transaction.token is not None:
            return Reply({"status": "OngoingAuthorizedTransaction"})
        return Reply({"status": "Unlocked"})

    def _has_plug(self, number: int) -> bool:
        return 1 <= number <= self._charger.hardware.plugs

    async def trigger_message(self, payload: Payload) -> Reply:
        charger, wanted = self._charger, payload["requestedMessage"]
        number = payload.get("evse", {}).get("id")
        if number is not None and (number not in charger.connectors or number == 0):
            return Reply(REJECTED)
        chosen = [c for n, c in charger.connectors.items() if n and number in (None, n)]

        async def send() -> None:
            match wanted:
                case "BootNotification":
                    await charger.tell(*charger.boot_call("triggered"))
                case "Heartbeat":
                    await charger.tell("Heartbeat", {})
                case "StatusNotification":
                    for connector in chosen:
                        await charger.report_status(connector, always=True)
                case _:
                    for connector in chosen:
                        if wanted == "MeterValues" or connector.transaction is not None:
                            await charger.send_meter(connector, "Trigger")

        known = {"BootNotification", "Heartbeat", "StatusNotification", "MeterValues", "TransactionEvent"}
        return Reply(ACCEPTED, after=send) if wanted in known else Reply({"status": "NotImplemented"})

    # -- lists ------------------------------------------------------------------------------------------
    async def clear_cache(self, payload: Payload) -> Reply:
        self._charger.local_list.cached.clear()
        return Reply(ACCEPTED)

    async def get_local_list_version(self, payload: Payload) -> Reply:
        return Reply({"versionNumber": self._charger.local_list.version})

    async def send_local_list(self, payload: Payload) -> Reply:
        entries: dict[str, Verdict | None] = {}
        for entry in payload.get("localAuthorizationList", []):
            info = entry.get("idTokenInfo")
            group = (info or {}).get("groupIdToken", {}).get("idToken")
            entries[entry["idToken"]["idToken"]] = Verdict(info["status"], group) if info else None
        local_list, full = self._charger.local_list, payload["updateType"] == "Full"
        if not full and payload["versionNumber"] <= local_list.version:
            return Reply({"status": "VersionMismatch"})
        fits = local_list.update(payload["versionNumber"], entries, full=full)
        return Reply(ACCEPTED if fits else {"status": "Failed"})


def read_token(id_token: Payload, group: Payload | None) -> Token:
    """An IdTokenType with the group it belongs to."""
    if not id_token["idToken"] and id_token["type"] != "NoAuthorization":
        raise CommandRefusedError("PropertyConstraintViolation", "empty idToken")
    return Token(id_token["idToken"], id_token["type"], group["idToken"] if group else None)
