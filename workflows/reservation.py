"""ReservationWorkflow: one reservation from request to settlement.

Messages only record intent; one main loop acts on an inbox of facts and on the next deadline, publishes what
changed, and answers. Steps live beside this file: booking, stay, reroute, ending, reactions, requests.
"""

import asyncio
from collections import deque
from dataclasses import dataclass
from datetime import UTC, timedelta

from temporalio import workflow
from temporalio.exceptions import ApplicationError

with workflow.unsafe.imports_passed_through():
    from activities.contracts import ReservationView
    from domain.charging import ChargerEvent
    from domain.deadlines import Deadline, DeadlineKind, deadlines
    from domain.errors import DomainError, IllegalTransition, NotPossibleNow, ServiceUnavailable
    from domain.reservation import Cause, Progress
    from domain.slots import Slot

    from workflows import search_attributes
    from workflows.booking import Booking
    from workflows.deposit import Deposit
    from workflows.device_hold import DeviceHold
    from workflows.effects import Effects
    from workflows.ending import Ending
    from workflows.messages import (
        BookDecision,
        BookRequest,
        Cancel,
        Extend,
        OnMyWay,
        Operate,
        PaymentEvent,
        Reassign,
        Reschedule,
        Waive,
    )
    from workflows.presentation import details_of, view_of
    from workflows.reactions import Reactions
    from workflows.record import Record
    from workflows.requests import Ask, Message, Requests
    from workflows.stay import Stay
    from workflows.step import StepFailed
    from workflows.timers import DeadlineTimers


@dataclass(frozen=True, slots=True)
class CancellationRequested:
    """The Temporal UI's Request Cancellation button, turned into a fact like any other."""

    reason: str


Fact = ChargerEvent | PaymentEvent | CancellationRequested | Ask


