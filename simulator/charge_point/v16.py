"""OCPP 1.6J on the wire: what the charger reports. Commands are in `v16_commands`."""

from __future__ import annotations

from collections.abc import Callable, Mapping

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
from simulator.charge_point.v16_commands import Commands16

STOP_REASONS = {
    EndReason.LOCAL: "Local",
    EndReason.REMOTE: "Remote",
    EndReason.EV_DISCONNECTED: "EVDisconnected",
    EndReason.REFUSED: "DeAuthorized",
    EndReason.FAULT: "Other",
    EndReason.UNLOCK: "UnlockCommand",
    EndReason.SOFT_RESET: "SoftReset",
    EndReason.HARD_RESET: "HardReset",
    EndReason.REBOOT: "Reboot",
    EndReason.CONNECT_TIMEOUT: "Other",
}


class Charger16(Charger):
    """A 1.6J charge point."""

    def commands(self) -> Mapping[str, Command]:
        return Commands16(self).table

    def boot_call(self, reason: str) -> tuple[str, Payload]:
        return "BootNotification", {
            "chargePointVendor": self.hardware.vendor[:20],
            "chargePointModel": self.hardware.model[:20],
            "chargePointSerialNumber": self.hardware.identity[:25],
            "firmwareVersion": "1.0.0",
        }

    def derive_status(self, connector: ConnectorState) -> str:
        if connector.fault is not None:
            return "Faulted"
        transaction = connector.transaction
        if transaction is not None:
            return "SuspendedEV" if transaction.suspended else "Charging"
        if not connector.operative:
            return "Unavailable"
        if connector.authorisation is not None:
            return "Preparing"
        if self.holds.is_reserved(connector):
            return "Reserved"
        if connector.plugged:
            return "Finishing" if connector.finished else "Preparing"
        return "Available"

    def status_payloads(self, connector: ConnectorState) -> list[Payload]:
        status = {
            "connectorId": connector.number,
            "errorCode": connector.fault or "NoError",
            "status": connector.status,
            "timestamp": self.timestamp(),
        }
        return [status]

    async def authorize(self, token: Token) -> Verdict:
        answer = await self.tell("Authorize", {"idTag": token.id_tag})
        return read_verdict(answer)

    async def hold_ended(self, hold: Hold, why: HoldEnd) -> None:
        """1.6 has no message for it."""

    def consume_on_presentation(self, connector: ConnectorState, authorisation: Authorisation) -> None:
        """1.6 consumes the hold when the transaction starts."""

    async def advance(self, connector: ConnectorState, cause: Cause) -> None:
        await self.refresh()
        if connector.plugged and connector.authorisation is not None and connector.transaction is None:
            await self._begin(connector, connector.authorisation.token)

    async def _begin(self, connector: ConnectorState, token: Token) -> None:
        used = self.holds.admitting(connector, token)
        reservation_id = self.named_reservation(connector, used)
        if used is not None:
            self.drop_hold(used.reservation_id)
        transaction = Transaction(
            meter_start=connector.meter_wh,
            meter_wh=connector.meter_wh,
            token=token,
            reservation_id=reservation_id,
        )
        connector.transaction = transaction
        connector.finished = False
        self.settle()
        payload: Payload = {
            "connectorId": connector.number,
            "idTag": token.id_tag,
            "meterStart": transaction.meter_start,
            "timestamp": self.timestamp(),
        }
        if reservation_id is not None:
            payload["reservationId"] = reservation_id
        answered = self._start_answered(connector, transaction)
        await self.outbox.submit("StartTransaction", lambda: payload, answered)
        await self.refresh()

    def _start_answered(
        self, connector: ConnectorState, transaction: Transaction
    ) -> Callable[[Payload], None]:
        def answered(answer: Payload) -> None:
            transaction.id = answer.get("transactionId")
            verdict = read_verdict(answer)
            if transaction.token is not None:
                self.local_list.remember(transaction.token, verdict)
            if not verdict.accepted:
                self.refused(connector, transaction)

        return answered

    async def send_end(
        self, connector: ConnectorState, transaction: Transaction, reason: EndReason, by: Token | None
    ) -> None:
        payload: Payload = {
            "meterStop": transaction.meter_wh,
            "timestamp": self.timestamp(),
            "reason": STOP_REASONS[reason],
        }
        if by is not None:
            payload["idTag"] = by.id_tag

        def complete() -> Payload:
            # -1 stands for a transaction whose StartTransaction the CSMS never answered.
            return {"transactionId": -1 if transaction.id is None else transaction.id, **payload}

        await self.outbox.submit("StopTransaction", complete)

    async def send_meter(self, connector: ConnectorState, context: str) -> None:
        transaction = connector.transaction
        flowing = transaction is not None and not transaction.suspended
        payload: Payload = {
            "connectorId": connector.number,
            "meterValue": [
                {"timestamp": self.timestamp(), "sampledValue": self._samples(connector, context, flowing)}
            ],
        }
        if transaction is None:
            await self.tell("MeterValues", payload)
            return

        def complete() -> Payload:
            return payload if transaction.id is None else {**payload, "transactionId": transaction.id}

        await self.outbox.submit("MeterValues", complete)

    def _samples(self, connector: ConnectorState, context: str, flowing: bool) -> list[Payload]:
        return [
            {
                "value": str(connector.meter_wh),
                "context": context,
                "measurand": "Energy.Active.Import.Register",
                "unit": "Wh",
            },
            {
                "value": str(self.hardware.power_w if flowing else 0),
                "context": context,
                "measurand": "Power.Active.Import",
                "unit": "W",
            },
        ]

    async def send_charging_state(self, connector: ConnectorState) -> None:
        """The status says it (SuspendedEV, Charging); a final meter value shows the power."""
        if connector.transaction is not None and connector.transaction.suspended:
            await self.refresh()
            await self.send_meter(connector, "Sample.Periodic")


def read_verdict(answer: Payload | None) -> Verdict:
    """The `idTagInfo` of an answer; no answer is no permission, an answer without it is one."""
    if answer is None:
        return Verdict("Invalid")
    info = answer.get("idTagInfo") or {"status": "Accepted"}
    return Verdict(str(info.get("status")), info.get("parentIdTag"))
