"""A charger of the story as its drivers meet it: cards, cables, energy, and what its log must show."""

import asyncio
from typing import Any

from simulator.charge_point import Message, Misbehaviour, VirtualChargePoint
from simulator.scenarios.expectation import Unmet, expect, expect_equal
from simulator.scenarios.place import ChargerPlan

PATIENCE_S = 25.0
_REMOTE_START = {"1.6": "RemoteStartTransaction", "2.0.1": "RequestStartTransaction"}
_REMOTE_STOP = {"1.6": "RemoteStopTransaction", "2.0.1": "RequestStopTransaction"}
_TOKEN = {"1.6": "idTag", "2.0.1": "idToken"}


class Bay:
    """One virtual charger. Connector 1 unless said otherwise."""

    def __init__(self, plan: ChargerPlan, gateway_url: str, *, pace: float) -> None:
        self.plan = plan
        self._patience = PATIENCE_S * pace
        self.charger = VirtualChargePoint(
            identity=plan.id,
            version=plan.version,
            url=gateway_url,
            password=plan.password,
            connectors=len(plan.plugs) or plan.connectors,
            power_w=150_000,
        )

    @property
    def id(self) -> str:
        return self.plan.id

    @property
    def knobs(self) -> Misbehaviour:
        return self.charger.misbehaviour

    # --- deeds -----------------------------------------------------------------------------------------

    async def accepts(self, card: str, connector: int = 1) -> None:
        """The card is presented and the charger accepts it."""
        accepted = await self.charger.swipe(connector, card)
        expect(accepted, f"{self.id} to accept card {card}", "refused")

    async def refuses(self, card: str, connector: int = 1) -> None:
        """The card is presented and the charger refuses it."""
        accepted = await self.charger.swipe(connector, card)
        expect(not accepted, f"{self.id} to refuse card {card}", "accepted")

    async def plug_in(self, connector: int = 1) -> None:
        await self.charger.plug_in(connector)

    async def unplug(self, connector: int = 1) -> None:
        await self.charger.unplug(connector)

    async def charge(self, kwh: int, connector: int = 1) -> None:
        """The car takes energy; a transaction must be running."""
        expect(
            self.charger.connector(connector).transaction is not None,
            f"{self.id} to be charging",
            self.charger.connector(connector),
        )
        await self.charger.charge(connector, kwh * 1000)

    async def until(self, what: str, condition: Any, connector: int = 1) -> None:
        """Wait until `condition` holds of the connector's live state."""
        try:
            await self.charger.wait_for(lambda c: condition(c.connector(connector)), self._patience)
        except TimeoutError:
            raise Unmet(f"{self.id}: {what}", self.charger.connector(connector)) from None

    async def until_charging(self, connector: int = 1) -> None:
        await self.until("a transaction", lambda state: state.transaction is not None, connector)

    async def until_stopped(self, connector: int = 1) -> None:
        await self.until("the transaction to end", lambda state: state.transaction is None, connector)

    async def shows(self, status: str, connector: int = 1) -> None:
        """Wait until this status is what the charger has told of the connector."""
        await self.until(f"{status} to be told", lambda state: state.reported == status, connector)

    def never_told(self, action: str) -> None:
        """It sent no such message."""
        calls = [m for m in self.charger.log if (m.direction, m.kind, m.action) == ("out", "call", action)]
        expect(not calls, f"{self.id} not to tell {action}", calls)

    # --- what it heard ---------------------------------------------------------------------------------

    async def was_asked(self, action: str, *, times: int = 1) -> Message:
        """Wait for the `times`-th command of this name from us."""
        try:
            return await self.charger.wait_for_message(
                action, kind="call", count=times, timeout=self._patience
            )
        except TimeoutError:
            raise Unmet(f"{self.id} to be asked {action} × {times}", self._heard()) from None

    async def was_reserved(self, hold_id: int, token: str | None = None, *, times: int = 1) -> None:
        """ReserveNow came `times` times for this hold, the last with this token."""
        try:
            await self.charger.wait_for(lambda _: len(self._reserve_nows(hold_id)) >= times, self._patience)
        except TimeoutError:
            raise Unmet(f"{self.id} to be asked ReserveNow for {hold_id} × {times}", self._heard()) from None
        if token is not None:
            last = self._reserve_nows(hold_id)[-1]
            expect_equal(f"{self.id}: the token in ReserveNow", self._token(last), token.upper())

    async def was_released(self, hold_id: int) -> None:
        """CancelReservation came for this hold."""
        message = await self.was_asked("CancelReservation")
        expect_equal(f"{self.id}: the id in CancelReservation", message.payload["reservationId"], hold_id)
        await self.holds_nothing()

    async def was_started_remotely(self, token: str) -> None:
        """RemoteStartTransaction or RequestStartTransaction came with this token."""
        message = await self.was_asked(_REMOTE_START[self.plan.version])
        expect_equal(f"{self.id}: the token in the remote start", self._token(message), token.upper())

    async def was_stopped_remotely(self) -> None:
        await self.was_asked(_REMOTE_STOP[self.plan.version])

    def never_asked(self, action: str) -> None:
        """No such command came."""
        calls = [m for m in self.charger.log if (m.direction, m.kind, m.action) == ("in", "call", action)]
        expect(not calls, f"{self.id} not to be asked {action}", calls)

    def _reserve_nows(self, hold_id: int) -> list[Message]:
        number = "reservationId" if self.plan.version == "1.6" else "id"
        calls = [
            m for m in self.charger.log if (m.direction, m.kind, m.action) == ("in", "call", "ReserveNow")
        ]
        return [call for call in calls if call.payload[number] == hold_id]

    async def holds_nothing(self) -> None:
        """Its hold was cancelled by us, or has expired on the device in the same moment."""
        await self.until("its hold to be gone", lambda state: state.hold is None)

    def _token(self, message: Message) -> str:
        value = message.payload[_TOKEN[self.plan.version]]
        return str(value["idToken"] if isinstance(value, dict) else value).upper()

    def _heard(self) -> str:
        calls = [m.action for m in self.charger.log if (m.direction, m.kind) == ("in", "call")]
        return ", ".join(calls) or "nothing"


async def connect(bays: list[Bay]) -> None:
    """Connect all chargers at once; returns when every one is accepted."""
    await asyncio.gather(*(bay.charger.start() for bay in bays))


async def disconnect(bays: list[Bay]) -> None:
    await asyncio.gather(*(bay.charger.stop() for bay in bays), return_exceptions=True)
