"""What happens to a charger: power, memory, connection, hardware, answers that are lost or said twice."""

from days.people import Charger
from days.scene import Scene
from days.truth import Outage
from simulator.stripe_api.faults import FaultKind

_REPEATED = frozenset({"StartTransaction", "StopTransaction", "TransactionEvent", "MeterValues"})


class Breaking:
    def __init__(self, day: Scene) -> None:
        self._day = day

    async def power_cut(self, charger: Charger, *, minutes: float) -> None:
        if charger.dead:
            return
        self._loses(charger)
        charger.dead = True
        outage = self._breaks(charger, 0, silent=False)
        await charger.device.vanish()
        await charger.device.reboot()  # what it had in hand ends now, and is told when it is back

        async def is_back() -> None:
            charger.dead, outage.ended = False, self._day.time.now()
            await charger.device.come_back()

        self._day.time.at(self._day.time.now() + self._day.calendar.span(minutes), is_back)

    async def reboot(self, charger: Charger) -> None:
        if not charger.dead:
            self._loses(charger)
            await charger.device.reboot()

    def _loses(self, charger: Charger) -> None:
        if charger.device.misbehaviour.forget_transactions_on_reboot:
            for number in range(1, charger.plan.connectors + 1):
                if (leg := self._day.truth.running(charger.id, number)) is not None:
                    leg.forgotten = True

    async def vanish(self, charger: Charger, *, minutes: float) -> None:
        if charger.dead or not charger.device.online:
            return
        outage = self._breaks(charger, 0, silent=True)
        await charger.device.vanish()

        async def is_back() -> None:
            outage.ended = self._day.time.now()
            if not charger.dead:
                await charger.device.come_back()

        self._day.time.at(self._day.time.now() + self._day.calendar.span(minutes), is_back)

    async def fault(self, charger: Charger, *, number: int) -> None:
        if not charger.dead and charger.device.connector(number).fault is None:
            self._breaks(charger, number, silent=False)
            await charger.device.fault(number)

    async def recover(self, charger: Charger, *, number: int) -> None:
        for outage in self._day.truth.outages:
            if (outage.charger, outage.connector, outage.ended) == (charger.id, number, None):
                outage.ended = self._day.time.now()
        await charger.device.recover(number)

    async def lose_answer(self, charger: Charger) -> None:
        if charger.device.online:
            charger.loses_answer = True
            self._day.stage.lose_next_answer(charger)

    async def repeat(self, charger: Charger) -> None:
        """Says what counts twice from now on."""
        charger.device.misbehaviour.duplicate_calls = _REPEATED

    async def slow_relay(self, charger: Charger, *, seconds: float) -> None:
        """What is committed reaches its reservations only later, unless a deadline asks for it."""
        self._day.stage.pause_relay(seconds)

    async def lose_tasks(self, charger: Charger, *, times: int) -> None:
        """A worker dies after what it did, and before it could say so; another one begins the task anew."""
        self._day.stage.lose_tasks(times)

    async def provider_fails(self, charger: Charger, *, kind: str, times: int) -> None:
        """The payment provider answers badly, or does what it was asked and does not say so."""
        await self._day.control.fail_next(FaultKind(kind), times=times)

    async def provider_slow(self, charger: Charger, *, seconds: float) -> None:
        await self._day.stage.slow_provider(self._day.control, seconds)

    def _breaks(self, charger: Charger, number: int, *, silent: bool) -> Outage:
        outage = Outage(charger.id, number, self._day.time.now(), silent)
        self._day.truth.outages.append(outage)
        return outage
