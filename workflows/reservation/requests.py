"""What drivers and operators ask for, carried out one at a time by the main loop."""

from dataclasses import dataclass
from datetime import datetime

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.causes import Cause
    from domain.charging.enforcement import EnforcementLevel
    from domain.errors import DomainError, NotPossibleNow, SlotInvalid, SlotUnavailable
    from domain.money.lines import WAIVABLE
    from domain.place.slots import Slot
    from domain.reservation.actions.extension import check_extension, eta_extension
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
    from domain.reservation.actions.table import BY_NAME, require
    from domain.reservation.deadlines import arrival_by
    from domain.reservation.lifecycle import State

    from workflows.reservation.device_hold import DeviceHold
    from workflows.reservation.effects import Effects
    from workflows.reservation.ending import Ending
    from workflows.reservation.presentation import WHILE_ENDING
    from workflows.reservation.record import Record
    from workflows.reservation.reroute import Reroute, Rerouted
    from workflows.reservation.stay import Stay


@dataclass(slots=True, eq=False)
class Ask:
    """One request in the inbox; the update's handler waits for `done` and raises `error` if there is one."""

    action: str
    message: Message | None = None
    error: DomainError | None = None
    done: bool = False


class Requests:
    def __init__(
        self, record: Record, effects: Effects, device: DeviceHold, stay: Stay, ending: Ending
    ) -> None:
        self._record = record
        self._effects = effects
        self._device = device
        self._stay = stay
        self._ending = ending

    def permit(self, action: str, now: datetime) -> None:
        """Raises the domain's refusal when `action` is not possible now. Used by validators and again before acting."""
        record = self._record
        if record.closed or record.terms is None:
            raise NotPossibleNow(f"the reservation is over ({record.progress.state}); nothing can be changed")
        if record.money_due or (record.ending and action not in WHILE_ENDING):
            raise NotPossibleNow("the reservation is being settled; nothing else can be changed")
        require(BY_NAME[action], record.progress, record.terms.policy, now)

    async def carry_out(self, ask: Ask) -> None:
        """Raises DomainError when the world or the present state refuses; nothing has changed then."""
        self.permit(ask.action, workflow.now())
        message = ask.message
        match message:
            case Cancel():
                await self._ending.cancel(Cause.DRIVER, "driver", message.reason)
            case Reschedule():
                await self._reschedule(Slot(message.start, message.end))
            case Extend():
                await self._extend(message.end)
            case OnMyWay():
                await self._on_my_way(message.eta)
            case Reassign():
                await self._reassign(message)
            case Waive():
                self._waive(message)
            case Operate():
                await self._operate(ask.action, message)
            case None:
                await self._at_the_charger(ask.action)

    async def cancelled_from_the_ui(self, reason: str) -> None:
        """Request Cancellation in the Temporal UI: the operator cancels; every compensation runs, no fee."""
        if self._record.closed or self._record.ending:
            return
        await self._ending.cancel(Cause.OPERATOR, "operator:temporal", reason or "cancelled in Temporal")

    async def _operate(self, action: str, message: Operate) -> None:
        actor = f"operator:{message.operator}"
        match action:
            case "operator_cancel":
                await self._ending.cancel(Cause.OPERATOR, actor, message.reason)
            case "force_release":
                await self._ending.cancel(Cause.OPERATOR, actor, message.reason, tell_charger=False)
            case "resolve":
                self._record.progress.needs_attention = ""
                self._record.paused = False
                self._record.audited(actor, "resolve", reason=message.reason)
                self._record.tell(workflow.now(), f"Resolved by an operator: {message.reason}")
                await self._ending.go_on()

    async def _at_the_charger(self, action: str) -> None:
        match action:
            case "check_in":
                await self._stay.arrive(workflow.now(), "checked in with the app")
            case "start_charging":
                await self._stay.remote_start()
            case "stop_charging":
                await self._stay.remote_stop()

    async def _reschedule(self, slot: Slot) -> None:
        record, before = self._record, self._record.progress.assignment
        await self._move_hold(slot, keep_connector=False)
        record.progress.eta_extension_until = None
        record.progress.contested = False
        if record.progress.state is State.LOCKED:
            await self._device.cancel(before)
            record.progress.enforcement = EnforcementLevel.SOFT
            record.to(State.CONFIRMED, workflow.now(), "Unlocked: the slot has moved")
        record.notify("rescheduled", start=slot.start.isoformat())

    async def _extend(self, end: datetime) -> None:
        record = self._record
        slot = check_extension(record.progress, record.accepted_terms.policy, end, workflow.now())
        await self._move_hold(slot, keep_connector=True)
        progress = record.progress
        progress.end_of_slot_handled = progress.warned_of_end = False
        if progress.state is State.OVERSTAYING:
            record.to(State.CHARGING, workflow.now(), "Slot extended while overstaying")
        record.notify("extended", until=slot.end.isoformat())

    async def _move_hold(self, slot: Slot, *, keep_connector: bool) -> None:
        record = self._record
        if record.held is None:
            return
        decision = await self._effects.move_hold(
            record.held.assignment.hold_id, slot, keep_connector=keep_connector
        )
        if decision.held is None:
            refusal = decision.refusal
            error = SlotUnavailable(refusal.message if refusal else "the connector is not free then")
            error.code = refusal.code if refusal else error.code
            raise error
        record.take(decision.held)
        record.progress.slot = slot
        record.tell(workflow.now(), f"Slot is now {slot.start.isoformat()} to {slot.end.isoformat()}")

    async def _on_my_way(self, eta: datetime) -> None:
        record = self._record
        progress, policy = record.progress, record.accepted_terms.policy
        if eta.tzinfo is None:
            raise SlotInvalid("the time of arrival needs a zone; send e.g. 2026-11-22T14:00:00+01:00")
        before = arrival_by(progress, policy)
        progress.eta_extension_until = eta_extension(progress, policy, eta)
        record.tell(workflow.now(), "Driver is on the way")
        if progress.state is State.LOCKED and arrival_by(progress, policy) != before:
            # The same id replaces the hold with a later expiry; a charger may lose it doing so, which push() learns.
            await self._device.push()

    async def _reassign(self, message: Reassign) -> None:
        record = self._record
        before = record.progress.state
        record.audited(f"operator:{message.operator}", "reassign", reason=message.reason)
        saga = Reroute(record, self._effects, self._device)
        outcome = await saga.run(Cause.OPERATOR, message.connector_id)
        if outcome is Rerouted.NOTHING_FREE:
            record.to(before, workflow.now(), "No other connector was free; stays where it was")
            raise SlotUnavailable("no equal or better connector is free; the reservation stays where it was")

    def _waive(self, message: Waive) -> None:
        record = self._record
        if message.kind not in WAIVABLE:
            raise NotPossibleNow(f"{message.kind!r} is no fee; there are {', '.join(sorted(WAIVABLE))}")
        record.progress.waived.append(message.kind)
        record.audited(f"operator:{message.operator}", "waive", kind=message.kind, reason=message.reason)
        record.tell(workflow.now(), f"Waived by an operator: {message.kind}")
