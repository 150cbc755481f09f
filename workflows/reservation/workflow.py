"""ReservationWorkflow: one reservation from request to settlement, as Temporal knows it.

Messages only record intent or read; the main loop acts on them by `life`. The updates are derived from the table of
actions: a name, a description, a validator and a handler each.
"""

from collections.abc import Callable
from dataclasses import MISSING, fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from temporalio import workflow
from temporalio.exceptions import ApplicationError

with workflow.unsafe.imports_passed_through():
    from contracts.money import OpenSettlement, PaymentEvent
    from contracts.names import RESERVATION_WORKFLOW, UNDOES, MessageName
    from contracts.publication import ReservationView
    from contracts.reservation import BookDecision, BookRequest
    from domain.charging.events import ChargerEvent
    from domain.errors import DomainError, Explained, Explanation, ServiceUnavailable, SlotInvalid
    from domain.place.slots import Slot
    from domain.reservation.actions.action import Action
    from domain.reservation.actions.messages import Message, Operate
    from domain.reservation.actions.table import ACTIONS
    from domain.reservation.deadlines import Deadline
    from domain.reservation.progress import Progress
    from texts.reader import Reader
    from workflows.engine.loop import Loop, uninterrupted
    from workflows.engine.step import StepUnderWay
    from workflows.reservation.details import details_of
    from workflows.reservation.facts import Asked, CancellationRequested, Fact, ShownWrongly
    from workflows.reservation.life import Life
    from workflows.reservation.record import Record
    from workflows.reservation.settlement import open_settlement
    from workflows.reservation.view import view_of

_WORDS = Reader()


class Actions:
    """The updates of the table of actions; made below, so that a new action needs no line here."""

    _life: Life
    _loop: Loop[Fact, Deadline]
    _record: Record

    def _permit(self, asked: Asked) -> None:
        """Validators reject what is plainly impossible without writing history."""
        try:
            self._life.permit(asked)
        except DomainError as refusal:
            raise _failure(refusal, self._record.zone) from refusal

    async def _carry_out(self, asked: Asked) -> ReservationView:
        try:
            await self._loop.ask(asked)
        except DomainError as refusal:
            raise _failure(refusal, self._record.zone) from refusal
        return view_of(self._record, workflow.now())


Handlers = tuple[Callable[..., Any], Callable[..., None]]
"""What carries an action out, and its validator."""


def _without_message(action: Action) -> Handlers:
    async def ask(self: Actions) -> ReservationView:
        return await self._carry_out(Asked(action, workflow.now()))

    def permit(self: Actions) -> None:
        self._permit(Asked(action, workflow.now()))

    return ask, permit


def _with_message(action: Action, takes: type[Message]) -> Handlers:
    async def ask(self: Actions, message: Message) -> ReservationView:
        return await self._carry_out(Asked(action, workflow.now(), _as_meant(message)))

    def permit(self: Actions, message: Message) -> None:
        self._permit(Asked(action, workflow.now(), message))

    ask.__annotations__["message"] = permit.__annotations__["message"] = takes  # by which Temporal decodes it
    ask.__defaults__ = permit.__defaults__ = _left_out(takes)
    return ask, permit


def _left_out(takes: type[Message]) -> tuple[Message, ...]:
    """What an update without a message says, if that can be: who is a release behind knew of none, nor do histories."""
    if all(field.default is not MISSING for field in fields(takes)):
        return (takes(),)  # type: ignore[call-arg]  # no member is missing
    return ()


def _as_meant(message: Message) -> Message:
    """Who is a release behind, as apis and workers are while they are rolled, says only by the update's id that
    nobody acts, and what it is undone with.
    """
    update = workflow.current_update_info()
    if isinstance(message, Operate) and message.part_of is None and update is not None:
        return replace(message, part_of=UNDOES.get(update.id))
    return message


def _update_of(action: Action) -> Callable[..., Any]:
    takes = action.takes
    ask, permit = _without_message(action) if takes is None else _with_message(action, takes)
    for function in (ask, permit):
        del function.__annotations__["self"]  # with one, it would count as an argument
    update = workflow.update(name=action.name, description=_WORDS.action(action.name).description)(ask)
    update.validator(permit)
    return update


