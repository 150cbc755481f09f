"""What a guest does with the app: book, pay, change, ask. What is refused is told, and nothing comes of it."""

import httpx

from contracts.money import PaymentEvent
from contracts.names import BOOKING_PATIENCE
from contracts.publication import ReservationView
from contracts.reservation import BookRequest
from days.people import Guest
from days.scene import Scene
from days.site import SITES
from days.stage import NotDone
from domain.reservation.actions.messages import (
    Cancel,
    Extend,
    Message,
    OnMyWay,
    Operate,
    Reassign,
    Reschedule,
)
from domain.reservation.code import reservation_code

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

    async def answer(self, guest: Guest, *, accepts: bool) -> None:
        """Where to: we have asked whether another site will do."""
        await self.ask(guest, "accept_move" if accepts else "decline_move")

    # --- the operator's, about a guest -----------------------------------------------------------------
    async def operate(self, guest: Guest, *, action: str) -> None:
        message = (
            Reassign(operator="olga", reason="tidying up")
            if action == "reassign"
            else Operate(operator="olga", reason="asked to")
        )
        await self.ask(guest, action, message)

    async def ask(self, guest: Guest, action: str, message: Message | None = None) -> bool:
        if not guest.code:
            return False
        try:
            await self._day.stage.act(guest.code, action, message)
        except NotDone as refusal:
            self._day.tell(f"  {guest.name} {action}: {refusal.code or 'not answered at once'}")
            return False
        return True

    async def view(self, guest: Guest) -> ReservationView | None:
        return await self._day.stage.view(guest.code) if guest.code else None
