"""How a process asks the gateway that owns a charger's socket: a standalone activity on that gateway's queue.

At most once on the wire: nothing is repeated here, and NO_RESPONSE is an answer.
"""

import asyncio
import builtins
import uuid
from datetime import timedelta

import structlog
from temporalio.client import ActivityFailureError, Client
from temporalio.common import RetryPolicy
from temporalio.exceptions import TimeoutError, TimeoutType
from temporalio.service import RPCError

from contracts.chargers import Connection
from contracts.names import gateway_queue
from domain.charging.commands import Command, CommandOutcome, CommandReply, name_of
from texts.reader import Reader
from texts.steps import OperatorCommand
from workflows.client.failures import away, of_rpc

_SLACK = timedelta(seconds=2)
_log = structlog.get_logger()


class ChargerCommandClient:
    def __init__(self, temporal: Client) -> None:
        self._temporal = temporal

    async def send(
        self,
        instance: str,
        connection: Connection,
        command: Command,
        *,
        taken_within: timedelta,
        answered_within: timedelta,
    ) -> CommandReply:
        """The charger's answer by gateway `instance`; NOT_CONNECTED when that gateway is gone.

        NO_RESPONSE: nobody knows whether the charger acted. Raises TemporalAway, CallBroken.
        """
        name = name_of(type(command))
        try:
            async with asyncio.timeout((taken_within + answered_within + _SLACK).total_seconds()):
                reply: CommandReply = await self._temporal.execute_activity(
                    name,
                    args=[connection, command],
                    id=f"{name}-{connection.charger_id}-{uuid.uuid4().hex[:12]}",
                    task_queue=gateway_queue(instance),
                    result_type=CommandReply,
                    schedule_to_start_timeout=taken_within,
                    start_to_close_timeout=answered_within,
                    retry_policy=RetryPolicy(maximum_attempts=1),
                    summary=Reader().fact(OperatorCommand(command=name, charger_id=connection.charger_id)),
                )
        except ActivityFailureError as error:
            return _failed(connection.charger_id, error)
        except builtins.TimeoutError:
            return _no_response("no answer in time")
        except RPCError as error:
            raise of_rpc(error) from error
        except asyncio.CancelledError as error:
            if _is_cancelled():
                raise
            raise away() from error  # the SDK's word for a connection that ended with gRPC CANCELLED
        return reply


def _is_cancelled() -> bool:
    """Was it this task that somebody cancelled?"""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def _failed(charger_id: str, error: ActivityFailureError) -> CommandReply:
    cause = error.cause
    if isinstance(cause, TimeoutError):
        if cause.type is TimeoutType.SCHEDULE_TO_START:
            return CommandReply(outcome=CommandOutcome.NOT_CONNECTED, detail="the gateway is gone")
        return _no_response("no answer in time")
    _log.error("charger_command_failed", charger_id=charger_id, exc_info=error)
    return _no_response("the gateway failed while sending")


def _no_response(detail: str) -> CommandReply:
    return CommandReply(outcome=CommandOutcome.NO_RESPONSE, detail=detail)
