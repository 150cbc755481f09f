"""OCPP 2.0.1 (and what 2.1 shares with it) on the wire: what the charger reports. Commands are in `v201_commands`.

EVSE n has connectors 1 and on, as many as the hardware has plugs, and serves one car at a time.
"""

from __future__ import annotations

from collections.abc import Mapping

from simulator.charge_point.charger import Cause, Charger
from simulator.charge_point.messages import Payload
from simulator.charge_point.state import (
    Authorisation,
    ConnectorState,
    EndReason,
    Hold,
    HoldEnd,
    Token,
    Transaction,
    Verdict,
)
from simulator.charge_point.station import Command
from simulator.charge_point.v201_commands import Commands201

BOOT_REASONS = {
    "power_up": "PowerUp",
    "triggered": "Triggered",
    EndReason.REBOOT.value: "LocalReset",
    EndReason.SOFT_RESET.value: "RemoteReset",
    EndReason.HARD_RESET.value: "RemoteReset",
}
# Each as triggerReason and stoppedReason.
END_REASONS = {
    EndReason.LOCAL: ("StopAuthorized", "Local"),
    EndReason.REMOTE: ("RemoteStop", "Remote"),
    EndReason.EV_DISCONNECTED: ("EVCommunicationLost", "EVDisconnected"),
    EndReason.REFUSED: ("Deauthorized", "DeAuthorized"),
    EndReason.FAULT: ("AbnormalCondition", "Other"),
    EndReason.UNLOCK: ("UnlockCommand", "Other"),
    EndReason.SOFT_RESET: ("ResetCommand", "ImmediateReset"),
    EndReason.HARD_RESET: ("ResetCommand", "ImmediateReset"),
    EndReason.REBOOT: ("AbnormalCondition", "Reboot"),
    EndReason.CONNECT_TIMEOUT: ("EVConnectTimeout", "Timeout"),
}
FAULT_REASONS = {
    "GroundFailure": "GroundFault",
    "OverCurrentFailure": "OvercurrentFault",
    "EmergencyStop": "EmergencyStop",
    "PowerLoss": "PowerLoss",
}
CARD_TYPE = "ISO14443"
TRIGGERS: Mapping[Cause, str] = {
    "plugged": "CablePluggedIn",
    "authorised": "Authorized",
    "remote": "RemoteStart",
}


