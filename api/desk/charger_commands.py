"""One-off commands to a charger: a Temporal standalone activity on the queue of the gateway that owns the socket.

At most once on the wire; every command is in the audit trail before it is sent, and what came of it after.
"""

import asyncio
import builtins
import uuid
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import SQLAlchemyError
from temporalio.client import ActivityFailureError
from temporalio.common import RetryPolicy
from temporalio.exceptions import ApplicationError, TimeoutError, TimeoutType

from api.errors import KINDS, ApiProblem
from api.services import Services
from contracts.chargers import Connection
from contracts.queues import gateway_queue
from db.queries.charging import chargers
from db.tables import AuditEntry
from domain.charging.commands import Command, CommandOutcome, CommandReply
from domain.errors import ChargerOffline, UnknownCharger

_log = structlog.get_logger()

_NUMBERS = 2**31 - 1
"""OCPP's request ids are 32-bit integers in many chargers."""


async def send(
    services: Services,
    *,
    operator: str,
    charger_id: str,
    name: str,
    command: Command | Callable[[int], Command],
    detail: Mapping[str, Any],
) -> CommandReply:
    """Send `command` as the activity `name` and wait for the charger's answer.

    A command that needs a number of its own is made from that of its audit entry (positive, 31 bits). `detail`
    goes into the audit trail. Raises UnknownCharger; ChargerOffline when no gateway serves it.
    """
    async with services.sessions() as session:
        charger = await chargers.find(session, charger_id)
        if charger is None:
            raise UnknownCharger(f"there is no charger {charger_id!r}; see /v1/operations/chargers")
        instance, epoch = charger.gateway_instance, charger.epoch
    if instance is None:
        raise ChargerOffline(f"{charger_id} is not connected; try again when it is back")
    key = f"command:{charger_id}:{uuid.uuid4().hex}"
    number = await _record(services, key, operator, charger_id, name, detail)
    if callable(command):
        command = command(number)
    outcome = "unknown"
    try:
        reply = await _execute(
            services, instance, Connection(charger_id=charger_id, epoch=epoch), name, command
        )
        outcome = reply.outcome.value
    except ApiProblem as problem:
        outcome = problem.code
        raise
    finally:
        await _conclude(services, key, {**detail, "outcome": outcome})
    if reply.outcome is CommandOutcome.NOT_CONNECTED:
        raise ChargerOffline(f"{charger_id} lost its connection; try again when it is back")
    return reply


async def _execute(
    services: Services, instance: str, connection: Connection, name: str, command: Command
) -> CommandReply:
    limits = services.limits
    patience = limits.command_schedule_timeout + limits.command_timeout + timedelta(seconds=2)
    try:
        async with asyncio.timeout(patience.total_seconds()):
            reply: CommandReply = await services.temporal.execute_activity(
                name,
                args=[connection, command],
                id=f"{name}-{connection.charger_id}-{uuid.uuid4().hex[:12]}",
                task_queue=gateway_queue(instance),
                result_type=CommandReply,
                schedule_to_start_timeout=limits.command_schedule_timeout,
                start_to_close_timeout=limits.command_timeout,
                retry_policy=RetryPolicy(maximum_attempts=1),
                summary=f"{name.replace('_', ' ')} {connection.charger_id}, by an operator",
            )
    except ActivityFailureError as error:
        return _failed(connection.charger_id, error)
    except builtins.TimeoutError:
        return CommandReply(outcome=CommandOutcome.NO_RESPONSE, detail="no answer in time")
    return reply


def _failed(charger_id: str, error: ActivityFailureError) -> CommandReply:
    cause = error.cause
    if isinstance(cause, TimeoutError):
        if cause.type is TimeoutType.SCHEDULE_TO_START:
            return CommandReply(outcome=CommandOutcome.NOT_CONNECTED, detail="the gateway is gone")
        return CommandReply(outcome=CommandOutcome.NO_RESPONSE, detail="no answer in time")
    if isinstance(cause, ApplicationError) and cause.type is not None and cause.type in KINDS:
        raise ApiProblem(cause.type, cause.message) from error
    _log.error("charger_command_failed", charger_id=charger_id, exc_info=error)
    return CommandReply(outcome=CommandOutcome.NO_RESPONSE, detail="the gateway failed while sending")


async def _record(
    services: Services, key: str, operator: str, charger_id: str, name: str, detail: Mapping[str, Any]
) -> int:
    """Into the audit trail; the entry's number."""
    entry = (
        insert(AuditEntry)
        .values(
            key=key,
            at=services.clock(),
            actor=f"operator:{operator}",
            action=f"charger.{name}",
            subject=charger_id,
            detail={**detail, "outcome": "sending"},
        )
        .returning(AuditEntry.id)
    )
    async with services.sessions.begin() as session:
        audit_id = (await session.execute(entry)).scalar_one()
    return audit_id % _NUMBERS or _NUMBERS


async def _conclude(services: Services, key: str, detail: Mapping[str, Any]) -> None:
    """Never raises for a database that is away: the charger has been asked, and the answer is worth more."""
    try:
        async with services.sessions.begin() as session:
            await session.execute(update(AuditEntry).where(AuditEntry.key == key).values(detail=dict(detail)))
    except (SQLAlchemyError, OSError) as error:
        _log.error("command_outcome_not_recorded", key=key, outcome=detail["outcome"], error=repr(error))
