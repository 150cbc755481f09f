"""The end of an attempt: none outlives the time that Temporal gave it.

The server and the SDK's core give an attempt up when its time is over, begin the next one, and leave the old one
running. On a busy machine such attempts take the core and the connections that the new ones need, until every one of
them is late. Here the attempt is cancelled instead: its transaction is rolled back, its connection given back.
"""

import asyncio
import inspect
from typing import Any

from temporalio import activity
from temporalio.exceptions import ApplicationError
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor

ATTEMPT_OVER = "attempt_over"


class EndsInTime(Interceptor):
    """For `Worker(interceptors=…)`. Activities that run in threads cannot be cancelled and are left alone.

    A late attempt fails with `ATTEMPT_OVER`, which is worth another one as Temporal's own timeout is: whether it took
    effect is as unknown as of one whose worker died, and the durable key of the effect answers for that.
    """

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:
        return _Timed(next)


class _Timed(ActivityInboundInterceptor):
    async def execute_activity(self, input: ExecuteActivityInput) -> Any:
        given = activity.info().start_to_close_timeout
        if given is None or not inspect.iscoroutinefunction(input.fn):
            return await super().execute_activity(input)
        try:
            async with asyncio.timeout(given.total_seconds()) as window:
                return await super().execute_activity(input)
        except TimeoutError as late:
            if not window.expired():
                raise
            raise ApplicationError(
                f"The attempt was ended after {given.total_seconds():g} s.", type=ATTEMPT_OVER
            ) from late
