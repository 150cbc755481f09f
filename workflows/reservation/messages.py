"""What may be sent to a reservation: signals, queries and updates. Each only records intent or reads.

The inbox is worked off by the main loop of `workflows.reservation.workflow`; an update waits until its request has been
carried out and published.
"""

from collections import deque
from dataclasses import dataclass

from temporalio import workflow
from temporalio.exceptions import ApplicationError

with workflow.unsafe.imports_passed_through():
    from contracts.money import PaymentEvent
    from contracts.publication import ReservationView
    from contracts.reservation import BookDecision
    from domain.charging.events import ChargerEvent
    from domain.errors import DomainError
    from domain.reservation.actions.messages import (
        Cancel,
        Extend,
        Message,
        OnMyWay,
        Operate,
        Reassign,
        Reschedule,
        Waive,
    )

    from workflows.reservation.presentation import details_of, view_of
    from workflows.reservation.record import Record
    from workflows.reservation.requests import Ask, Requests


@dataclass(frozen=True, slots=True)
class CancellationRequested:
    """The Temporal UI's Request Cancellation button, turned into a fact like any other."""

    reason: str


Fact = ChargerEvent | PaymentEvent | CancellationRequested | Ask


class ReservationMessages:
    """The handlers of ReservationWorkflow, which sets these attributes and empties the inbox."""

    _record: Record
    _requests: Requests
    _inbox: deque[Fact]
    _decision: BookDecision | None

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

    async def _asked(self, action: str, message: Message | None) -> ReservationView:
        ask = Ask(action, message)
        self._inbox.append(ask)
        await workflow.wait_condition(lambda: ask.done)
        if ask.error is not None:
            raise _failure(ask.error) from ask.error
        return view_of(self._record, workflow.now())


def _failure(refusal: DomainError) -> ApplicationError:
    return ApplicationError(refusal.message, type=refusal.code, non_retryable=True)
