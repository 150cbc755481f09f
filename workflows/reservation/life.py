"""The life of a reservation, from booking to closing: for each state, what is awaited and what comes of it.

    REQUESTED ─▶ AWAITING_PAYMENT ─▶ CONFIRMED ─▶ LOCKED ─▶ ARRIVED ─▶ CHARGING ─▶ OVERSTAYING ─▶ SETTLING ─▶ COMPLETED
       │             │ payment TTL      │ soft hold  │ device   │          │                          ▲
       ▼             ▼                  ▼            ▼          ▼          ▼                          │
    DECLINED      EXPIRED          CANCELLED      NO_SHOW    REROUTING ─▶ back to LOCKED, or UNFULFILLED

It is told in three kinds of facts. Deadlines: which there are is `domain.reservation.deadlines`. Signs: what an event
of the charger says about this reservation is `domain.reservation.signs`. Actions: who may ask for what, and when, is
`domain.reservation.actions.table`; each is carried out by the method of that name in one of the six phases. No rule
stands on this page: it only says which step each fact leads to. What is not listed for a state changes nothing in it.
"""

from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

from contracts.money import PaymentEvent
from contracts.reservation import BookDecision
from domain.charging.events import ChargerEvent
from domain.errors import DomainError, NotPossibleNow
from domain.facts.attention import Problem
from domain.facts.refused_actions import HasEnded
from domain.facts.timeline import NotDone
from domain.reservation.actions.table import require
from domain.reservation.deadlines import (
    HEAR_FIRST,
    Deadline,
    DeadlineKind,
    deadlines,
    is_last_chance,
    is_looked_for_first,
)
from domain.reservation.lifecycle import Course, State
from domain.reservation.signs import Sign, concerns, signs_of
from workflows.engine.effects import StepFailed
from workflows.engine.step import StepUnderWay
from workflows.reservation.actions import methods_of_actions
from workflows.reservation.asking import Asking
from workflows.reservation.booking import Booking
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
from workflows.reservation.stay import Stay