@workflow.defn(name="ReservationWorkflow")
class ReservationWorkflow:
    @workflow.init
    def __init__(self, request: BookRequest) -> None:
        self._record = _record_of(request)
        self._inbox: deque[Fact] = deque()
        self._decision: BookDecision | None = None
        self._timers = DeadlineTimers()
        self._attributes: dict[str, object] = {}
        self._effects = Effects(self._record)
        self._device = DeviceHold(self._record, self._effects)
        self._ending = Ending(self._record, self._effects, self._device)
        self._stay = Stay(self._record, self._effects, self._device, self._ending)
        self._booking = Booking(self._record, self._effects)
        self._deposit = Deposit(self._record, self._effects, self._ending)
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
        await workflow.wait_condition(lambda: bool(self._inbox) or self._timers.due() is not None)
        if self._inbox:
            fact = self._inbox.popleft()
            await self._guarded(fact)
            return fact if isinstance(fact, Ask) else None
        due = self._timers.due()
        if due is not None:
            self._timers.struck()
            await self._guarded(due)
        return None

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
                await self._strike(what.kind)
            case ChargerEvent():
                await self._reactions.to(what)
            case PaymentEvent():
                await self._deposit.changed(what)
            case CancellationRequested():
                await self._requests.cancelled_from_the_ui(what.reason)
            case Ask():
                await self._requests.carry_out(what)

    async def _strike(self, kind: DeadlineKind) -> None:
        match kind:
            case DeadlineKind.PAYMENT_EXPIRES:
                await self._deposit.due()
            case DeadlineKind.LOCK_DUE:
                await self._stay.lock()
            case DeadlineKind.STILL_OCCUPIED:
                await self._stay.move(Cause.CONNECTOR_OCCUPIED)
            case DeadlineKind.GRACE_ENDS:
                await self._grace_ended()
            case DeadlineKind.LATE_WINDOW_ENDS:
                await self._ending.late_window_over()
            case DeadlineKind.FAULT_CONFIRMED:
                await self._stay.move(Cause.CHARGER_FAULT)
            case DeadlineKind.OFFLINE_CONFIRMED:
                await self._stay.move(Cause.CHARGER_OFFLINE)
            case DeadlineKind.SLOT_ENDING_SOON:
                self._record.progress.warned_of_end = True
                self._record.notify("slot_ending_soon")
            case DeadlineKind.SLOT_ENDS:
                await self._stay.slot_ended()
            case DeadlineKind.SESSION_OVERDUE:
                self._stay.overdue()
            case DeadlineKind.DEPARTURE_ASSUMED:
                ended = self._record.progress.transaction_ended_at
                await self._stay.departed(ended or workflow.now())

    async def _grace_ended(self) -> None:
        """A no-show only when the connector was there for the driver; otherwise the cause is ours."""
        progress = self._record.progress
        if progress.fault_since or progress.contested:
            await self._stay.move(Cause.CHARGER_FAULT if progress.fault_since else Cause.CONNECTOR_OCCUPIED)
        elif progress.offline_since:
            await self._stay.move(Cause.CHARGER_OFFLINE)
        else:
            await self._ending.no_show()

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

    # --- facts ---------------------------------------------------------------------------------------

    @workflow.signal(description="A charger's fact, sent by the gateway")
    def charger_event(self, event: ChargerEvent) -> None:
        self._inbox.append(event)

    @workflow.signal(description="The state of the deposit changed, sent by the payment webhook")
    def payment_event(self, event: PaymentEvent) -> None:
        self._inbox.append(event)

    # --- reads ---------------------------------------------------------------------------------------

    @workflow.query(description="The whole reservation as drivers and operators see it")
    def view(self) -> ReservationView:
        return view_of(self._record, workflow.now())

    @workflow.query(description="State, deadlines, money and what can be done now, as Markdown")
    def details(self) -> str:
        return details_of(self._record, workflow.now())

    # --- booking -------------------------------------------------------------------------------------

    @workflow.update(description="Answer the booking: confirmed, payment required or declined")
    async def book(self) -> BookDecision:
        await workflow.wait_condition(lambda: self._decision is not None)
        if self._decision is None:
            raise ApplicationError("no decision", type="temporarily_unavailable")
        return self._decision

    # --- driver and operator -------------------------------------------------------------------------

    @workflow.update(description="The driver cancels; the cancellation tiers apply")
    async def cancel(self, message: Cancel) -> ReservationView:
        return await self._asked("cancel", message)

    @cancel.validator
    def _validate_cancel(self, message: Cancel) -> None:
        self._permit("cancel")

    @workflow.update(description="Move the slot; the old one stays until the new one is held")
    async def reschedule(self, message: Reschedule) -> ReservationView:
        return await self._asked("reschedule", message)

    @reschedule.validator
    def _validate_reschedule(self, message: Reschedule) -> None:
        self._permit("reschedule")

    @workflow.update(description="Lengthen the slot if the connector is free")
    async def extend(self, message: Extend) -> ReservationView:
        return await self._asked("extend", message)

    @extend.validator
    def _validate_extend(self, message: Extend) -> None:
        self._permit("extend")

    @workflow.update(description="The driver announces an arrival time; extends the grace period once")
    async def on_my_way(self, message: OnMyWay) -> ReservationView:
        return await self._asked("on_my_way", message)

    @on_my_way.validator
    def _validate_on_my_way(self, message: OnMyWay) -> None:
        self._permit("on_my_way")

    @workflow.update(description="The driver has arrived (app)")
    async def check_in(self) -> ReservationView:
        return await self._asked("check_in", None)

    @check_in.validator
    def _validate_check_in(self) -> None:
        self._permit("check_in")

    @workflow.update(description="Start charging remotely (app or QR)")
    async def start_charging(self) -> ReservationView:
        return await self._asked("start_charging", None)

    @start_charging.validator
    def _validate_start_charging(self) -> None:
        self._permit("start_charging")

    @workflow.update(description="Stop charging remotely")
    async def stop_charging(self) -> ReservationView:
        return await self._asked("stop_charging", None)

    @stop_charging.validator
    def _validate_stop_charging(self) -> None:
        self._permit("stop_charging")

    @workflow.update(description="Operator: cancel without a fee")
    async def operator_cancel(self, message: Operate) -> ReservationView:
        return await self._asked("operator_cancel", message)

    @operator_cancel.validator
    def _validate_operator_cancel(self, message: Operate) -> None:
        self._permit("operator_cancel")

    @workflow.update(description="Operator: move to another connector")
    async def reassign(self, message: Reassign) -> ReservationView:
        return await self._asked("reassign", message)

    @reassign.validator
    def _validate_reassign(self, message: Reassign) -> None:
        self._permit("reassign")

    @workflow.update(description="Operator: drop a fee by its kind, e.g. no_show or overstay")
    async def waive(self, message: Waive) -> ReservationView:
        return await self._asked("waive", message)

    @waive.validator
    def _validate_waive(self, message: Waive) -> None:
        self._permit("waive")

    @workflow.update(description="Operator: give the connector up without waiting for the charger")
    async def force_release(self, message: Operate) -> ReservationView:
        return await self._asked("force_release", message)

    @force_release.validator
    def _validate_force_release(self, message: Operate) -> None:
        self._permit("force_release")

    @workflow.update(description="Operator: what needed attention has been mended; go on")
    async def resolve(self, message: Operate) -> ReservationView:
        return await self._asked("resolve", message)

    @resolve.validator
    def _validate_resolve(self, message: Operate) -> None:
        self._permit("resolve")

    def _permit(self, action: str) -> None:
        """Validators reject what is plainly impossible without writing history."""
        try:
            self._requests.permit(action, workflow.now())
        except DomainError as refusal:
            raise _failure(refusal) from refusal

    async def _asked(self, action: str, message: Message) -> ReservationView:
        ask = Ask(action, message)
        self._inbox.append(ask)
        await workflow.wait_condition(lambda: ask.done)
        if ask.error is not None:
            raise _failure(ask.error) from ask.error
        return view_of(self._record, workflow.now())


def _failure(refusal: DomainError) -> ApplicationError:
    return ApplicationError(refusal.message, type=refusal.code, non_retryable=True)


def _record_of(request: BookRequest) -> Record:
    """A start input that makes no slot is declined by the booking, not stuck as a failing task."""
    try:
        slot, refusal = Slot(request.start, request.end), None
    except DomainError as error:
        # It needs some slot to be shown with: an empty-handed minute.
        asked = request.book_by if request.book_by.tzinfo else request.book_by.replace(tzinfo=UTC)
        slot, refusal = Slot(asked, asked + timedelta(minutes=1)), error
    return Record(request=request, progress=Progress(slot=slot), decline=refusal)
