"""Showing a reservation: search attributes, and one publication of what changed in a step."""

from collections.abc import Awaitable, Callable

from temporalio import workflow

from contracts import search_attributes
from domain.facts.attention import Problem
from workflows.engine.effects import StepFailed
from workflows.reservation.details import details_of
from workflows.reservation.effects import Effects
from workflows.reservation.record import Record


class Publisher:
    def __init__(self, record: Record, effects: Effects) -> None:
        self._record = record
        self._effects = effects
        self._attributes: dict[str, object] = {}

    async def show_how_it_stands(self) -> None:
        """At once, and without what has to wait until it is decided: before the booking is answered."""
        self._upsert_search_attributes()
        await self._attempt(self._effects.publish)

    async def show(self) -> None:
        """A publication that fails for good keeps the reservation open, and is repeated with its next change."""
        if not self._record.dirty:
            return
        self._upsert_search_attributes()
        await self._attempt(self._effects.tell_people)

    def forget(self) -> None:
        """Whatever was shown so far: all of it is shown anew."""
        self._attributes.clear()
        self._record.dirty = True

    async def _attempt(self, publish: Callable[[], Awaitable[None]]) -> None:
        record = self._record
        try:
            await publish()
        except StepFailed as error:
            record.progress.stays_open()
            record.call_operator(Problem.NOT_PUBLISHED, error)
            self._upsert_search_attributes()
            workflow.set_current_details(details_of(record, workflow.now()))

    def _upsert_search_attributes(self) -> None:
        """One event a step, and only for what changed."""
        wanted = search_attributes.of(self._record.progress)
        changed = [pair for pair in wanted if self._attributes.get(pair.key.name) != pair.value]
        if changed:
            self._attributes.update({pair.key.name: pair.value for pair in changed})
            workflow.upsert_search_attributes(changed)
