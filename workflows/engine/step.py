"""The step under way: whether it is decided, so that losing its workflow task changes nothing about it.

A step is decided once a workflow task after the one that began it has come: the choice of its fact, and all that has
been done for it since, is in the history then, and happens the same way again whatever has arrived meanwhile.
"""

from collections.abc import Callable

from temporalio import workflow


def history_length() -> int:
    """At the start of the workflow task. Never less in a later attempt at it."""
    return workflow.info().get_current_history_length()


class StepUnderWay:
    def __init__(self, version: Callable[[], int] = history_length) -> None:
        """Of the workflow's start, at first."""
        self._version = version
        self.begins(comes_again=True)

    def begins(self, *, comes_again: bool) -> None:
        """`comes_again`: what began it is in the history, so a lost task is tried again.

        An update is not: it lives in its task until that completes, and is forgotten with it unless its sender asks
        again.
        """
        self._since = self.version
        self._comes_again = comes_again

    @property
    def version(self) -> int:
        """Of what is asked for now."""
        return self._version()

    @property
    def is_decided(self) -> bool:
        return self.version > self._since

    @property
    def is_sure(self) -> bool:
        """Is it decided, or will there be another attempt to say how the world should be?"""
        return self.is_decided or self._comes_again
