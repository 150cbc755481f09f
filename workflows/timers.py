"""One timer for the next deadline. Kept when the deadline is unchanged: re-arming costs two history events."""

import asyncio

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.deadlines import Deadline


class DeadlineTimer:
    def __init__(self) -> None:
        self._deadline: Deadline | None = None
        self._task: asyncio.Task[None] | None = None

    def arm(self, deadline: Deadline | None, site_zone: str) -> None:
        """Aim at `deadline` (None: at nothing). The sentence shows on the Temporal UI's timeline."""
        if deadline == self._deadline:
            return
        self.disarm()
        self._deadline = deadline
        if deadline is not None and deadline.at > workflow.now():
            wait = deadline.at - workflow.now()
            self._task = asyncio.create_task(workflow.sleep(wait, summary=deadline.sentence(site_zone)))

    def due(self) -> Deadline | None:
        """The deadline, once its time has come."""
        if self._deadline is None:
            return None
        return self._deadline if self._task is None or self._task.done() else None

    def struck(self) -> None:
        """The deadline has been acted on: the same one may come again only by being armed again."""
        self._deadline, self._task = None, None

    def disarm(self) -> None:
        if self._task is not None and not self._task.done():
            self._task.cancel()
        self._deadline, self._task = None, None
