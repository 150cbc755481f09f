"""The life of a reservation, from booking to closing: how its page (`chapters`) is read, one fact at a time.

The face of `workflows.engine.loop.Story`. No rule stands here.
"""

from collections.abc import Coroutine
from typing import Any

from contracts.money import PaymentEvent
from contracts.reservation import BookDecision
from domain.charging.events import ChargerEvent
from domain.errors import DomainError, NotPossibleNow
from domain.facts.attention import Problem
from domain.facts.refused_actions import HasEnded
from domain.facts.timeline import NotDone
from domain.reservation.actions.possible import require
from domain.reservation.deadlines import (
    HEAR_FIRST,
    Deadline,
    deadlines,
    is_last_chance,
    is_looked_for_first,
)
from domain.reservation.lifecycle import Course
from domain.reservation.signs import concerns, signs_of
from workflows.engine.effects import StepFailed
from workflows.engine.step import StepUnderWay
from workflows.reservation.actions import methods_of_actions
from workflows.reservation.asking import Asking
from workflows.reservation.authorising import Authorising
from workflows.reservation.booking import Booking
from workflows.reservation.chapters import Chapter, Page
from workflows.reservation.device_hold import DeviceHolds
from workflows.reservation.effects import Effects
from workflows.reservation.ending import Ending
from workflows.reservation.facts import Asked, CancellationRequested, Fact, ShownWrongly
from workflows.reservation.hold import Hold
from workflows.reservation.matching import Matching
from workflows.reservation.moving import Moving
from workflows.reservation.publication import Publisher
from workflows.reservation.record import Record
from workflows.reservation.reroute import Reroute
from workflows.reservation.slot_end import SlotEnd
from workflows.reservation.stay import Stay


class Life:
    def __init__(self, record: Record, under_way: StepUnderWay) -> None:
        effects = Effects(record, under_way)
        self._effects = effects
        device = DeviceHolds(record, effects)
        self._record = record
        self._publisher = Publisher(record, effects)
        self._ending = Ending(record, effects, device)
        moving = Moving(record, effects)
        authorising = Authorising(record, effects, self._ending)
        self._asking = Asking(record, effects, moving, self._ending, authorising)
        self._reroute = Reroute(record, effects, device, self._ending, moving, self._asking)
        self._booking = Booking(record, effects, authorising, self._ending)
        self._stay = Stay(record, effects, self._reroute, self._ending)
        slot_end = SlotEnd(record, effects, self._ending, self._stay.stop_charging)
        self._matching = Matching(record, effects, device, self._stay, self._ending)
        takes_own = self._matching.take
        self._hold = Hold(record, effects, device, self._reroute, self._ending, takes_own, authorising)
        self._actions = methods_of_actions(
            self._booking, self._hold, self._stay, self._reroute, self._asking, self._ending
        )
        self.chapters = Page(
            booking=self._booking,
            authorising=authorising,
            hold=self._hold,
            stay=self._stay,
            slot_end=slot_end,
            reroute=self._reroute,
            asking=self._asking,
            matching=self._matching,
            ending=self._ending,
        ).chapters()
        self.decision: BookDecision | None = None
        """Of the booking; None until it is made and shown."""

    async def begin(self) -> None:
        """REQUESTED: the booking is decided in the first workflow task."""
        await self._booking.begin()
        await self._publisher.show_how_it_stands()
        self.decision = self._booking.decision()
        await self.show()

    async def hear_out(self, deadline: Deadline) -> bool:
        if deadline.kind in HEAR_FIRST:
            await self._effects.hear_out(deadline.at)
        if is_looked_for_first(deadline.kind, self._record.progress):
            await self._matching.look(only_running=not is_last_chance(deadline.kind))
            await self._asking.withdraw_if_moot()
        return deadline.kind in HEAR_FIRST

    async def deadline_passed(self, deadline: Deadline) -> None:
        await self._chapter().deadlines[deadline.kind]()
        await self._asking.withdraw_if_moot()

    async def take(self, fact: Fact) -> None:
        await self._taken(fact)
        await self._asking.withdraw_if_moot()

    async def _taken(self, fact: Fact) -> None:
        match fact:
            case ChargerEvent():
                await self._hear(fact)
            case PaymentEvent():
                changed = self._chapter().payment
                if changed is not None and self._record.first_sight(fact.event_id):
                    await changed(fact)
            case CancellationRequested():
                await self._ending.cancelled_in_temporal(fact.reason)
            case ShownWrongly():
                self._publisher.forget()
            case Asked():
                self.permit(fact)
                step = self._actions[fact.action.name]
                with self._record.asked_at(fact.at):
                    await (step() if fact.message is None else step(fact.message))

    async def _hear(self, event: ChargerEvent) -> None:
        """Unknown, repeated and late events change nothing."""
        progress = self._record.progress
        await self._asking.hears(event)
        if concerns(event, progress) and self._record.first_sight(event.event_id):
            chapter = self._chapter()
            for sign in signs_of(event, progress):
                if sign in chapter.signs:
                    await chapter.signs[sign](event)

    def permit(self, asked: Asked) -> None:
        """Raises the rule's refusal. By validators before it is accepted, and again before acting."""
        record = self._record
        policy = record.terms.policy if record.terms else None
        require(asked.action, record.progress, policy, asked.at, asked.message)

    @property
    def over(self) -> bool:
        return self._record.progress.course.is_closed

    def deadlines(self) -> tuple[Deadline, ...]:
        record = self._record
        return deadlines(record.progress, record.terms.policy) if record.terms else ()

    def background(self) -> Coroutine[Any, Any, None] | None:
        """COLLECTING: people already see how it ended; the money follows when the provider answers."""
        return self._ending.collect() if self._record.progress.course is Course.COLLECTING else None

    def refused(self, refusal: DomainError) -> None:
        self._record.tell(NotDone(reason=refusal.code))

    def failed(self, failure: StepFailed) -> None:
        """A step failed for good: time stands still until an operator resolves it."""
        self._record.progress.pauses()
        self._record.call_operator(Problem.STEP_FAILED, failure)

    def too_late(self) -> DomainError:
        return NotPossibleNow(HasEnded())

    async def show(self) -> None:
        await self._publisher.show()

    def _chapter(self) -> Chapter:
        return self.chapters.get(self._record.progress.state, Chapter())
