"""ReservationWorkflow: one reservation from request to settlement.

Messages only record intent; one main loop acts on an inbox of facts and on the next deadline, publishes what
changed, and answers. Steps live beside this file: booking, stay, reroute, ending, reactions, requests.
"""

import asyncio
from collections import deque
from datetime import UTC, timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from contracts import search_attributes
    from contracts.money import PaymentEvent
    from contracts.publication import ReservationView
    from contracts.reservation import BookDecision, BookRequest
    from domain.charging.events import ChargerEvent
    from domain.errors import DomainError, IllegalTransition, NotPossibleNow, ServiceUnavailable
    from domain.place.slots import Slot
    from domain.reservation.deadlines import Deadline, deadlines
    from domain.reservation.progress import Progress

    from workflows.engine.step import StepFailed
    from workflows.engine.timers import DeadlineTimers
    from workflows.reservation.booking import Booking
    from workflows.reservation.deadline_steps import DeadlineSteps
    from workflows.reservation.deposit import Deposit
    from workflows.reservation.device_hold import DeviceHold
    from workflows.reservation.effects import Effects
    from workflows.reservation.ending import Ending
    from workflows.reservation.messages import CancellationRequested, Fact, ReservationMessages
    from workflows.reservation.presentation import details_of, view_of
    from workflows.reservation.reactions import Reactions
    from workflows.reservation.record import Record
    from workflows.reservation.requests import Ask, Requests
    from workflows.reservation.stay import Stay


