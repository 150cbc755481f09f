"""The step under way: whether it is decided, so that losing its workflow task changes nothing about it.

A step is decided once something that was asked of a worker within it has been answered: the task that asked has
completed then, so the choice of the step's fact, and all that was done for it before, is in the history and happens the
same way again whatever has arrived meanwhile. The length of the history would not tell: a task that takes long is
renewed by the SDK, which on replay takes the tasks of such a chain for one.
"""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from temporalio import workflow

Answer = TypeVar("Answer")


def history_length() -> int:
    """At the start of the workflow task. Never less in a later attempt at it. For the world, never to branch on."""
    return workflow.info().get_current_history_length()


class StepUnderWay:
    def __init__(self, version: Callable[[], int] = history_length) -> None:
        """Of the workflow's start, at first."""
        self._version = version
        self._number = 0
        self.begins(comes_again=True)

    def begins(self, *, comes_again: bool) -> None:
        """`comes_again`: what began it is in the history, so a lost task is tried again.

        An update is not: it lives in its task until that completes, and is forgotten with it unless its sender asks
        again.
        """
        self._number += 1
        self._comes_again = comes_again
        self.is_decided = False

    async def asks_a_worker(self, asked: Awaitable[Answer]) -> Answer:
        """Await it. Answered or failed, it decides the step within which it was asked."""
        number = self._number
        try:
            return await asked
        finally:
            if number == self._number:
                self.is_decided = True

    @property
    def version(self) -> int:
        """Of what is asked for now."""
        return self._version()

    @property
    def is_sure(self) -> bool:
        """Is it decided, or will there be another attempt to say how the world should be?"""
        return self.is_decided or self._comes_again
