"""What a reservation asks of the world: of holds, money and chargers by the files beside this one, of people here.

Nothing here decides. What the outside world fails for good leaves as StepFailed.
"""

from dataclasses import replace
from datetime import datetime

from temporalio import workflow

from contracts.declaration import Activity
from contracts.hearing import HEAR_OUT, HearOut
from contracts.publication import ANNOUNCE, PUBLISH, Publication
from texts import steps
from workflows.engine.effects import by_worker, carry_out
from workflows.engine.step import StepUnderWay
from workflows.reservation.chargers import Chargers
from workflows.reservation.details import details_of, summary_of
from workflows.reservation.hold_effects import HoldEffects
from workflows.reservation.money_effects import MoneyEffects
from workflows.reservation.options import (
    HEARING,
    UNTIL_DONE,
)
from workflows.reservation.record import Record
from workflows.reservation.view import view_of


class Effects:
    """Bound to one reservation's record, so that callers say only what is special."""

    def __init__(self, record: Record, under_way: StepUnderWay) -> None:
        self._record = record
        self._under_way = under_way
        self.holds = HoldEffects(record, under_way)
        self.money = MoneyEffects(record, under_way)
        self.chargers = Chargers(record, under_way)

    async def hear_out(self, up_to: datetime) -> None:
        """In the history, with all that came before, when it is done."""
        ask = HearOut(code=self._record.code, up_to=up_to)
        summary = self._summary(steps.HearOut(up_to=up_to))
        await by_worker(HEAR_OUT, ask, self._under_way, HEARING, summary=summary)

    async def publish(self) -> None:
        """How it stands, and nothing else; Temporal's page shows it with what is told at once after it, if anything."""
        self._record.dirty = bool(self._record.notices or self._record.audit)
        await self._tell(PUBLISH, self._publication(detailed=not self._record.dirty))

    async def tell_people(self) -> None:
        """How it stands, with notices and audit, in one transaction; once a step of the main loop."""
        record = self._record
        publication = replace(self._publication(), notices=tuple(record.notices), audit=tuple(record.audit))
        record.published()
        try:
            await self._tell(ANNOUNCE if publication.notices or publication.audit else PUBLISH, publication)
        except BaseException:
            record.not_published(publication.notices, publication.audit)
            raise

    async def _tell(self, activity: Activity[Publication, None], publication: Publication) -> None:
        summary = self._summary(steps.TellPeople(state=self._record.progress.state))
        await carry_out(activity, publication, self._under_way, UNTIL_DONE, summary=summary)

    def _publication(self, *, detailed: bool = True) -> Publication:
        record, now = self._record, workflow.now()
        if detailed:
            workflow.set_current_details(details_of(record, now))
        return Publication(
            view=replace(view_of(record, now), client_secret=None),  # only the driver's app needs it, live
            closed=record.progress.course.is_closed,
            now=now,
        )

    def _summary(self, step: steps.Step) -> str:
        return summary_of(self._record, step, workflow.now())
