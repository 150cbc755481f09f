"""The question whether to move elsewhere, or to another time: a place is held beside the present one until it is
answered.
"""

from dataclasses import replace

from temporalio import workflow

from contracts.holds import HeldConnector, HoldDecision
from domain.causes import Cause
from domain.charging.events import ChargerEvent
from domain.facts import notices, timeline
from domain.facts.attention import Problem
from domain.facts.timeline import TimelineFact
from domain.place.slots import Slot
from domain.reservation.actions.messages import AnswerMove
from domain.reservation.lifecycle import State
from domain.reservation.proposal import answer_due, goes_there, is_answered_too_late, is_moot
from domain.reservation.release import ReleaseReason
from domain.reservation.remembered import Proposal
from domain.reservation.rerouting import slot_still_owed
from workflows.engine.effects import StepFailed
from workflows.reservation.authorising import Authorising
from workflows.reservation.effects import Effects
from workflows.reservation.ending import Ending
from workflows.reservation.moving import Former, Moving
from workflows.reservation.record import Record


class Asking:
    def __init__(
        self,
        record: Record,
        effects: Effects,
        moving: Moving,
        ending: Ending,
        authorising: Authorising,
    ) -> None:
        self._record = record
        self._authorising = authorising
        self._effects = effects
        self._moving = moving
        self._ending = ending

    def ask(self, former: Former, held: HeldConnector, cause: Cause, found: HoldDecision) -> None:
        """The reservation stays as it was until the driver has answered, or the answer is due.

        `found`: with the time at which it is held, where that is another one.
        """
        record, progress = self._record, self._record.progress
        place = held.assignment
        answer_by = answer_due(progress.slot, record.accepted_terms.policy, found.slot)
        proposal = Proposal(
            number=progress.proposals + 1,
            place=place,
            cause=cause,
            slot=progress.slot,
            answer_by=answer_by,
            troubled=progress.trouble is not None,
            at=found.slot,
        )
        record.proposed, record.proposed_as = held, found.instead
        progress.is_asked(proposal, former.state)
        if found.slot is not None:
            self._tell_time(proposal, found.slot)
            return
        site = record.site_of(place.site_id)
        record.tell(timeline.MoveProposed(site=site, bay=place.label, cause=cause, answer_by=answer_by))
        record.notify(notices.MoveProposed(site=site, bay=place.label, cause=cause, answer_by=answer_by))

    def _tell_time(self, asked: Proposal, at: Slot) -> None:
        bay, cause, answer_by = asked.place.label, asked.cause, asked.answer_by
        told = timeline.TimeProposed(bay=bay, cause=cause, start=at.start, end=at.end, answer_by=answer_by)
        noted = notices.TimeProposed(bay=bay, cause=cause, start=at.start, end=at.end, answer_by=answer_by)
        self._record.tell(told)
        self._record.notify(noted)

    # --- answers -------------------------------------------------------------------------------------

    async def accept_move(self, _ask: AnswerMove) -> None:
        await self._go(timeline.MoveAccepted())

    async def decline_move(self, _ask: AnswerMove) -> None:
        """The promise could not be kept, and what was offered instead is not what was booked."""
        record, proposal = self._record, self._record.progress.proposal
        if proposal is not None:
            record.tell(timeline.MoveDeclined())
            await self._make_whole(proposal)

    async def unanswered(self) -> None:
        """Nobody is moved to another time without their word."""
        proposal = self._record.progress.proposal
        if proposal is None or proposal.at is None:
            await self._go(timeline.MoveUnanswered())
        else:
            self._record.tell(timeline.TimeUnanswered())
            await self._make_whole(proposal)

    async def hears(self, event: ChargerEvent) -> None:
        """Who goes there has answered."""
        if goes_there(event, self._record.progress):
            await self._go(timeline.MoveAccepted())

    async def _go(self, told: TimelineFact) -> None:
        """Looked at again, as it may have broken while it was thought about; locked in its turn."""
        record, progress, held = self._record, self._record.progress, self._record.proposed
        proposal = progress.proposal
        if proposal is None or held is None:
            return
        former, now = self._moving.former(), workflow.now()
        slot = proposal.at or slot_still_owed(progress, record.accepted_terms.policy, former.state, now)
        if is_answered_too_late(proposal, slot, now):
            await self._make_whole(proposal)
            return
        locked = await self._effects.holds.lock_hold(held.assignment.hold_id)
        record.tell(told)
        progress.looks_for_another()
        record.take_locked(replace(locked, contested=False))  # who charges there now will have left by then
        record.proposed = None
        await self._moving.leave(former, released=False)
        if proposal.at is not None:
            progress.rescheduled(slot)  # who was on their way was so for the other time
        self._moving.begin_anew(State.CONFIRMED, slot, proposal.cause, former.held.assignment)
        if proposal.at is not None:
            record.tell(timeline.SlotMoved(start=slot.start, end=slot.end, cost=None))
            self._authorising.slot_moved()
            record.notify(notices.Rescheduled(start=slot.start, cost=None))

    async def _make_whole(self, proposal: Proposal) -> None:
        self._record.proposed = None
        self._record.progress.looks_for_another()
        await self._ending.unfulfilled(proposal.cause)

    # --- taken back ----------------------------------------------------------------------------------

    async def withdraw_if_moot(self) -> None:
        """The driver stays, and is told so; if the place is still not there for them they are asked anew."""
        record, progress = self._record, self._record.progress
        if not is_moot(progress):
            return
        await self.drop()
        record.tell(timeline.MoveWithdrawn(bay=record.bay))
        if progress.trouble is None:
            record.notify(notices.MoveWithdrawn(bay=record.bay))

    async def drop(self) -> None:
        """What was proposed is given back, if anything is."""
        record, progress = self._record, self._record.progress
        place = progress.assignment
        if progress.proposal is None or place is None:
            return
        proposed, record.proposed = progress.proposal.place, None
        progress.question_over()
        try:
            await self._effects.holds.release_holds(ReleaseReason.REROUTE_UNDONE, keep_hold_id=place.hold_id)
        except StepFailed as error:
            record.call_operator(Problem.NOT_UNDONE, f"{proposed.label}: {error}")
