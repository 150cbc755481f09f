"""What a decent charger does by itself, whatever the OCPP version: tokens, cables, transactions, faults."""

from __future__ import annotations

import asyncio
from abc import abstractmethod
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Literal

from simulator.charge_point.state import (
    Authorisation,
    ConnectorState,
    EndReason,
    Hold,
    Token,
    Transaction,
    Verdict,
)
from simulator.charge_point.station import Station

INVENTED_RESERVATION_ID = 987_654_321
Cause = Literal["plugged", "authorised", "remote"]


class Charger(Station):
    """Adds charging to the station. `reader_token_type` is the type of a card at this charger's reader."""

    reader_token_type: str | None = None
    allow_offline_unknown = False
    authorize_remote = False
    heartbeat_s = 300.0
    reboot: Callable[[EndReason], Awaitable[None]]

    # -- what each version puts on the wire -------------------------------------------------------------
    @abstractmethod
    async def advance(self, connector: ConnectorState, cause: Cause) -> None:
        """Reports the status, and begins or moves on the transaction."""

    @abstractmethod
    async def send_end(
        self, connector: ConnectorState, transaction: Transaction, reason: EndReason, by: Token | None
    ) -> None: ...

    @abstractmethod
    async def send_meter(self, connector: ConnectorState, context: str) -> None: ...

    @abstractmethod
    async def send_charging_state(self, connector: ConnectorState) -> None:
        """The car suspended or resumed charging."""

    @abstractmethod
    def consume_on_presentation(self, connector: ConnectorState, authorisation: Authorisation) -> None:
        """2.0.1 consumes the hold when its token is presented, 1.6 when the transaction starts."""

    # -- tokens -----------------------------------------------------------------------------------------
    async def check(self, token: Token) -> Verdict:
        """Asks the CSMS; offline, the local list and the cache."""
        if self.online:
            verdict = await self.authorize(token)
            self.local_list.remember(token, verdict)
            return verdict
        known = self.local_list.find(token)
        if known is not None:
            return known
        return Verdict("Accepted" if self.allow_offline_unknown else "Invalid")

    async def swipe(self, connector: ConnectorState, token: Token) -> bool:
        """A card at the reader. Returns whether the CSMS (or the local list) accepted it; a card that a
        hold keeps off is refused without asking, unless its parent may match."""
        if not connector.usable:
            return False
        running = connector.transaction
        if running is not None and running.token is not None:
            return await self.stop_by_card(connector, token)
        blocking = self.holds.blocking(connector, token)
        if blocking is not None and blocking.token.parent is None and not self.knobs.ignore_token:
            return False
        verdict = await self.check(token)
        token = replace(token, parent=verdict.parent)
        admitted = verdict.accepted and self.holds.blocking(connector, token) is None
        if not admitted and not self.knobs.ignore_token:
            return False
        await self.present(connector, token)
        return verdict.accepted

    async def present(self, connector: ConnectorState, token: Token, remote_id: int | None = None) -> None:
        """An admitted token waits for the cable up to the connection timeout, or starts at once."""
        authorisation = Authorisation(token, remote_start_id=remote_id)
        connector.authorisation = authorisation
        self.consume_on_presentation(connector, authorisation)
        if not connector.plugged:
            self.run_later(
                f"cable {connector.number}",
                self.hardware.connection_timeout_s,
                lambda: self._cable_timeout(connector, authorisation),
            )
        await self.advance(connector, "authorised" if remote_id is None else "remote")

    async def _cable_timeout(self, connector: ConnectorState, authorisation: Authorisation) -> None:
        if connector.authorisation is not authorisation or connector.plugged:
            return
        connector.authorisation = None
        if connector.transaction is not None:
            await self.end(connector, EndReason.CONNECT_TIMEOUT)
        elif authorisation.hold is not None:
            await self.came_to_nothing(authorisation.hold)
        await self.refresh()

    async def came_to_nothing(self, hold: Hold) -> None:
        """The token used its hold and the car never came; before 2.1 no message says so."""

    async def stop_by_card(self, connector: ConnectorState, token: Token) -> bool:
        """Stops for the card that started, or for one of the same parent after asking the CSMS."""
        transaction = connector.transaction
        if transaction is None or transaction.token is None:
            return False
        if not transaction.token.is_same(token):
            verdict = await self.check(token)
            parents = transaction.token.parent, verdict.parent
            if not verdict.accepted or parents[0] is None or parents[0] != parents[1]:
                return False
        if connector.transaction is transaction:
            await self.end(connector, EndReason.LOCAL, by=token)
        return True

    def pick_connector(self, token: Token, wanted: int | None) -> ConnectorState | None:
        """The connector a remote start may use, or None: the wanted one, else the one held for the token,
        else one with a cable, else a spare one."""
        if wanted is not None:
            candidates = [self.connectors[wanted]] if wanted in self.connectors and wanted else []
        else:
            candidates = [c for n, c in self.connectors.items() if n]
            candidates.sort(key=lambda c: (c.hold is None or not c.hold.admits(token), not c.plugged))
        known = self.local_list.find(token)
        token = replace(token, parent=token.parent or (known.parent if known else None))
        return next((c for c in candidates if self._may_start(c, token)), None)

    def _may_start(self, connector: ConnectorState, token: Token) -> bool:
        running = connector.transaction
        if not connector.usable or (running is not None and running.token is not None):
            return False
        return self.knobs.ignore_token or self.holds.blocking(connector, token) is None

    async def remote_start(self, connector: ConnectorState, token: Token, remote_id: int | None) -> None:
        """After the command was answered Accepted."""
        if self.authorize_remote and not self.knobs.ignore_token:
            verdict = await self.check(token)
            if not verdict.accepted:
                return
            token = replace(token, parent=verdict.parent)
        if self._may_start(connector, token):
            await self.present(connector, token, remote_id)

    def named_reservation(self, connector: ConnectorState, used: Hold | None) -> int | None:
        """The reservation id to put on the wire, through the knob."""
        match self.knobs.reservation_id:
            case "omit":
                return None
            case "invent":
                return INVENTED_RESERVATION_ID
            case "of_the_holder":
                held = connector.hold or used
                return held.reservation_id if held else None
            case "correct":
                return used.reservation_id if used else None

    # -- cable ------------------------------------------------------------------------------------------
    async def plug_in(self, connector: ConnectorState, plug: int = 1) -> None:
        if connector.plugged:
            return
        connector.plugged = True
        connector.plug = plug
        self.cancel_timer(f"cable {connector.number}")
        await self.advance(connector, "plugged")

    async def unplug(self, connector: ConnectorState) -> None:
        connector.plugged = False
        connector.finished = False
        connector.authorisation = None
        if connector.transaction is not None:
            await self.end(connector, EndReason.EV_DISCONNECTED)
        await self.refresh()

    # -- transactions -----------------------------------------------------------------------------------
    async def end(self, connector: ConnectorState, reason: EndReason, by: Token | None = None) -> None:
        """Ends the running transaction, reports, then does what waited for the end."""
        transaction = connector.transaction
        if transaction is None:
            return
        connector.transaction = None
        connector.authorisation = None
        connector.finished = connector.plugged
        lost: list[Hold] = []
        if connector.inoperative_after_transaction:
            connector.inoperative_after_transaction = False
            connector.operative = False
            lost = self.take_holds(connector)
        self.settle()
        await self.send_end(connector, transaction, reason, by)
        await self.refresh()
        for hold in lost:
            await self.hold_ended(hold, "Removed")

    def refused(self, connector: ConnectorState, transaction: Transaction) -> None:
        """The CSMS did not accept the token of a transaction that already runs."""
        if self.knobs.stop_when_refused and connector.transaction is transaction:
            self.run_aside(self.end(connector, EndReason.REFUSED))

    async def add_energy(self, connector: ConnectorState, energy_wh: int) -> None:
        """Advances the register and reports it. Nothing flows without an authorised transaction."""
        transaction = connector.transaction
        if transaction is None or transaction.token is None:
            return
        resumed = transaction.suspended
        transaction.suspended = False
        connector.meter_wh += energy_wh
        transaction.meter_wh = connector.meter_wh
        if resumed:
            await self.send_charging_state(connector)
        await self.send_meter(connector, "Sample.Periodic")
        await self.refresh()

    async def suspend(self, connector: ConnectorState) -> None:
        """The car is full."""
        transaction = connector.transaction
        if transaction is None or transaction.suspended:
            return
        transaction.suspended = True
        await self.send_charging_state(connector)
        await self.refresh()

    async def meter_clock(self) -> None:
        """Lets every charging connector draw energy, for ever."""
        while True:
            await self.changes.until(lambda: self.hardware.meter_interval_s is not None)
            await asyncio.sleep(self.hardware.meter_interval_s or 0)
            for connector in self.connectors.values():
                transaction = connector.transaction
                if transaction and connector.plugged and not transaction.suspended:
                    await self.add_energy(connector, self.hardware.energy_step_wh)

    # -- boot and reset ---------------------------------------------------------------------------------
    def set_heartbeat(self, seconds: float) -> None:
        """The CSMS chose another interval; 0 leaves it as it is."""
        self.heartbeat_s = seconds or self.heartbeat_s
        self.changes.notify()

    @property
    def charging(self) -> list[ConnectorState]:
        return [c for c in self.connectors.values() if c.transaction is not None]

    async def reset(self, reason: EndReason) -> None:
        """Reset by command: ends transactions while still connected, then reboots."""
        for connector in self.charging:
            await self.end(connector, reason)
        await self.reboot(reason)

    def power_cycle(self) -> None:
        """What a reboot does to the memory of the charger. A transaction that has not ended is forgotten."""
        for connector in self.connectors.values():
            connector.transaction = None
            connector.authorisation = None
            connector.finished = False
        if self.knobs.forget_holds_on_reboot:
            self.forget_holds()
        self.settle()
