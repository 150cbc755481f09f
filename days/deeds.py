"""What people and chargers do on a day. A deed that is not possible as things stand is not done, as in life."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import httpx

from contracts.money import PaymentEvent
from contracts.names import BOOKING_PATIENCE, MessageName
from contracts.publication import ReservationView
from contracts.reservation import BookDecision, BookRequest
from days.people import Charger, Guest
from days.script import Deed, explained
from days.site import SITE, chance_of
from days.temporal import UpdateFailed, read
from days.truth import Outage
from domain.reservation.actions.messages import Cancel, Extend, OnMyWay, Reschedule
from domain.reservation.code import reservation_code, workflow_id

if TYPE_CHECKING:
    from days.day import Day

_VISA = "pm_card_visa"
_LOOKS_AGAIN = 4
"""Minutes after which somebody who cannot charge tries again."""
_MOST_TRIES = 8
_REPEATED = frozenset({"StartTransaction", "StopTransaction", "TransactionEvent", "MeterValues"})


class Deeds:
    def __init__(self, day: "Day") -> None:
        self._day = day

    def doing(self, deed: Deed) -> Callable[[], Awaitable[None]]:
        async def do() -> None:
            self._day.tell(f"> {explained(deed)}")
            whom: Any = (
                self._day.guests[deed.who] if deed.who in self._day.guests else self._day.chargers[deed.who]
            )
            await getattr(self, deed.what)(whom, **deed.how)

        return do

    # --- the app ---------------------------------------------------------------------------------------
    async def book(self, guest: Guest, *, start: float, length: float, pays: bool) -> None:
        from days.day import MORNING

        day, now = self._day, self._day.time.now()
        begins = max(MORNING + timedelta(minutes=start), now)
        code = reservation_code(guest.driver, f"{day.script.seed}-{guest.name}")
        request = BookRequest(
            code=code,
            account=guest.driver,
            driver_id=guest.driver,
            site_id=SITE,
            start=begins,
            end=MORNING + timedelta(minutes=start + length),
            book_by=now + BOOKING_PATIENCE,
            payment_method=_VISA if pays else None,
        )
        day.workflows.start(workflow_id(code), request)
        asked = day.workflows.ask(workflow_id(code), MessageName.BOOK)
        await day.settle()
        decision = read(asked.result(), BookDecision)
        guest.code, guest.outcome = code, decision.outcome
        guest.intent = (decision.client_secret or "").partition("_secret_")[0]
        place = f"{decision.view.charger_id}/{decision.view.connector_number}"
        day.tell(f"  {code} {decision.outcome} {decision.decline_code} {place}")

    async def pay(self, guest: Guest) -> None:
        if not guest.intent:
            return
        try:
            intent = await self._day.control.pay(guest.intent)
        except httpx.HTTPStatusError:  # too late: it was cancelled
            return
        told = PaymentEvent(
            event_id=f"evt-{guest.intent}",
            payment_intent_id=guest.intent,
            status="authorised" if intent["status"] == "requires_capture" else "canceled",
            at=self._day.time.now(),
        )
        self._day.workflows.signal(workflow_id(guest.code), MessageName.PAYMENT_EVENT, told)

    async def cancel(self, guest: Guest) -> None:
        await self._ask(guest, "cancel", Cancel(reason="plans changed"))

    async def on_my_way(self, guest: Guest, *, in_minutes: int) -> None:
        eta = self._day.time.now() + timedelta(minutes=in_minutes)
        await self._ask(guest, "on_my_way", OnMyWay(eta=eta))

    async def extend(self, guest: Guest, *, by: int) -> None:
        if (view := await self.view(guest)) is not None:
            await self._ask(guest, "extend", Extend(end=view.slot_end + timedelta(minutes=by)))

    async def reschedule(self, guest: Guest, *, by: int) -> None:
        if (view := await self.view(guest)) is not None:
            moved = timedelta(minutes=by)
            await self._ask(
                guest, "reschedule", Reschedule(start=view.slot_start + moved, end=view.slot_end + moved)
            )

    async def _ask(self, guest: Guest, action: str, *message: Any) -> bool:
        day = self._day
        try:
            asked = day.workflows.ask(workflow_id(guest.code), action, *message)
        except LookupError:
            return False
        await day.settle()
        if not asked.done():
            day.tell(f"  {guest.name} {action}: not answered at once")
            return False
        try:
            read(asked.result(), ReservationView)
        except UpdateFailed as refusal:
            day.tell(f"  {guest.name} {action}: {refusal.code}")
            return False
        return True

    async def view(self, guest: Guest) -> ReservationView | None:
        run = self._day.workflows.runs.get(workflow_id(guest.code)) if guest.code else None
        if run is None or run.over:
            return None
        return await self._day.workflows.query(run.workflow_id, MessageName.VIEW, ReservationView)

    # --- at the bay ------------------------------------------------------------------------------------
    async def come(self, guest: Guest, *, to: str, starts: str, checks_in: bool) -> None:
        """And try again some minutes later when the bay is not there for them."""
        if guest.parked is not None or guest.gone:
            return
        guest.tries += 1
        where = await self._where(guest, to)
        if where is None or where[0].is_taken(where[1]):
            if guest.code:
                await self._ask(guest, "check_in")
            self._again(guest, to=to, starts=starts, checks_in=False)
            return
        charger, number = where
        self._day.tell(f"  {guest.name} is at {charger.id}/{number}")
        if checks_in and guest.code:
            await self._ask(guest, "check_in")
        guest.parked, charger.cars[number] = (charger.name, number), guest
        self._day.truth.parked.append((guest.name, charger.id, number, self._day.time.now(), None))
        if not await self._starts(guest, charger, number, starts):
            await self._goes_away(guest)
            self._again(guest, to=to, starts=starts, checks_in=False)

    def _again(self, guest: Guest, **how: Any) -> None:
        if guest.tries < _MOST_TRIES:
            day = self._day
            minute = (day.time.now() - _morning()).total_seconds() / 60 + _LOOKS_AGAIN
            deed = Deed(minute=round(minute, 2), what="come", who=guest.name, how=how)
            day.time.after(_LOOKS_AGAIN * 60, self.doing(deed))

    async def _where(self, guest: Guest, to: str) -> tuple[Charger, int] | None:
        view = await self.view(guest)
        own = None
        if view is not None and view.charger_id is not None and view.connector_number is not None:
            name = "c" + view.charger_id.removeprefix("SITE-")
            own = (self._day.chargers[name], view.connector_number)
        if to == "own" and own is not None:
            return own
        places = [
            (charger, number)
            for charger in self._day.chargers.values()
            for number in range(1, charger.plan.connectors + 1)
            if (charger, number) != own and not charger.is_taken(number)
        ]
        if not places:
            return None
        return places[int(chance_of(self._day.script.seed, guest.name, guest.tries) * len(places))]

    async def _starts(self, guest: Guest, charger: Charger, number: int, starts: str) -> bool:
        """Whether there is any point in staying: the charger has taken the card, or the app's start."""
        device = charger.device
        if charger.dead:
            return False
        if starts == "card first" and not await device.swipe(number, guest.card):
            return False
        await device.plug_in(number)
        await self._day.settle()
        if starts == "app" and guest.code and await self._ask(guest, "start_charging"):
            return True
        if starts != "card first" and device.connector(number).authorisation is None:
            return await device.swipe(number, guest.card)
        return True

    async def draw(self, guest: Guest, *, wh: int) -> None:
        if (here := self._here(guest)) is not None:
            charger, number = here
            if not charger.dead:
                await charger.device.charge(number, wh)

    async def is_full(self, guest: Guest) -> None:
        if (here := self._here(guest)) is not None and not here[0].dead:
            await here[0].device.finish_charging(here[1])

    async def stop_and_start(self, guest: Guest) -> None:
        if (here := self._here(guest)) is not None and not here[0].dead:
            charger, number = here
            await charger.device.stop_by_card(number, guest.card)
            await self._day.settle()

            async def again() -> None:
                if self._here(guest) == here and not charger.dead:
                    await charger.device.swipe(number, guest.card)

            self._day.time.after(60, again)

    async def leave(self, guest: Guest, *, ends: str) -> None:
        guest.gone = True
        if (here := self._here(guest)) is None:
            return
        charger, number = here
        if not charger.dead and ends == "card":
            await charger.device.stop_by_card(number, guest.card)
        elif not charger.dead and ends == "app":
            await self._ask(guest, "stop_charging")
        await self._day.settle()
        await self._goes_away(guest)

    async def _goes_away(self, guest: Guest) -> None:
        here = self._here(guest)
        if here is None:
            return
        charger, number = here
        guest.parked = None
        await charger.device.unplug(number)
        del charger.cars[number]
        parked = self._day.truth.parked
        n = max(n for n, entry in enumerate(parked) if entry[0] == guest.name)
        parked[n] = (*parked[n][:4], self._day.time.now())

    def _here(self, guest: Guest) -> tuple[Charger, int] | None:
        return None if guest.parked is None else (self._day.chargers[guest.parked[0]], guest.parked[1])

    # --- chargers --------------------------------------------------------------------------------------
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

        self._day.time.after(minutes * 60, is_back)

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

        self._day.time.after(minutes * 60, is_back)

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
            self._day.gateway.wire(charger.id).lose_next_answer = True

    async def repeat(self, charger: Charger) -> None:
        """Says what counts twice from now on."""
        charger.device.misbehaviour.duplicate_calls = _REPEATED

    def _breaks(self, charger: Charger, number: int, *, silent: bool) -> Outage:
        outage = Outage(charger.id, number, self._day.time.now(), silent)
        self._day.truth.outages.append(outage)
        return outage

    # --- the evening -----------------------------------------------------------------------------------
    async def close_the_site(self) -> None:
        day = self._day
        day.tell("> the evening: all go home, and everything works")
        for charger in day.chargers.values():
            if charger.dead or not charger.device.online:
                charger.dead = False
                await charger.device.come_back()
            for number in range(charger.plan.connectors + 1):
                await charger.device.recover(number)
            await day.settle()
        for outage in day.truth.outages:
            outage.ended = outage.ended or day.time.now()
        for guest in day.guests.values():
            guest.gone = True
            if guest.parked is not None:
                await self._goes_away(guest)
                await day.settle()


def _morning() -> Any:
    from days.day import MORNING

    return MORNING
