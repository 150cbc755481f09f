"""The threads on which workflows take their steps: one step of a workflow at a time, whatever the SDK asks for."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Lock
from typing import Any
from weakref import WeakKeyDictionary

MOST = 500
"""As many as the SDK would take by itself."""


class WorkflowThreads(ThreadPoolExecutor):
    """For `Worker(workflow_task_executor=...)`.

    When a step takes longer than two seconds, as it does where the machine stands still in the middle of it, the SDK
    (1.35) takes it for a deadlock and clears the workflow away on another thread, while the step still runs. Both then
    take tasks from one loop, some of them are lost, and the clearing away fails until the worker ends: the reservation
    stands still, and a worker cannot end in peace (`tests/workflows/test_stalls.py`). Here the second waits for the
    first.
    """

    def __init__(self, most: int = MOST) -> None:
        super().__init__(max_workers=most, thread_name_prefix="workflow")
        self._turns: WeakKeyDictionary[object, Lock] = WeakKeyDictionary()
        self._turns_taken = Lock()

    def submit(self, work: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """`work`: a method; of one object no two run at a time."""
        return super().submit(self._in_turn, work, *args, **kwargs)

    def _in_turn(self, work: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        with self._turns_taken:
            turn = self._turns.setdefault(getattr(work, "__self__", work), Lock())
        with turn:
            return work(*args, **kwargs)
