"""What an answer to UnlockConnector says of the lock: some chargers tell of one that has failed in no other way."""

from datetime import datetime

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.charging.commands import Command, CommandReply, UnlockConnector
from ocpp_gateway.duties.received_call import ReceivedCall
from ocpp_gateway.duties.statuses import take_each
from ocpp_gateway.wire.reports import LockReported

log = structlog.get_logger(__name__)

_FAILED = {"Unlocked": False, "UnlockFailed": True}
"""Status in the answer (1.6 §7.43, 2.x UnlockStatusEnumType). The others say nothing of the lock."""


async def note_if_unlock(
    engine: AsyncEngine, charger_id: str, epoch: int, command: Command, reply: CommandReply, now: datetime
) -> None:
    """Never raises for a database that is away: whoever asked has the answer."""
    failed = _FAILED.get(reply.detail)
    if not isinstance(command, UnlockConnector) or failed is None:
        return
    received = ReceivedCall(charger_id=charger_id, epoch=epoch, message_id="", at=now)
    lock = LockReported(connector_number=command.connector_number, failed=failed, at=now)
    try:
        async with engine.begin() as connection:
            await take_each(connection, received, (), [lock])
    except (SQLAlchemyError, OSError) as error:
        log.warning("lock_not_noted", charger=charger_id, error=repr(error))