@workflow.defn(name="ReservationWorkflow")
class ReservationWorkflow(ReservationMessages):
    @workflow.init
    def __init__(self, request: BookRequest) -> None:
        self._record = _record_of(request)
        self._inbox: deque[Fact] = deque()
        self._decision: BookDecision | None = None
        self._timers = DeadlineTimers()
        self._money: asyncio.Task[None] | None = None
        self._attributes: dict[str, object] = {}
        self._effects = Effects(self._record)
        self._device = DeviceHold(self._record, self._effects)
        self._ending = Ending(self._record, self._effects, self._device)
        self._stay = Stay(self._record, self._effects, self._device, self._ending)
        self._booking = Booking(self._record, self._effects)
        self._deposit = Deposit(self._record, self._effects, self._ending)
        self._deadline_steps = DeadlineSteps(self._record, self._deposit, self._stay, self._ending)
        self._reactions = Reactions(self._record, self._device, self._stay)
        self._requests = Requests(self._record, self._effects, self._device, self._stay, self._ending)

    @workflow.run
    async def run(self, request: BookRequest) -> ReservationView:
        """Live until closed. Cancellation of the workflow is a fact for the main loop, never an interruption."""
        life = asyncio.create_task(self._live_and_answer())
        while not life.done():
            try:
                await asyncio.shield(life)
            except asyncio.CancelledError:
                self._inbox.append(CancellationRequested(workflow.cancellation_reason() or ""))
        return life.result()

    async def _live_and_answer(self) -> ReservationView:
        await self._live()
        await workflow.wait_condition(workflow.all_handlers_finished)
        return view_of(self._record, workflow.now())

    async def _live(self) -> None:
        await self._booking.run()
        await self._show()
        self._decision = self._booking.decision()
        while not self._record.closed:
            ask = await self._step()
            if self._record.dirty:
                await self._show()
            if ask is not None:
                ask.done = True
        self._refuse_the_rest()

    async def _step(self) -> Ask | None:
        """One fact, or one deadline. Returns the request to answer once its effects have been published."""
        zone = self._record.terms.site_zone if self._record.terms else "UTC"
        self._timers.aim(self._deadlines(), zone)
        if self._record.money_due and self._money is None:
            self._money = asyncio.create_task(self._ending.money_in_time())
        await workflow.wait_condition(
            lambda: bool(self._inbox) or self._timers.due() is not None or self._money_done()
        )
        if self._money is not None and self._money_done():
            money, self._money = self._money, None
            money.result()
            return None
        if self._inbox:
            fact = self._inbox.popleft()
            if not isinstance(fact, Ask):
                await self._guarded(fact)
                return None
            await _made_durable()
            await self._guarded(fact)
            return fact
        due = self._timers.due()
        if due is not None:
            self._timers.struck()
            await self._guarded(due)
        return None

    def _money_done(self) -> bool:
        return self._money is not None and self._money.done()

    def _deadlines(self) -> tuple[Deadline, ...]:
        record = self._record
        if record.ending or record.paused or record.terms is None:
            return ()
        return deadlines(record.progress, record.terms.policy)

    async def _guarded(self, what: Fact | Deadline) -> None:
        """Refusals go back to who asked. A step that failed for good calls an operator; the workflow never fails."""
        ask = what if isinstance(what, Ask) else None
        try:
            await self._apply(what)
        except IllegalTransition as bug:
            if ask is None:
                raise
            ask.error = bug
        except DomainError as refusal:
            if ask is None:
                self._record.tell(workflow.now(), refusal.message)
            else:
                ask.error = refusal
        except StepFailed as error:
            if ask is not None:
                ask.error = ServiceUnavailable("that could not be done just now; please try again")
            else:
                self._record.paused = True
                self._record.call_operator(workflow.now(), f"a step failed: {error}")

    async def _apply(self, what: Fact | Deadline) -> None:
        match what:
            case Deadline():
                await self._deadline_steps.strike(what.kind)
            case ChargerEvent():
                await self._reactions.to(what)
            case PaymentEvent():
                await self._deposit.changed(what)
            case CancellationRequested():
                await self._requests.cancelled_from_the_ui(what.reason)
            case Ask():
                await self._requests.carry_out(what)

    # --- showing -------------------------------------------------------------------------------------

    async def _show(self) -> None:
        """A publication that fails for good keeps the reservation open, and is repeated with its next change."""
        record = self._record
        self._upsert_search_attributes()
        try:
            await self._effects.publish()
        except StepFailed as error:
            record.ending, record.closed = record.ending or record.closed, False
            record.call_operator(workflow.now(), f"not published: {error}")
            self._upsert_search_attributes()
            workflow.set_current_details(details_of(record, workflow.now()))

    def _upsert_search_attributes(self) -> None:
        """One event a step, and only for what changed."""
        wanted = search_attributes.of(self._record.progress)
        changed = [pair for pair in wanted if self._attributes.get(pair.key.name) != pair.value]
        if changed:
            self._attributes.update({pair.key.name: pair.value for pair in changed})
            workflow.upsert_search_attributes(changed)

    def _refuse_the_rest(self) -> None:
        for fact in self._inbox:
            if isinstance(fact, Ask):
                fact.error = NotPossibleNow("the reservation has just ended; nothing can be changed")
                fact.done = True


async def _made_durable() -> None:
    """End the workflow task, so that the update's acceptance is in the history before anything is done for it.

    An accepted update lives only in its task until that task completes. When it is lost (a crash, or a signal that
    meets a closing task), the server forgets the update, but holds and money that local activities had moved would
    stay moved. Seen with a webhook that arrived while a cancellation closed the workflow.
    """
    await workflow.sleep(timedelta(milliseconds=1), summary="Request recorded")


def _record_of(request: BookRequest) -> Record:
    """A start input that makes no slot is declined by the booking, not stuck as a failing task."""
    try:
        slot, refusal = Slot(request.start, request.end), None
    except DomainError as error:
        # It needs some slot to be shown with: an empty-handed minute.
        asked = request.book_by if request.book_by.tzinfo else request.book_by.replace(tzinfo=UTC)
        slot, refusal = Slot(asked, asked + timedelta(minutes=1)), error
    return Record(request=request, progress=Progress(slot=slot), decline=refusal)
