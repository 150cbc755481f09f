"""The hold, from confirmation to arrival: locked, kept on the charger, moved to another time, watched for trouble."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from temporalio import workflow

from contracts.holds import HeldConnector, OwnSession
from domain.charging.events import ChargerEvent
from domain.charging.trouble import trouble_of
from domain.errors import SlotUnavailable
from domain.facts import notices, stay, timeline
from domain.facts.refused_bookings import NoneFreeForNewTime
from domain.facts.timeline import PushReason
from domain.place.slots import Slot
from domain.reservation.actions.extension import check_extension, check_shortening
from domain.reservation.actions.messages import Extend, OnMyWay, Reschedule, Shorten, Swap
from domain.reservation.assignment import Assignment
from domain.reservation.deadlines import may_be_a_flicker
from domain.reservation.device_pushes import is_lost_while_away, reason_of_loss
from domain.reservation.grace import arrival_by, eta_extension
from domain.reservation.lifecycle import State
from domain.settlement.late_change import check_cost, late_change
from domain.settlement.moved_prices import AS_BEFORE, AcceptedPrices
from domain.terms.accepted import Terms
from workflows.reservation.authorising import Authorising
from workflows.reservation.device_hold import DeviceHolds
from workflows.reservation.effects import Effects
from workflows.reservation.ending import Ending
from workflows.reservation.record import Record
from workflows.reservation.reroute import Reroute


class Hold:
    def __init__(
        self,
        record: Record,
        effects: Effects,
        device: DeviceHolds,
        reroute: Reroute,
        ending: Ending,
        takes_own: Callable[[Sequence[OwnSession]], Awaitable[None]],
        authorising: Authorising,
    ) -> None:
        self._record = record
        self._effects = effects
        self._device = device
        self._reroute = reroute
        self._ending = ending
        self._takes_own = takes_own
        self._authorising = authorising

    # --- deadlines -----------------------------------------------------------------------------------

    async def lock(self) -> None:
        """Start minus lead: fix the connector, hold it on the device, or move the driver off one that is broken."""
        record = self._record
        if record.held is None:
            return
        locked = await self._effects.holds.lock_hold(record.held.assignment.hold_id)
        if locked.swapped:
            await self._follow(locked.swapped)
            return
        was_silent = record.progress.silence_noticed_at is not None
        record.take_locked(locked)
        if locked.silent_since is not None and not was_silent:
            record.tell(timeline.WentOffline())
        if locked.own:
            await self._takes_own(locked.own)
            return
        if locked.faulted:
            # What may be a flicker is waited for, as later; the lock is due again when it ends, or is confirmed.
            if not may_be_a_flicker(record.progress, record.accepted_terms.policy, workflow.now()):
                await self._reroute.for_a_fault()
            return
        await self._device.push(locked.route)
        record.progress.locked()
        bay, promise = locked.held.assignment.label, record.progress.enforcement
        record.tell(timeline.Locked(bay=bay, promise=promise))
        record.notify(notices.Locked(bay=bay, promise=promise))
        if locked.elsewhere:
            record.notify(notices.NextSlotElsewhere(bay=bay, stands_at=locked.elsewhere))

    async def grace_ended(self) -> None:
        """A no-show only when the connector was there for the driver; otherwise the cause is ours."""
        cause = self._record.progress.trouble
        if cause is None:
            await self._ending.no_show()
        else:
            await self._reroute.move(cause)

    # --- what drivers ask ----------------------------------------------------------------------------

    async def reschedule(self, ask: Reschedule) -> None:
        record, before = self._record, self._record.progress.assignment
        slot = Slot(ask.start, ask.end)
        is_same = slot == record.progress.slot
        if is_same and ask.wanted_bay is None:
            return
        had = before, record.accepted_terms
        terms, at = record.accepted_terms, record.as_of()
        cost = check_cost(record.progress, terms, slot, at, accepted=ask.accepted_cost)
        late = late_change(record.progress, terms, slot, at)
        accepted = AcceptedPrices(
            energy_per_kwh=ask.accepted_energy_per_kwh, time_per_minute=ask.accepted_time_per_minute
        )
        await self._take_slot(slot, keep_connector=False, accepted=accepted, bay=ask.wanted_bay)
        if is_same and (record.progress.assignment, record.accepted_terms) == had:
            return  # they have what they ask for
        record.progress.rescheduled(slot, late)
        record.tell(timeline.SlotMoved(start=slot.start, end=slot.end, cost=cost))
        await self._unlock(before)
        self._authorising.slot_moved()
        record.notify(notices.Rescheduled(start=slot.start, cost=cost))

    async def swap(self, ask: Swap) -> None:
        """Who offered theirs hears of it with the answer: both have swapped, or neither."""
        record = self._record
        if record.held is None:
            return
        accepted = AcceptedPrices(
            energy_per_kwh=ask.accepted_energy_per_kwh, time_per_minute=ask.accepted_time_per_minute
        )
        decision = await self._effects.holds.swap_holds(record.held.assignment.hold_id, ask.offer, accepted)
        if decision.held is None or decision.slot is None:
            raise decision.refusal.error() if decision.refusal else SlotUnavailable(NoneFreeForNewTime())
        if decision.slot != record.progress.slot:  # else it was taken before
            self._has_swapped(decision.held, decision.slot, decision.terms, offered=False)

    async def swapped(self, event: ChargerEvent) -> None:
        """What was offered is another's by now."""
        await self._follow(event.detail)

    async def _follow(self, offer: str) -> None:
        """To the slot that it was swapped for; nothing to do where that is known, or it was given up or moved since."""
        record = self._record
        if record.held is None:
            return
        before = record.held.assignment
        decision = await self._effects.holds.follow_swap(before.hold_id, offer)
        if decision.held is None or decision.slot is None or decision.slot == record.progress.slot:
            return
        self._has_swapped(decision.held, decision.slot, decision.terms, offered=True)
        await self._unlock(before)

    def _has_swapped(self, held: HeldConnector, slot: Slot, terms: Terms | None, *, offered: bool) -> None:
        record = self._record
        record.take(held)
        record.terms = terms or record.terms
        record.progress.rescheduled(slot)
        record.tell(timeline.SlotSwapped(start=slot.start, end=slot.end))
        self._authorising.slot_moved()
        record.notify(notices.SlotSwapped(start=slot.start, end=slot.end, offered=offered))

    async def _unlock(self, before: Assignment | None) -> None:
        """Of a slot that was left, if it was locked."""
        if self._record.progress.state is State.LOCKED:
            await self._device.withdraw(before)
            self._record.progress.unlocked()
            self._record.tell(timeline.Unlocked())

    async def extend(self, ask: Extend) -> None:
        record, progress = self._record, self._record.progress
        slot = check_extension(progress, record.accepted_terms, ask.end, workflow.now())
        await self._take_slot(slot, keep_connector=True)
        overstaying = progress.state is State.OVERSTAYING
        progress.extended(slot)
        self._authorising.length_changed()
        record.tell(timeline.SlotMoved(start=slot.start, end=slot.end))
        if overstaying:
            record.tell(stay.ExtendedWhileOverstaying())
        record.notify(notices.Extended(until=slot.end))

    async def shorten(self, ask: Shorten) -> None:
        record, progress = self._record, self._record.progress
        slot = check_shortening(progress, record.accepted_terms, ask.end, workflow.now())
        await self._take_slot(slot, keep_connector=True)
        progress.shortened(slot)
        self._authorising.length_changed()
        record.tell(timeline.SlotMoved(start=slot.start, end=slot.end))
        record.notify(notices.Shortened(until=slot.end))

    async def on_my_way(self, ask: OnMyWay) -> None:
        record, progress = self._record, self._record.progress
        policy = record.accepted_terms.policy
        until = eta_extension(progress, policy, ask.eta, workflow.now())
        if until is not None:
            progress.grace_extended(until)
        arrive_by = arrival_by(progress, policy)
        record.tell(timeline.OnTheWay(eta=ask.eta, arrive_by=arrive_by if arrive_by < ask.eta else None))
        if until is not None and progress.state is State.LOCKED:
            # The same id replaces the hold with a later expiry; a charger may lose it doing so, which push() learns.
            await self._device.push()

    async def _take_slot(
        self,
        slot: Slot,
        *,
        keep_connector: bool,
        accepted: AcceptedPrices = AS_BEFORE,
        bay: str | None = None,
    ) -> None:
        """Raises the refusal of whatever rule keeps the hold from moving; it stays as it was then."""
        record = self._record
        if record.held is None:
            return
        decision = await self._effects.holds.move_hold(
            record.held.assignment.hold_id,
            slot,
            keep_connector=keep_connector,
            accepted=accepted,
            bay=bay,
            by_request=True,
        )
        if decision.held is None:
            raise decision.refusal.error() if decision.refusal else SlotUnavailable(NoneFreeForNewTime())
        record.take(decision.held)
        record.terms = decision.terms or record.terms

    # --- what the charger says of its hold -----------------------------------------------------------

    async def lost(self, event: ChargerEvent) -> None:
        await self._device.push_again(reason_of_loss(event.detail))

    async def doubted(self, event: ChargerEvent) -> None:
        await self._device.push_again(PushReason.SHOWS_AVAILABLE)

    async def forgotten(self, event: ChargerEvent) -> None:
        self._record.progress.device.gone()
        await self._device.push_again(PushReason.REBOOTED)

    async def charger_back(self, event: ChargerEvent) -> None:
        if is_lost_while_away(self._record.progress):
            await self._device.push_again(PushReason.RECONNECTED)

    async def vacated(self, event: ChargerEvent) -> None:
        self._record.progress.vacated(_happened(event))

    async def free_to_be_held(self, event: ChargerEvent) -> None:
        self._record.progress.vacated(_happened(event))
        await self._device.push_again(PushReason.VACATED)

    async def stranger_refused(self, event: ChargerEvent) -> None:
        self._record.tell(timeline.StrangerRefused())

    async def stranger_started(self, event: ChargerEvent) -> None:
        self._record.tell(timeline.StrangerStarted())

    async def contested(self, event: ChargerEvent) -> None:
        self._record.progress.contested_by_stranger(workflow.now())

    # --- trouble, in every state that watches for it ----------------------------------------------------

    async def fault_began(self, event: ChargerEvent) -> None:
        record = self._record
        cause = None if event.status is None else trouble_of(event.status, event.detail)
        if event.status is None or cause is None:
            return
        whole = event.connector_id is None
        record.progress.broke(cause, _happened(event), workflow.now(), whole_charger=whole)
        record.tell(timeline.FaultReported(status=event.status))

    async def fault_ended(self, event: ChargerEvent) -> None:
        self._record.progress.mended(_happened(event), whole_charger=event.connector_id is None)
        if event.status is not None:
            self._record.tell(timeline.Recovered(status=event.status))

    async def trouble_disproved(self, event: ChargerEvent) -> None:
        self._record.progress.mended(_happened(event), whole_charger=event.connector_id is None)
        self._record.tell(timeline.TroubleOver())

    async def will_be_maintained(self, event: ChargerEvent) -> None:
        """By plan: who may still be moved is, as soon as they could be (`reroute.for_maintenance`)."""
        planned = event.maintenance
        if planned is not None:
            self._record.progress.will_be_maintained(planned, workflow.now())
            self._record.tell(timeline.MaintenancePlanned(start=planned.start, end=planned.end))

    async def maintenance_cancelled(self, event: ChargerEvent) -> None:
        """Who was moved already stays there; a question that was asked for it is withdrawn."""
        record, planned = self._record, event.maintenance
        if planned is not None and record.progress.maintenance == planned:
            record.progress.maintenance_cancelled()
            record.tell(timeline.MaintenanceCancelled())

    async def went_offline(self, event: ChargerEvent) -> None:
        self._record.progress.went_offline(_happened(event), workflow.now())
        self._record.tell(timeline.WentOffline())

    async def came_online(self, event: ChargerEvent) -> None:
        self._record.progress.came_online(_happened(event))
        self._record.tell(timeline.BackOnline())


def _happened(event: ChargerEvent) -> datetime:
    """By the charger's clock, which may be ahead of ours."""
    return min(event.at, workflow.now())
