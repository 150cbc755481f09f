"""The reroute saga: a new connector is held and locked before the old one is given up, or everything is undone."""

from dataclasses import dataclass

from temporalio import workflow

from contracts.holds import HeldConnector, HoldStep
from domain.causes import Cause
from domain.errors import SlotUnavailable
from domain.facts import audit, notices, timeline
from domain.facts.attention import Problem
from domain.facts.refused_bookings import NothingEqualOrBetter
from domain.place.slots import Slot
from domain.reservation.actions.messages import Reassign
from domain.reservation.assignment import Assignment
from domain.reservation.grace import grace_after_move
from domain.reservation.lifecycle import State
from domain.reservation.release import ReleaseReason
from domain.reservation.remembered import Standing
from domain.reservation.rerouting import (
    CANDIDATES,
    is_locked_at_once,
    is_worth_moving_to,
    slot_still_owed,
)
from workflows.engine.compensations import Compensations
from workflows.engine.effects import StepFailed
from workflows.reservation.device_hold import DeviceHolds
from workflows.reservation.effects import Effects
from workflows.reservation.ending import Ending
from workflows.reservation.record import Record


@dataclass(frozen=True, slots=True)
class Former:
    """The place that is left, or gone back to when an attempt fails."""

    state: State
    held: HeldConnector
    standing: Standing
    running: str | None

    def restore(self, record: Record) -> None:
        record.take(self.held)
        record.progress.stands_as_before(self.standing)


class Reroute:
    def __init__(self, record: Record, effects: Effects, device: DeviceHolds, ending: Ending) -> None:
        self._record = record
        self._effects = effects
        self._device = device
        self._ending = ending

    # --- why -----------------------------------------------------------------------------------------

    async def for_a_fault(self) -> None:
        await self.move(Cause.CHARGER_FAULT)

    async def for_silence(self) -> None:
        await self.move(Cause.CHARGER_OFFLINE)

    async def for_a_taken_connector(self) -> None:
        await self.move(Cause.CONNECTOR_OCCUPIED)

    async def reassign(self, ask: Reassign) -> None:
        record, before = self._record, self._record.progress.state
        place = await self._moved(Cause.OPERATOR, ask.connector_id)
        if place is None:
            record.progress.stays(before)
            record.tell(timeline.NothingElseFree())
            raise SlotUnavailable(NothingEqualOrBetter())
        moved = audit.Reassign(reason=ask.reason, bay=place.label, connector_id=place.connector_id)
        record.audited(f"operator:{ask.operator}", moved)

    async def move(self, cause: Cause) -> None:
        """To an equal or better connector; when nothing fits, the driver is made whole."""
        if await self._moved(cause) is None:
            await self._ending.unfulfilled(cause)

    # --- how -----------------------------------------------------------------------------------------

    async def _moved(self, cause: Cause, only: int | None = None) -> Assignment | None:
        """Where to. None: nothing is free; the old connector is still held then, and the state is REROUTING.

        A step that fails for good is raised when everything is as it was before.
        """
        record, former = self._record, self._former()
        record.progress.looks_for_another()
        record.tell(timeline.LookingForAnother(cause=cause))
        slot = slot_still_owed(record.progress, record.accepted_terms.policy, former.state, workflow.now())
        at_once = self._locks_at_once(former)
        excluded = [former.held.assignment.connector_id]
        for _ in range(CANDIDATES):
            undo = Compensations()
            try:
                new = await self._hold(slot, tuple(excluded), only, undo, instead=not at_once)
                if new is None:
                    break
                record.take(new)
                usable = not at_once or await self._is_locked(undo)
            except StepFailed:
                await self._undo(undo, former)
                record.progress.stays(former.state)
                record.tell(timeline.NotMoved())
                raise
            if usable:
                await self._leave(former, released=not at_once)
                state = State.LOCKED if at_once else State.CONFIRMED
                self._begin_anew(state, slot, cause, former.held.assignment)
                return new.assignment
            await self._undo(undo, former)
            excluded.append(new.assignment.connector_id)
        return None

    def _former(self) -> Former:
        progress, held = self._record.progress, self._record.held
        if held is None:
            raise RuntimeError("a reservation without a connector cannot be rerouted")
        running = progress.running_transaction if progress.state is State.CHARGING else None
        return Former(progress.state, held, progress.standing(), running)

    async def _hold(
        self, slot: Slot, excluded: tuple[int, ...], only: int | None, undo: Compensations, *, instead: bool
    ) -> HeldConnector | None:
        place = self._record.progress.assignment
        if place is None:
            return None
        keep = place.hold_id
        if not instead:  # else it is there alone or not at all
            undo.push(
                "release_new_hold",
                lambda: self._effects.release_holds(ReleaseReason.REROUTE_UNDONE, keep_hold_id=keep),
            )
        decision = await self._effects.hold_replacement(
            slot, step=HoldStep.REROUTE, exclude=excluded, only=only, instead=instead
        )
        return decision.held

    async def _is_locked(self, undo: Compensations) -> bool:
        """The new one on the device. Not asked while the slot is still far away: it is locked when due."""
        undo.push("withdraw_from_new_charger", self._device.withdraw)
        return is_worth_moving_to(await self._device.push())

    async def _undo(self, undo: Compensations, former: Former) -> None:
        failed = await undo.run()
        former.restore(self._record)
        if failed:
            self._record.call_operator(Problem.NOT_UNDONE, ", ".join(failed))

    async def _leave(self, former: Former, *, released: bool) -> None:
        """Give the old connector up: backend first, then whatever its charger still holds or runs."""
        record, place = self._record, former.held.assignment
        if not released:
            await self._release(place)
        try:
            if former.running is not None:
                await self._effects.chargers.end_session(place.charger_id, former.running)
            elif former.standing.device.held:
                await self._effects.chargers.cancel_reservation(place.charger_id, place.hold_id)
        except StepFailed as error:
            record.call_operator(Problem.CHARGER_NOT_TOLD, f"{place.label}: {error}")

    async def _release(self, former: Assignment) -> None:
        record, new = self._record, self._record.progress.assignment
        try:
            await self._effects.release_holds(
                ReleaseReason.REROUTED, keep_hold_id=new.hold_id if new else None
            )
        except StepFailed as error:
            # The driver has the new one; that the old one is not free is for an operator to mend.
            record.call_operator(Problem.FORMER_CONNECTOR_NOT_RELEASED, f"{former.label}: {error}")

    def _begin_anew(self, state: State, slot: Slot, cause: Cause, left: Assignment) -> None:
        record, progress, policy = self._record, self._record.progress, self._record.accepted_terms.policy
        now = workflow.now()
        progress.moved(state, slot, cause, grace_after_move(progress, policy, slot, now), now)
        place = progress.assignment
        bay, charger_id = (place.label, place.charger_id) if place else ("", "")
        site = record.site if record.site.site_id != left.site_id else None
        record.tell(timeline.Moved(bay=bay, charger_id=charger_id, cause=cause, site=site))
        record.notify(notices.Rerouted(bay=bay, cause=cause, site=site))

    def _locks_at_once(self, former: Former) -> bool:
        """Asked once a move: the time between two of its effects must not make two answers of it."""
        policy = self._record.accepted_terms.policy
        return is_locked_at_once(self._record.progress, policy, former.state, workflow.now())
