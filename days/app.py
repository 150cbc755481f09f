"""What a guest does with the app: book, pay, change, ask. What is refused is told, and nothing comes of it."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import httpx

from contracts.money import PaymentEvent
from contracts.names import BOOKING_PATIENCE, MessageName
from contracts.publication import ReservationView
from contracts.reservation import BookDecision, BookRequest
from days.calendar import MORNING
from days.people import Guest
from days.site import SITE
from days.temporal import UpdateFailed, read
from domain.reservation.actions.messages import Cancel, Extend, OnMyWay, Reschedule
from domain.reservation.code import reservation_code, workflow_id

if TYPE_CHECKING:
    from days.day import Day

_VISA = "pm_card_visa"


class App:
    def __init__(self, day: "Day") -> None:
        self._day = day

    async def book(self, guest: Guest, *, start: float, length: float, pays: bool) -> None:
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
        await self.ask(guest, "cancel", Cancel(reason="plans changed"))

    async def on_my_way(self, guest: Guest, *, in_minutes: int) -> None:
        eta = self._day.time.now() + timedelta(minutes=in_minutes)
        await self.ask(guest, "on_my_way", OnMyWay(eta=eta))

    async def extend(self, guest: Guest, *, by: int) -> None:
        if (view := await self.view(guest)) is not None:
            await self.ask(guest, "extend", Extend(end=view.slot_end + timedelta(minutes=by)))

    async def reschedule(self, guest: Guest, *, by: int) -> None:
        if (view := await self.view(guest)) is not None:
            moved = timedelta(minutes=by)
            await self.ask(
                guest, "reschedule", Reschedule(start=view.slot_start + moved, end=view.slot_end + moved)
            )

    async def ask(self, guest: Guest, action: str, *message: Any) -> bool:
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
