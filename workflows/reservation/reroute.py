"""The reroute saga: a new connector is held and locked before the old one is given up, or everything is undone."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from contracts.holds import HeldConnector, HoldReplacement
    from domain.causes import Cause
    from domain.charging.commands import CommandOutcome
    from domain.charging.connector import ConnectorStatus
    from domain.charging.enforcement import EnforcementLevel
    from domain.place.slots import Slot
    from domain.reservation.deadlines import arrival_by
    from domain.reservation.lifecycle import State
    from domain.reservation.progress import Progress
    from domain.reservation.release import ReleaseReason

    from workflows.engine.compensations import Compensations
    from workflows.engine.step import StepFailed
    from workflows.reservation.device_hold import DeviceHold
    from workflows.reservation.effects import Effects
    from workflows.reservation.record import Record

CANDIDATES = 5
"""Connectors tried before the driver is told that nothing is free."""

_USELESS = (CommandOutcome.FAULTED, CommandOutcome.UNAVAILABLE, CommandOutcome.OCCUPIED)


class Rerouted(StrEnum):
    MOVED = "moved"
    NOTHING_FREE = "nothing_free"


@dataclass(frozen=True, slots=True)
class Before:
    """What a failed attempt goes back to."""

    state: State
    held: HeldConnector
    device_hold: bool
    enforcement: EnforcementLevel
    fault_since: datetime | None

    def restore(self, record: Record) -> None:
        record.take(self.held)
        record.device_hold = self.device_hold
        record.progress.enforcement = self.enforcement
        record.progress.fault_since = self.fault_since


class Reroute:
    def __init__(self, record: Record, effects: Effects, device: DeviceHold) -> None:
        self._record = record
        self._effects = effects
        self._device = device

    async def run(self, cause: Cause, only_connector_id: int | None = None) -> Rerouted:
        """Move the reservation. On NOTHING_FREE the old connector is still held and the state is REROUTING.

        A step that fails for good is raised when everything is as it was before.
        """
        record = self._record
        before = self._before()
        record.to(State.REROUTING, workflow.now(), f"Looking for another connector ({_words(cause)})")
        slot = self._remaining(before.state)
        excluded = [before.held.assignment.connector_id]
        for _ in range(CANDIDATES):
            undo = Compensations()
            try:
                new = await self._hold(slot, excluded, only_connector_id, undo)
                if new is None:
                    break
                record.take(new)
                usable = await self._usable(before.state, undo)
            except StepFailed:
                await self._undo(undo, before)
                record.to(before.state, workflow.now(), "Could not be moved; stays where it was")
                raise
            if usable:
                await self._leave(before)
                self._arrive_anew(before.state, slot, cause)
                return Rerouted.MOVED
            await self._undo(undo, before)
            excluded.append(new.assignment.connector_id)
        return Rerouted.NOTHING_FREE

    def _before(self) -> Before:
        record = self._record
        if record.held is None:
            raise RuntimeError("a reservation without a connector cannot be rerouted")
        progress = record.progress
        return Before(
            progress.state, record.held, record.device_hold, progress.enforcement, progress.fault_since
        )

    async def _undo(self, undo: Compensations, before: Before) -> None:
        record = self._record
        failed = await undo.run()
        before.restore(record)
        if failed:
            record.call_operator(workflow.now(), f"could not undo: {', '.join(failed)}")

    async def _hold(
        self, slot: Slot, excluded: list[int], only_connector_id: int | None, undo: Compensations
    ) -> HeldConnector | None:
        record = self._record
        if record.held is None:
            return None
        record.reroutes += 1
        old = record.held.assignment
        undo.push(
            "release the new connector",
            lambda: self._effects.release_holds(ReleaseReason.REROUTE_UNDONE, keep_hold_id=old.hold_id),
        )
        decision = await self._effects.hold_replacement(
            HoldReplacement(
                code=record.code,
                step=f"reroute-{record.reroutes}",
                driver_id=record.request.driver_id,
                slot=slot,
                power_w=old.power_w,
                site_id=old.site_id,
                exclude_connectors=tuple(excluded),
                prefer_connector_id=None,
                terms=record.accepted_terms,
                now=workflow.now(),
                only_connector_id=only_connector_id,
            )
        )
        return decision.held

    async def _usable(self, before: State, undo: Compensations) -> bool:
        """Lock the new one on the device, unless the slot is still far away (it is locked when due)."""
        if not self._lock_now(before):
            return True
        undo.push("give up the hold on the new charger", self._device.cancel)
        outcome = await self._device.push()
        return outcome not in _USELESS

    async def _leave(self, before: Before) -> None:
        """Give the old connector up: backend first, then whatever its charger still holds or runs."""
        record, place = self._record, before.held.assignment
        new = record.progress.assignment
        try:
            await self._effects.release_holds(
                ReleaseReason.REROUTED, keep_hold_id=new.hold_id if new else None
            )
        except StepFailed as error:
            # The driver has the new one; that the old one is not free is for an operator to mend.
            record.call_operator(workflow.now(), f"{place.label} not released: {error}")
        running = record.transaction_id if record.progress.transaction_ended_at is None else None
        if before.state is State.CHARGING and running is not None:
            await self._effects.chargers.remote_stop(place.charger_id, running)
        elif before.device_hold:
            await self._effects.chargers.cancel_reservation(place.charger_id, place.hold_id)

    def _arrive_anew(self, before: State, slot: Slot, cause: Cause) -> None:
        record, now = self._record, workflow.now()
        progress, policy = record.progress, record.accepted_terms.policy
        _forget_the_old_connector(progress, cause)
        record.transaction_id = None
        record.starts_rejected = 0
        record.device_holds_lost = 0
        record.connector_status = ConnectorStatus.UNKNOWN
        progress.slot = slot
        progress.reroute_grace_until = max(arrival_by(progress, policy), now + policy.reroute_grace)
        place = progress.assignment
        where = f"{place.label} ({place.charger_id})" if place else ""
        target = State.LOCKED if self._lock_now(before) else State.CONFIRMED
        record.to(target, now, f"Moved to {where} because of {_words(cause)}")
        record.notify("rerouted", bay=place.label if place else "", cause=_words(cause))

    def _remaining(self, before: State) -> Slot:
        """The window still owed: mid-charge, the time lost since the fault is given back."""
        progress, now = self._record.progress, workflow.now()
        if now <= progress.slot.start:
            return progress.slot
        lost = timedelta(0)
        if before in (State.ARRIVED, State.CHARGING):
            since = progress.fault_since or progress.offline_since or now
            lost = now - since
        return Slot(
            now, max(progress.slot.end + lost, now + self._record.accepted_terms.policy.slots.shortest)
        )

    def _lock_now(self, before: State) -> bool:
        progress, policy = self._record.progress, self._record.accepted_terms.policy
        return before is not State.CONFIRMED or workflow.now() >= progress.slot.start - policy.lock_lead


def _forget_the_old_connector(progress: Progress, cause: Cause) -> None:
    progress.rerouted_for.append(cause)
    progress.fault_since = None
    progress.offline_since = None
    progress.contested = False
    progress.contested_since = None
    progress.arrived_at = None
    progress.charging_since = None
    progress.charging_finished_at = None
    progress.transaction_ended_at = None
    progress.cable_left_in = False
    progress.warned_of_end = False
    progress.end_of_slot_handled = False
    progress.overdue_told = False


def _words(cause: Cause) -> str:
    return {
        Cause.CHARGER_FAULT: "a charger fault",
        Cause.CHARGER_OFFLINE: "a charger that is offline",
        Cause.START_REJECTED: "a start that the charger rejected",
        Cause.CONNECTOR_OCCUPIED: "a connector that is still occupied",
        Cause.OPERATOR: "an operator's decision",
        Cause.DRIVER: "the driver's wish",
        Cause.SYSTEM: "a system failure",
    }[cause]