for _action in ACTIONS:
    setattr(Actions, _action.name, _update_of(_action))


@workflow.defn(name=RESERVATION_WORKFLOW)
class ReservationWorkflow(Actions):
    @workflow.init
    def __init__(self, request: BookRequest) -> None:
        self._record = _record_of(request)
        under_way = StepUnderWay()
        self._life = Life(self._record, under_way)
        self._loop = Loop(self._life, under_way, self._summary)

    @workflow.run
    async def run(self, request: BookRequest) -> ReservationView:
        """Live until closed. Cancellation of the workflow is a fact for the main loop, never an interruption."""
        await uninterrupted(self._live(), lambda reason: self._loop.tell(CancellationRequested(reason)))
        return view_of(self._record, workflow.now())

    async def _live(self) -> None:
        await self._life.begin()
        await self._loop.run()
        await workflow.wait_condition(workflow.all_handlers_finished)

    def _summary(self, deadline: Deadline) -> str:
        return Reader(zone=self._record.zone).deadline(deadline.kind, deadline.at, workflow.now())

    # --- facts ---------------------------------------------------------------------------------------

    @workflow.signal(name=MessageName.CHARGER_EVENT, description=_WORDS.word(MessageName.CHARGER_EVENT))
    def charger_event(self, event: ChargerEvent) -> None:
        self._loop.tell(event)

    @workflow.signal(name=MessageName.PAYMENT_EVENT, description=_WORDS.word(MessageName.PAYMENT_EVENT))
    def payment_event(self, event: PaymentEvent) -> None:
        self._loop.tell(event)

    @workflow.signal(name=MessageName.SHOW_AGAIN, description=_WORDS.word(MessageName.SHOW_AGAIN))
    def show_again(self) -> None:
        self._loop.tell(ShownWrongly())

    # --- reads ---------------------------------------------------------------------------------------

    @workflow.query(name=MessageName.VIEW, description=_WORDS.word(MessageName.VIEW))
    def view(self) -> ReservationView:
        return view_of(self._record, workflow.now())

    @workflow.query(name=MessageName.DETAILS, description=_WORDS.word(MessageName.DETAILS))
    def details(self) -> str:
        return details_of(self._record, workflow.now())

    @workflow.query(name=MessageName.OPEN_SETTLEMENT, description=_WORDS.word(MessageName.OPEN_SETTLEMENT))
    def open_settlement(self, ended_at: datetime) -> OpenSettlement:
        return open_settlement(self._record, ended_at, workflow.now())

    # --- booking -------------------------------------------------------------------------------------

    @workflow.update(name=MessageName.BOOK, description=_WORDS.word(MessageName.BOOK))
    async def book(self) -> BookDecision:
        await workflow.wait_condition(lambda: self._life.decision is not None)
        if self._life.decision is None:
            raise ApplicationError("no decision", type=ServiceUnavailable.code)
        return self._life.decision


def _failure(refusal: DomainError, zone: str) -> ApplicationError:
    """In English for the Temporal UI; whoever asked tells the explanation in the language of their reader."""
    told = [Explanation.of(refusal.why, zone)] if isinstance(refusal, Explained) else []
    return ApplicationError(Reader(zone=zone).refused(refusal), *told, type=refusal.code, non_retryable=True)


def _record_of(request: BookRequest) -> Record:
    """A start input that makes no slot is declined by the booking, not stuck as a failing task."""
    try:
        slot, refusal = Slot(request.start, request.end), None
    except SlotInvalid as error:
        # It needs some slot to be shown with: an empty-handed minute.
        asked = request.book_by if request.book_by.tzinfo else request.book_by.replace(tzinfo=UTC)
        slot, refusal = Slot(asked, asked + timedelta(minutes=1)), error
    return Record(request=request, progress=Progress(slot=slot), clock=workflow.now, decline=refusal)
