"""A saga's undo list: pushed before the step it undoes, run last first, failures collected and never raised."""

from collections.abc import Awaitable, Callable

from temporalio import workflow

from workflows.engine.effects import StepFailed


class Compensations:
    def __init__(self) -> None:
        self._undo: list[tuple[str, Callable[[], Awaitable[object]]]] = []

    def push(self, name: str, undo: Callable[[], Awaitable[object]]) -> None:
        """Register before acting: a step that failed half-way must be undone too, so every undo is idempotent.

        `name`: a code, which operators are shown when it fails.
        """
        self._undo.append((name, undo))

    def forget(self) -> None:
        """The steps are known to have done nothing, or are kept."""
        self._undo.clear()

    async def run(self) -> list[str]:
        """Undo everything, last first. Returns the names of those that could not be undone."""
        failed = []
        while self._undo:
            name, undo = self._undo.pop()
            try:
                await undo()
            except StepFailed as error:
                workflow.logger.error(
                    "compensation failed", extra={"compensation": name, "cause": str(error)}
                )
                failed.append(name)
        return failed
