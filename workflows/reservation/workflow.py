"""ReservationWorkflow: one reservation from request to settlement, as Temporal knows it.

The sandbox imports this module for every run, so it is short; what it imports stands once a process.
"""

from datetime import UTC, timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from contracts.names import RESERVATION_WORKFLOW
    from contracts.publication import ReservationView
    from contracts.reservation import BookRequest
    from domain.errors import SlotInvalid
    from domain.place.slots import Slot
    from domain.reservation.deadlines import Deadline
    from domain.reservation.progress import Progress
    from texts.reader import Reader
    from workflows.engine.loop import Loop, uninterrupted
    from workflows.engine.step import StepUnderWay
    from workflows.reservation.facts import CancellationRequested
    from workflows.reservation.life import Life
    from workflows.reservation.messages import Messages
    from workflows.reservation.record import Record
    from workflows.reservation.view import view_of


@workflow.defn(name=RESERVATION_WORKFLOW)
class ReservationWorkflow(Messages):
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


def _record_of(request: BookRequest) -> Record:
    """A start input that makes no slot is declined by the booking, not stuck as a failing task."""
    try:
        slot, refusal = Slot(request.start, request.end), None
    except SlotInvalid as error:
        # It needs some slot to be shown with: an empty-handed minute.
        asked = request.book_by if request.book_by.tzinfo else request.book_by.replace(tzinfo=UTC)
        slot, refusal = Slot(asked, asked + timedelta(minutes=1)), error
    return Record(request=request, progress=Progress(slot=slot), clock=workflow.now, decline=refusal)
