"""Sessions that are this reservation's although nobody has told it so: found, and then as if it had been told.

Whose a session is stands in `domain.charging.matching`, when it is looked for in `domain.reservation.deadlines`.
"""

from collections.abc import Sequence
from datetime import datetime

from temporalio import workflow

from contracts.holds import HeldConnector, OwnSession
from contracts.matching import BayStands
from domain.charging.events import ChargerEvent
from domain.charging.presence import SHOWS_NOBODY
from domain.facts import stay as facts
from domain.facts.attention import Problem
from domain.facts.timeline import PushReason
from domain.reservation.deadlines import presumed_gone
from domain.reservation.lifecycle import State
from domain.reservation.signs import PROVISIONAL, STARTS_A_SESSION
from workflows.reservation.device_hold import DeviceHolds
from workflows.reservation.effects import Effects
from workflows.reservation.ending import Ending
from workflows.reservation.record import Record
from workflows.reservation.stay import Stay


class Matching:
    def __init__(
        self, record: Record, effects: Effects, device: DeviceHolds, stay: Stay, ending: Ending
    ) -> None:
        self._record = record
        self._effects = effects
        self._device = device
        self._stay = stay
        self._ending = ending

    async def look(self, *, only_running: bool) -> None:
        """Before something is given away or charged for. `only_running`: who has left again may still come back."""
        found = await self._effects.holds.match_sessions(only_running=only_running)
        await self.take(found.sessions, last_chance=not only_running)
        self._record.unplaced = found.unplaced
        await self._goes_along(found.held)
        if found.bay is not None:
            await self._sees(found.bay)
        if found.there:
            await self._is_there_already(last_chance=not only_running)
        elif found.elsewhere and not only_running and self._record.progress.state is State.LOCKED:
            self._arrives(workflow.now())

    async def _sees(self, bay: BayStands) -> None:
        """Not every departure is told as one; and what a charger shows outranks what it answered to one ReserveNow."""
        progress, now = self._record.progress, workflow.now()
        if progress.contested and not bay.taken:
            progress.vacated(now)
            await self._device.push_again(PushReason.VACATED)
        if progress.device.called_broken and bay.shows_itself_well:
            await self._device.push_again(PushReason.SHOWS_AVAILABLE)
            progress.not_broken_by_answer(now)

    async def late_window_over(self) -> None:
        """No fee for who did not come while an end that an operator has yet to place may be theirs."""
        record = self._record
        if record.unplaced is not None:  # as it was at first; perhaps it has been decided since
            await self.look(only_running=False)
            if record.progress.state is not State.NO_SHOW:
                return
        if record.unplaced is None:
            await self._ending.late_window_over()
        else:
            record.progress.pauses()
            record.call_operator(Problem.UNPLACED_TRANSACTION, record.unplaced)

    async def wait_is_over(self, event: ChargerEvent) -> None:
        """Looked at again as soon as time goes on; who was waited for has charged, or has not."""
        self._record.progress.resolved(Problem.UNPLACED_TRANSACTION)
        self._record.dirty = True

    # --- with the session of their slot before ---------------------------------------------------------

    async def _is_there_already(self, *, last_chance: bool) -> None:
        """Nobody is in the way, and who stands there is not given up."""
        progress, now = self._record.progress, workflow.now()
        progress.vacated(now)
        progress.is_there_since_before()
        if last_chance and progress.state in (State.LOCKED, State.NO_SHOW):
            self._arrives(now)
            if progress.connector_status in SHOWS_NOBODY:
                await self._perhaps_left(now)

    async def hold_followed(self, event: ChargerEvent) -> None:
        """The reservation before has taken it along, to where the driver charges on."""
        found = await self._effects.holds.match_sessions(only_running=True)
        await self.take(found.sessions)
        await self._goes_along(found.held)
        if found.there:
            await self._is_there_already(last_chance=False)

    async def _goes_along(self, held: HeldConnector | None) -> None:
        if held is not None:
            await self._stand_at(held)
            self._record.tell(facts.BayKept(bay=held.assignment.label))

    async def left_since_before(self, event: ChargerEvent) -> None:
        await self._perhaps_left(event.at)

    async def gone_since_before(self) -> None:
        """Nobody has told its end, and it is not found to go on."""
        gone_at = self._record.progress.presumed_gone_at
        if gone_at is not None:
            await self._ending.served(gone_at)

    async def _perhaps_left(self, at: datetime) -> None:
        """The bay is shown empty. Before the slot nothing of it is used, so that they are awaited as anybody."""
        record, progress, now = self._record, self._record.progress, workflow.now()
        found = await self._effects.holds.match_sessions(only_running=True)
        if found.sessions:
            await self.take(found.sessions)
        elif found.there and progress.state is State.ARRIVED:
            progress.is_there_since_before(gone_at=presumed_gone(progress, record.accepted_terms.policy, now))
        elif not found.there and at < progress.slot.start:
            progress.is_there_since_before(False)
        elif not found.there:
            if progress.state is State.LOCKED:
                self._arrives(at)
            await self._ending.served(at)

    def _arrives(self, at: datetime) -> None:
        self._record.progress.arrived(at)
        self._record.tell(facts.Arrived(sign=facts.ArrivalSign.STILL_CHARGING))

    # --- with one of their own -------------------------------------------------------------------------

    async def started_elsewhere(self, event: ChargerEvent) -> None:
        """Not at the connector that it has: the reservation follows, if it is its driver's. So the database says."""
        own = (await self._effects.holds.match_sessions()).sessions
        mine = [one for one in own if _is_of(one, event)]
        if mine:
            await self.take(mine)
        elif self._is_where_it_may_be(event):
            await self._stay.charging_started(event)

    def _is_where_it_may_be(self, event: ChargerEvent) -> bool:
        """Before the lock and after a no-show anywhere; else at its own charger."""
        place = self._record.progress.assignment
        provisional = self._record.progress.state in PROVISIONAL
        return provisional or place is None or place.charger_id == event.charger_id

    async def take(self, own: Sequence[OwnSession], *, last_chance: bool = False) -> None:
        """`last_chance`: else its driver is given up, so that what they had before they were moved counts as well."""
        for one in own:
            if self._is_news(one) or (last_chance and self._was_left(one)):
                await self._takes(one)

    def _was_left(self, one: OwnSession) -> bool:
        """Known of the connector that it had; they charge on there, or charged and were never at the new one."""
        progress = self._record.progress
        if not self._knows(one):
            return False
        if one.ended_at is None:
            return progress.state in STARTS_A_SESSION
        return progress.state is State.LOCKED and progress.trouble is None

    def _is_news(self, one: OwnSession) -> bool:
        progress = self._record.progress
        since = progress.transaction_started_at
        replaces = since is not None and one.started_at > since
        again = (progress.transaction_ended_at is not None or replaces) and one.ended_at is None
        if self._has_moved(one):
            return True
        return not self._knows(one) and (
            progress.state in STARTS_A_SESSION or (progress.is_plugged_in and again)
        )

    def _knows(self, one: OwnSession) -> bool:
        return self._record.knows(one.held.assignment.charger_id, one.transaction_id, one.started_at)

    def _has_moved(self, one: OwnSession) -> bool:
        """What runs was supposed elsewhere until its charger told its plug."""
        progress, there = self._record.progress, one.held.assignment
        place = progress.assignment
        if place is None or place.charger_id != there.charger_id or not progress.is_plugged_in:
            return False
        runs = progress.transaction_ended_at is None and one.ended_at is None
        same = one.transaction_id == progress.transaction_id
        return runs and same and place.connector_id != there.connector_id

    async def _takes(self, one: OwnSession) -> None:
        record, place = self._record, one.held.assignment
        was_given_up = record.progress.state is State.NO_SHOW
        record.tell(facts.FoundCharging(bay=place.label))
        await self._stand_at(one.held)
        if was_given_up:
            over = one.ended_at is not None
            await self._stay.welcome_late(prefer=place.connector_id, charging=True, over=over)
        self._record.heard_of(place.charger_id, one.transaction_id, found=True)
        await self._stay.charges(one.transaction_id, one.started_at, one.ended_at)

    async def _stand_at(self, held: HeldConnector) -> None:
        record, before = self._record, self._record.progress.assignment
        if before is not None and before.connector_id != held.assignment.connector_id:
            await self._device.withdraw(before)
        record.take(held)


def _is_of(one: OwnSession, event: ChargerEvent) -> bool:
    """The charger may have used the id before: what had ended by then is another."""
    ids = (one.transaction_id, one.held.assignment.charger_id)
    over = one.ended_at is not None and one.ended_at < event.at
    return ids == (event.transaction_id, event.charger_id) and not over
