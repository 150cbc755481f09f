"""The end of the slot while the driver is there: it is told, and then they go on, are stopped, or overstay."""

from collections.abc import Awaitable, Callable
from datetime import datetime

from temporalio import workflow

from domain.errors import StopRejected
from domain.facts import notices, stay
from domain.reservation.slot_end import at_slot_end, extension_at_slot_end
from domain.terms.policy import AtSlotEnd
from workflows.engine.effects import StepFailed
from workflows.reservation.effects import Effects
from workflows.reservation.ending import Ending
from workflows.reservation.record import Record


class SlotEnd:
    def __init__(
        self, record: Record, effects: Effects, ending: Ending, stop_charging: Callable[[], Awaitable[None]]
    ) -> None:
        self._record = record
        self._effects = effects
        self._ending = ending
        self._stop_charging = stop_charging

    async def end_is_near(self) -> None:
        self._record.progress.warned()
        self._record.notify(notices.SlotEndingSoon(ends=self._record.progress.stay_ends))

    async def slot_ended(self) -> None:
        record, progress, policy = self._record, self._record.progress, self._record.accepted_terms.policy
        found = await self._effects.holds.match_sessions(stay_ends=progress.stay_ends)
        if found.goes_on_until is not None:
            await self._goes_on(found.goes_on_until)
            return
        if found.next_bay:
            record.notify(notices.NextSlotElsewhere(bay=found.next_bay, stands_at=record.bay))
        progress.slot_ended()
        match at_slot_end(progress, policy):
            case AtSlotEnd.EXTEND_IF_FREE if await self._extended():
                return
            case AtSlotEnd.STOP:
                await self._stop_at_slot_end()
        progress.overstays()
        record.tell(stay.Overstayed())
        if progress.shown_empty_since is None:
            record.notify(notices.Overstay(grace=policy.overstay.grace, fee=policy.overstay.fee_per_step))

    async def _goes_on(self, until: datetime) -> None:
        """Into the driver's next slot on this berth: the session, until it ends; a mere cable is the next one's."""
        record, progress = self._record, self._record.progress
        if progress.transaction_ended_at is not None:
            await self._ending.served(progress.stay_ends)
            return
        progress.slot_ended(until)
        record.tell(stay.WentOn(until=until))
        record.notify(notices.WentOn(until=until))

    async def _stop_at_slot_end(self) -> None:
        try:
            await self._stop_charging()
        except StopRejected:
            self._record.tell(stay.StopRefused())

    async def _extended(self) -> bool:
        record, progress = self._record, self._record.progress
        longer = extension_at_slot_end(progress, record.accepted_terms.policy)
        if record.held is None or longer is None:
            return False
        hold_id = record.held.assignment.hold_id
        try:
            decision = await self._effects.holds.move_hold(hold_id, longer, keep_connector=True)
        except StepFailed as error:
            workflow.logger.warning("slot not extended", extra={"cause": str(error)})
            return False
        if decision.held is None:
            return False
        record.take(decision.held)
        progress.extended(longer)
        record.tell(stay.Extended(until=longer.end))
        record.notify(notices.Extended(until=longer.end))
        return True