DeadlineStep = Callable[[], Awaitable[None]]
SignStep = Callable[[ChargerEvent], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """What is awaited in one state: deadlines, signs of the charger, and news of the deposit."""

    deadlines: dict[DeadlineKind, DeadlineStep] = field(default_factory=dict)
    signs: dict[Sign, SignStep] = field(default_factory=dict)
    payment: Callable[[PaymentEvent], Awaitable[None]] | None = None


class Life:
    def __init__(self, record: Record, under_way: StepUnderWay) -> None:
        effects = Effects(record, under_way)
        self._effects = effects
        device = DeviceHolds(record, effects)
        self._record = record
        self._publisher = Publisher(record, effects)
        self._ending = Ending(record, effects, device)
        moving = Moving(record, effects)
        self._asking = Asking(record, effects, moving, self._ending)
        self._reroute = Reroute(record, effects, device, self._ending, moving, self._asking)
        self._booking = Booking(record, effects, self._ending)
        self._stay = Stay(record, effects, self._reroute, self._ending)
        self._matching = Matching(record, effects, device, self._stay, self._ending)
        self._hold = Hold(record, effects, device, self._reroute, self._ending, self._matching.take)
        self._actions = methods_of_actions(
            self._booking, self._hold, self._stay, self._reroute, self._asking, self._ending
        )
        self.chapters = self._chapters()
        self.decision: BookDecision | None = None
        """Of the booking; None until it is made and shown."""

    def _chapters(self) -> dict[State, Chapter]:
        booking, hold, stay, reroute = (
            self._booking,
            self._hold,
            self._stay,
            self._reroute,
        )
        always: dict[Sign, SignStep] = {
            Sign.SHOWS_STATUS: stay.shows,
            Sign.ENDED_BEFORE_START: stay.ended_before_start,
            Sign.STRANGER_REFUSED: hold.stranger_refused,
            Sign.STRANGER_STARTED: hold.stranger_started,
        }
        trouble: dict[Sign, SignStep] = always | {
            Sign.FAULT_BEGINS: hold.fault_began,
            Sign.FAULT_ENDS: hold.fault_ended,
            Sign.TROUBLE_DISPROVED: hold.trouble_disproved,
            Sign.OFFLINE_BEGINS: hold.went_offline,
            Sign.OFFLINE_ENDS: hold.came_online,
        }
        starts: dict[Sign, SignStep] = {
            Sign.CHARGING_STARTED: stay.charging_started,
            Sign.STARTED_ELSEWHERE: self._matching.started_elsewhere,
        }
        # Trouble that lasts moves the driver.
        moves: dict[DeadlineKind, DeadlineStep] = {
            DeadlineKind.FAULT_CONFIRMED: reroute.for_a_fault,
            DeadlineKind.OFFLINE_CONFIRMED: reroute.for_silence,
            DeadlineKind.MOVE_ANSWER_DUE: self._asking.unanswered,
        }
        # The hold on the charger is a cache of ours: it is pushed again whenever it is lost.
        device: dict[Sign, SignStep] = {
            Sign.HOLD_LOST: hold.lost,
            Sign.CHARGER_FORGOT: hold.forgotten,
            Sign.CHARGER_BACK: hold.charger_back,
            Sign.CAME_WITHOUT_STARTING: stay.came_without_starting,
            Sign.LEFT_SINCE_BEFORE: self._matching.left_since_before,
            Sign.HOLD_FOLLOWED: self._matching.hold_followed,
        }
        # A start may come anew, after a stop.
        plugged_in: dict[Sign, SignStep] = (
            trouble
            | starts
            | {
                Sign.CHARGING_ENDED: stay.charging_ended,
                Sign.ENDED_BY_LEAVING: stay.ended_by_leaving,
                Sign.VEHICLE_TAKES_NO_MORE: stay.takes_no_more,
                Sign.VEHICLE_MAY_TAKE_MORE: stay.may_take_more,
                Sign.CABLE_STAYS_IN: stay.cable_stays_in,
                Sign.DEPARTED: stay.departed,
                Sign.REPLACED: stay.replaced,
            }
        )
        leaving: dict[DeadlineKind, DeadlineStep] = {
            DeadlineKind.DEPARTURE_ASSUMED: stay.departure_assumed,
            DeadlineKind.SESSION_OVERDUE: stay.overdue,
        }
        return {
            # A connector is held while the driver pays; time takes it back.
            State.AWAITING_PAYMENT: Chapter(
                payment=booking.payment_changed,
                deadlines={DeadlineKind.PAYMENT_EXPIRES: booking.payment_due},
                signs=trouble,
            ),
            # The slot is the driver's; which connector it will be is provisional until the lock.
            State.CONFIRMED: Chapter(
                deadlines=moves | {DeadlineKind.LOCK_DUE: hold.lock},
                signs=trouble | starts | {Sign.DRIVER_CAME: stay.came},
            ),
            # The connector is fixed and held on the charger; now the driver is awaited until grace ends.
            State.LOCKED: Chapter(
                deadlines=moves
                | {
                    # A no-show; or moved, when the connector was not there for the driver (`domain.reservation.grace`).
                    DeadlineKind.GRACE_ENDS: hold.grace_ended,
                    DeadlineKind.STILL_OCCUPIED: reroute.for_a_taken_connector,
                },
                signs=trouble
                | device
                | starts
                | {
                    Sign.DRIVER_CAME: stay.came,
                    Sign.VACATED: hold.vacated,
                    Sign.VACATED_WITHOUT_HOLD: hold.free_to_be_held,
                    Sign.HOLD_DOUBTED: hold.doubted,
                    Sign.STRANGER_ON_HELD_CONNECTOR: hold.contested,
                },
            ),
            # The driver is there, and is helped as before; only a transaction of theirs starts charging.
            State.ARRIVED: Chapter(
                deadlines=moves
                | {
                    DeadlineKind.SLOT_ENDS: self._ending.slot_ended_unused,
                    DeadlineKind.DEPARTURE_ASSUMED: self._matching.gone_since_before,
                    DeadlineKind.STILL_OCCUPIED: reroute.for_a_taken_connector,
                },
                signs=trouble
                | device
                | starts
                | {
                    Sign.VACATED: hold.vacated,
                    Sign.STRANGER_ON_HELD_CONNECTOR: hold.contested,
                },
            ),
            State.CHARGING: Chapter(
                deadlines=moves
                | leaving
                | {
                    DeadlineKind.SLOT_ENDING_SOON: stay.end_is_near,
                    DeadlineKind.SLOT_ENDS: stay.slot_ended,
                },
                signs=plugged_in,
            ),
            # The slot is over and the bay still taken: a fee accrues until the driver leaves.
            State.OVERSTAYING: Chapter(deadlines=leaving, signs=plugged_in),
            # The connector was given away; a late driver is welcome to a free one until the slot's end.
            State.NO_SHOW: Chapter(
                deadlines={DeadlineKind.LATE_WINDOW_ENDS: self._matching.late_window_over},
                signs=always
                | starts
                | {Sign.DRIVER_CAME: stay.came, Sign.WAIT_IS_OVER: self._matching.wait_is_over},
            ),
            # REROUTING is passed within one step. In every other state the story is over: see `background`.
        }

    # --- how the page is read: the face of workflows.engine.loop.Story ------------------------------------

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
        require(asked.action, record.progress, policy, asked.at)

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
