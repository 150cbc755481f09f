"""What a guest does with the app: book, pay, change, ask. What is refused is told, and nothing comes of it."""

import httpx

from activities.holds.swap_offers import make_offer
from contracts.money import PaymentEvent
from contracts.names import BOOKING_PATIENCE
from contracts.publication import ProposedPlace, ReservationView
from contracts.reservation import BookRequest
from days.people import Guest
from days.scene import Scene
from days.site import SITES
from days.stage import NotDone
from days.truth import Swapped
from db.queries.place.swaps import holds_standing
from domain.errors import DomainError
from domain.place.slots import Slot
from domain.reservation.actions.messages import (
    AnswerMove,
    Cancel,
    Extend,
    Message,
    OnMyWay,
    Operate,
    Reassign,
    Reschedule,
    Swap,
)
from domain.reservation.code import reservation_code
from domain.reservation.lifecycle import State
from domain.settlement.moved_prices import AS_BEFORE

_VISA = "pm_card_visa"
_TOLD = {"requires_capture": "authorised", "requires_payment_method": "failed"}
"""What a webhook says of a payment in that state."""


class App:
    def __init__(self, day: Scene) -> None:
        self._day = day

    async def book(
        self, guest: Guest, *, start: float, length: float, pays: bool, site: int = 0, card: str = _VISA
    ) -> None:
        day, now = self._day, self._day.time.now()
        begins = max(day.calendar.instant(start), now)
        code = reservation_code(guest.driver, f"{day.script.seed}-{guest.name}")
        request = BookRequest(
            code=code,
            account=guest.driver,
            driver_id=guest.driver,
            site_id=SITES[site],
            start=begins,
            end=day.calendar.instant(start + length),
            book_by=now + BOOKING_PATIENCE,
            payment_method=card if pays else None,
        )
        decision = await day.stage.book(request)
        guest.site, guest.code, guest.outcome = site, code, decision.outcome
        guest.intent = (decision.client_secret or "").partition("_secret_")[0]
        place = f"{decision.view.charger_id}/{decision.view.connector_number}"
        day.tell(f"  {code} {decision.outcome} {decision.decline_code} {place}")

    async def pay(self, guest: Guest, *, card: str = _VISA) -> None:
        if not guest.intent:
            return
        try:
            intent = await self._day.control.pay(guest.intent, card)
        except httpx.HTTPStatusError:  # too late: it was cancelled
            return
        told = PaymentEvent(
            event_id=f"evt-{guest.intent}-{card}",
            payment_intent_id=guest.intent,
            status=_TOLD.get(intent["status"], "canceled"),
            at=self._day.time.now(),
        )
        await self._day.stage.paid(guest.code, told)

    async def cancel(self, guest: Guest) -> None:
        await self.ask(guest, "cancel", Cancel(reason="plans changed"))

    async def on_my_way(self, guest: Guest, *, in_minutes: int) -> None:
        eta = self._day.time.now() + self._day.calendar.span(in_minutes)
        await self.ask(guest, "on_my_way", OnMyWay(eta=eta))

    async def extend(self, guest: Guest, *, by: int) -> None:
        if (view := await self.view(guest)) is not None:
            await self.ask(guest, "extend", Extend(end=view.slot_end + self._day.calendar.span(by)))

    async def reschedule(self, guest: Guest, *, by: int) -> None:
        if (view := await self.view(guest)) is not None:
            moved = self._day.calendar.span(by)
            start, end = view.slot_start + moved, view.slot_end + moved
            cost = view.changing[0].cost if view.changing else None
            await self.ask(guest, "reschedule", Reschedule(start=start, end=end, accepted_cost=cost))

    async def swap(self, guest: Guest, *, other: str) -> None:
        """They offer their slot for that of another, who takes it."""
        day, taker = self._day, self._day.guests[other]
        mine, theirs = await self.view(guest), await self.view(taker)
        if mine is None or mine.terms is None or mine.state != State.CONFIRMED or theirs is None:
            return
        gives, wants = Slot(mine.slot_start, mine.slot_end), Slot(theirs.slot_start, theirs.slot_end)
        try:
            async with day.sessions.begin() as session:
                offer = await make_offer(session, guest.code, mine.terms, wants, AS_BEFORE, day.time.now())
        except DomainError as refusal:
            day.tell(f"  {guest.name} offers: {refusal.code}")
            return
        done = await self._told(taker, "swap", Swap(offer=offer.id))
        held = await self._held(guest.code, taker.code)
        day.truth.swaps.append(
            Swapped(giver=guest.name, taker=other, gives=gives, wants=wants, held=held, done=done)
        )
        if done:
            guest.swapped, taker.swapped = taker, guest

    async def _held(self, *codes: str) -> tuple[Slot, ...]:
        async with self._day.sessions() as session:
            holds = [hold for code in codes for hold in await holds_standing(session, code)]
        return tuple(Slot(hold.slot_start, hold.slot_end) for hold in holds)

    async def answer(self, guest: Guest, proposed: ProposedPlace | None = None, *, accepts: bool) -> None:
        """Where to: we have asked whether another site will do. `proposed` None: whatever is open when it arrives."""
        said = AnswerMove(proposal=None if proposed is None else proposed.number)
        await self.ask(guest, "accept_move" if accepts else "decline_move", said)

    # --- the operator's, about a guest -----------------------------------------------------------------
    async def operate(self, guest: Guest, *, action: str) -> None:
        message = (
            Reassign(operator="olga", reason="tidying up")
            if action == "reassign"
            else Operate(operator="olga", reason="asked to")
        )
        await self.ask(guest, action, message)

    async def ask(self, guest: Guest, action: str, message: Message | None = None) -> bool:
        return await self._told(guest, action, message) is True

    async def _told(self, guest: Guest, action: str, message: Message | None) -> bool | None:
        """Whether it was done; None: not answered at once."""
        if not guest.code:
            return False
        try:
            await self._day.stage.act(guest.code, action, message)
        except NotDone as refusal:
            self._day.tell(f"  {guest.name} {action}: {refusal.code or 'not answered at once'}")
            return False if refusal.code else None
        return True

    async def view(self, guest: Guest) -> ReservationView | None:
        return await self._day.stage.view(guest.code) if guest.code else None