class Charger201(Charger):
    """A 2.0.1 charging station."""

    reader_token_type = CARD_TYPE

    def commands(self) -> Mapping[str, Command]:
        return Commands201(self).table

    def boot_call(self, reason: str) -> tuple[str, Payload]:
        station = {
            "vendorName": self.hardware.vendor[:50],
            "model": self.hardware.model[:20],
            "serialNumber": self.hardware.identity[:25],
            "firmwareVersion": "1.0.0",
        }
        return "BootNotification", {"reason": BOOT_REASONS[reason], "chargingStation": station}

    def derive_status(self, connector: ConnectorState) -> str:
        if connector.fault is not None:
            return "Faulted"
        transaction = connector.transaction
        authorised = transaction is not None and transaction.token is not None
        if authorised and connector.plugged:
            return "Occupied"
        if not connector.operative:
            return "Unavailable"
        if self.holds.is_reserved(connector):
            return "Reserved"  # also with a stranger's cable in it (G01.FR.09)
        return "Occupied" if connector.plugged else "Available"

    def status_payloads(self, connector: ConnectorState) -> list[Payload]:
        if connector.number == 0:
            return []
        return [
            {
                "timestamp": self.timestamp(),
                "connectorStatus": self._shown_by(connector, plug),
                "evseId": connector.number,
                "connectorId": plug,
            }
            for plug in range(1, self.hardware.plugs + 1)
        ]

    def _shown_by(self, connector: ConnectorState, plug: int) -> str:
        """A plug beside the one in use is what its maker calls it; what is wrong, or held, is so of all."""
        beside = connector.status == "Occupied" and plug != connector.plug
        return self.knobs.beside_one_in_use if beside else connector.status

    def _place(self, connector: ConnectorState) -> Payload:
        """EVSEType. Before the cable is in nobody knows which of several plugs it will be."""
        if self.hardware.plugs > 1 and not connector.plugged:
            return {"id": connector.number}
        return {"id": connector.number, "connectorId": connector.plug}

    async def authorize(self, token: Token) -> Verdict:
        answer = await self.tell("Authorize", {"idToken": write_token(token)})
        return Verdict("Invalid") if answer is None else read_verdict(answer)

    async def hold_ended(self, hold: Hold, why: HoldEnd) -> None:
        await self.tell(
            "ReservationStatusUpdate",
            {"reservationId": hold.reservation_id, "reservationUpdateStatus": why},
        )

    def consume_on_presentation(self, connector: ConnectorState, authorisation: Authorisation) -> None:
        """H03.FR.09: presenting the token is what uses the reservation, even before plug-in."""
        used = self.holds.admitting(connector, authorisation.token)
        authorisation.reservation_id = self.named_reservation(connector, used)
        if used is not None:
            self.drop_hold(used.reservation_id)
            authorisation.hold = used

    async def advance(self, connector: ConnectorState, cause: Cause) -> None:
        authorisation, transaction = connector.authorisation, connector.transaction
        if transaction is None:
            if not self._transaction_starts(connector):
                await self.refresh()
                return
            transaction = self._open(connector)
            event = "Started"
        else:
            event = "Updated"
        newly = authorisation is not None and cause != "plugged"
        if authorisation is not None:
            self._admit(transaction, authorisation)
        connector.finished = False
        self.settle()
        await self.refresh()
        if connector.transaction is not transaction:
            return
        # F01: the first event of a remotely started transaction says so, whatever completed it.
        remote = event == "Started" and transaction.remote_start_id is not None
        trigger = TRIGGERS["remote" if remote else cause]
        named = authorisation is not None and (newly or event == "Started")
        await self._send_event(connector, transaction, event, trigger, named=named)
        charging = connector.plugged and transaction.token is not None
        if event == "Updated" and charging and connector.transaction is transaction:
            await self._send_event(connector, transaction, "Updated", "ChargingStateChanged")

    def _transaction_starts(self, connector: ConnectorState) -> bool:
        authorised = connector.authorisation is not None
        match self.hardware.tx_start_point:
            case "Authorized":
                return authorised
            case "EVConnected":
                return connector.plugged
            case "PowerPathClosed":
                return authorised and connector.plugged

    def _open(self, connector: ConnectorState) -> Transaction:
        transaction = Transaction(
            meter_start=connector.meter_wh, meter_wh=connector.meter_wh, id=self.hardware.transaction_id()
        )
        connector.transaction = transaction
        return transaction

    def _admit(self, transaction: Transaction, authorisation: Authorisation) -> None:
        transaction.token = authorisation.token
        transaction.remote_start_id = authorisation.remote_start_id
        transaction.reservation_id = authorisation.reservation_id

    def _charging_state(self, connector: ConnectorState, transaction: Transaction) -> str:
        if not connector.plugged:
            return "Idle"
        if transaction.token is None:
            return "EVConnected"
        return "SuspendedEV" if transaction.suspended else "Charging"

    async def _send_event(
        self,
        connector: ConnectorState,
        transaction: Transaction,
        event: str,
        trigger: str,
        *,
        named: bool = False,
        context: str | None = None,
    ) -> None:
        """Queues a TransactionEvent; `named` adds the token and the reservation."""
        info: Payload = {
            "transactionId": transaction.id,
            "chargingState": self._charging_state(connector, transaction),
        }
        payload = self._event(connector, transaction, event, trigger, info)
        if event == "Started" or context:
            payload["meterValue"] = [
                self._meter_value(connector, transaction, context or "Transaction.Begin")
            ]
        if named and transaction.token is not None:
            payload["idToken"] = write_token(transaction.token)
            if transaction.reservation_id is not None:
                payload["reservationId"] = transaction.reservation_id
            if transaction.remote_start_id is not None:
                info["remoteStartId"] = transaction.remote_start_id

        def answered(answer: Payload) -> None:
            if "idTokenInfo" in answer and not read_verdict(answer).accepted:
                self.refused(connector, transaction)

        await self.outbox.submit("TransactionEvent", lambda: payload, answered)

    def _event(
        self, connector: ConnectorState, transaction: Transaction, event: str, trigger: str, info: Payload
    ) -> Payload:
        payload: Payload = {
            "eventType": event,
            "timestamp": self.timestamp(),
            "triggerReason": trigger,
            "seqNo": transaction.next_seq_no,
            "transactionInfo": info,
            "evse": self._place(connector),
        }
        transaction.next_seq_no += 1
        if not self.online:
            payload["offline"] = True
        return payload

    async def send_end(
        self, connector: ConnectorState, transaction: Transaction, reason: EndReason, by: Token | None
    ) -> None:
        trigger, stopped = END_REASONS[reason]
        if reason is EndReason.FAULT:
            stopped = FAULT_REASONS.get(connector.fault or "", stopped)
        info: Payload = {
            "transactionId": transaction.id,
            "stoppedReason": stopped,
            "chargingState": "EVConnected" if connector.plugged else "Idle",
        }
        payload = self._event(connector, transaction, "Ended", trigger, info)
        payload["meterValue"] = [self._meter_value(connector, transaction, "Transaction.End")]
        if by is not None:
            payload["idToken"] = write_token(by)
        await self.outbox.submit("TransactionEvent", lambda: payload)

    def _meter_value(self, connector: ConnectorState, transaction: Transaction, context: str) -> Payload:
        flowing = connector.plugged and not transaction.suspended and context == "Sample.Periodic"
        power_w = self.hardware.power_w if flowing else 0
        samples = [
            ("Energy.Active.Import.Register", transaction.meter_wh, "Wh"),
            ("Power.Active.Import", power_w, "W"),
        ]
        return {
            "timestamp": self.timestamp(),
            "sampledValue": [
                {"value": value, "context": context, "measurand": measurand, "unitOfMeasure": {"unit": unit}}
                for measurand, value, unit in samples
            ],
        }

    async def send_meter(self, connector: ConnectorState, context: str) -> None:
        transaction = connector.transaction
        if transaction is not None:
            trigger = "MeterValuePeriodic" if context == "Sample.Periodic" else "Trigger"
            await self._send_event(connector, transaction, "Updated", trigger, context=context)
            return
        idle = Transaction(meter_start=connector.meter_wh, meter_wh=connector.meter_wh)
        value = self._meter_value(connector, idle, context)
        await self.tell("MeterValues", {"evseId": connector.number, "meterValue": [value]})

    async def send_charging_state(self, connector: ConnectorState) -> None:
        transaction = connector.transaction
        if transaction is not None:
            await self._send_event(
                connector, transaction, "Updated", "ChargingStateChanged", context="Sample.Periodic"
            )


def write_token(token: Token) -> Payload:
    """An IdTokenType."""
    return {"idToken": token.id_tag, "type": token.type or "Central"}


def read_verdict(answer: Payload) -> Verdict:
    """The `idTokenInfo` of an answer."""
    info = answer["idTokenInfo"]
    group = info.get("groupIdToken")
    return Verdict(str(info.get("status")), group["idToken"] if group else None)
