"""What takes connectors out of service and brings them back: faults, and the CSMS's ChangeAvailability."""

from __future__ import annotations

from simulator.charge_point.charger import Charger
from simulator.charge_point.state import ConnectorState, EndReason, Hold


class Availability:
    """Of one charger. Holds end with the service they were promised."""

    def __init__(self, charger: Charger) -> None:
        self._charger = charger

    async def fault(self, number: int, code: str) -> None:
        """Faulted: the hold ends and a running transaction stops. The status goes out first."""
        affected = self._reach(number)
        for connector in affected:
            connector.fault = code
            connector.authorisation = None
        lost = [hold for connector in affected for hold in self._charger.take_holds(connector)]
        await self._charger.refresh()
        for connector in affected:
            await self._charger.end(connector, EndReason.FAULT)
        for hold in lost:
            await self._charger.hold_ended(hold, "Removed")

    async def recover(self, number: int) -> None:
        for connector in self._reach(number):
            connector.fault = None
        await self._charger.refresh()

    async def set_operative(self, number: int, *, operative: bool) -> tuple[str, list[Hold]]:
        """ChangeAvailability. Returns the status to answer and the holds that ended; a connector in use is
        Scheduled and becomes Unavailable after its transaction."""
        status, lost = "Accepted", []
        for connector in self._reach(number):
            connector.inoperative_after_transaction = False
            if not operative and connector.transaction is not None:
                connector.inoperative_after_transaction = True
                status = "Scheduled"
                continue
            connector.operative = operative
            if not operative:
                connector.authorisation = None
                lost += self._charger.take_holds(connector)
        self._charger.settle()
        return status, lost

    async def restart(self, number: int) -> None:
        """One EVSE alone (2.x B12): at once, whatever was asked; what runs there ends, the station stays."""
        connector = self._charger.connectors[number]
        await self._charger.end(connector, EndReason.HARD_RESET)
        await self._charger.report_status(connector, always=True)

    async def after_change(self, lost: list[Hold]) -> None:
        await self._charger.refresh()
        for hold in lost:
            await self._charger.hold_ended(hold, "Removed")

    def _reach(self, number: int) -> list[ConnectorState]:
        """What a number addresses: one connector, or with 0 every one and then the charge point itself."""
        if number:
            return [self._charger.connectors[number]]
        return [*(c for n, c in self._charger.connectors.items() if n), self._charger.connectors[0]]
