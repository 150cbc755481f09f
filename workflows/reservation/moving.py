"""How a reservation leaves one place for another that is held already: the former is given up, and people are told."""

from dataclasses import dataclass, replace

from temporalio import workflow

from contracts.holds import HeldConnector
from domain.causes import Cause
from domain.facts import notices, timeline
from domain.facts.attention import Problem
from domain.place.slots import Slot
from domain.reservation.assignment import Assignment
from domain.reservation.grace import grace_after_move
from domain.reservation.lifecycle import State
from domain.reservation.release import ReleaseReason
from domain.reservation.remembered import Standing
from workflows.engine.effects import StepFailed
from workflows.reservation.effects import Effects
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


class Moving:
    def __init__(self, record: Record, effects: Effects) -> None:
        self._record = record
        self._effects = effects

    def former(self) -> Former:
        progress, held = self._record.progress, self._record.held
        if held is None:
            raise RuntimeError("a reservation without a connector cannot be moved")
        running = progress.running_transaction if progress.state is State.CHARGING else None
        return Former(progress.state, held, progress.standing(), running)

    async def leave(self, former: Former, *, released: bool) -> None:
        """Give the old connector up: backend first, then whatever its charger still holds or runs."""
        record, place = self._record, former.held.assignment
        if not released:
            await self._release(place)
        try:
            if former.running is not None:
                await self._effects.chargers.end_session(place.charger_id, former.running)
            elif former.standing.device.held and not self._is_replaced(place):
                await self._effects.chargers.cancel_reservation(place.charger_id, place.hold_id)
        except StepFailed as error:
            record.call_operator(Problem.CHARGER_NOT_TOLD, f"{place.label}: {error}")

    def _is_replaced(self, former: Assignment) -> bool:
        """At another plug of one charger it is the same hold: the new ReserveNow took the place of the former."""
        new, device = self._record.progress.assignment, self._record.progress.device
        same = new is not None and (new.charger_id, new.hold_id) == (former.charger_id, former.hold_id)
        return same and device.held

    async def _release(self, former: Assignment) -> None:
        record, new = self._record, self._record.progress.assignment
        try:
            await self._effects.holds.release_holds(
                ReleaseReason.REROUTED, keep_hold_id=new.hold_id if new else None
            )
        except StepFailed as error:
            # The driver has the new one; that the old one is not free is for an operator to mend.
            record.call_operator(Problem.FORMER_CONNECTOR_NOT_RELEASED, f"{former.label}: {error}")

    def begin_anew(self, state: State, slot: Slot, cause: Cause, left: Assignment) -> None:
        record, progress, policy = self._record, self._record.progress, self._record.accepted_terms.policy
        now = workflow.now()
        progress.moved(state, slot, cause, grace_after_move(progress, policy, slot, now), now)
        place = progress.assignment
        bay, charger_id = (place.told_after(left), place.charger_id) if place else ("", "")
        site = record.site if record.site.site_id != left.site_id else None
        record.tell(timeline.Moved(bay=bay, charger_id=charger_id, cause=cause, site=site))
        lost = self._bay_lost()
        record.notify(notices.Rerouted(bay=bay, cause=cause, site=site, named=lost))
        if lost:
            record.terms = replace(record.accepted_terms, named_bay=None)

    def _bay_lost(self) -> str:
        """The bay that was asked for by name, where the new one is another."""
        record = self._record
        named, held = record.accepted_terms.named_bay, record.held
        if named is None or held is None:
            return ""
        is_it = held.bay == named.bay and held.assignment.site_id == record.request.site_id
        return "" if is_it else named.bay
