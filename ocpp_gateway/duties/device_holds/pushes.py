"""What chargers are asked to hold is noted on the hold as it goes out; by that, one not shown is missed."""

from datetime import datetime

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.charging.commands import HAND_HOLDS, Command, ReserveNow
from domain.reservation.hold_losses import Push
from ocpp_gateway.storage.device_holds import note_push

log = structlog.get_logger(__name__)


async def note_if_push(engine: AsyncEngine, command: Command, now: datetime) -> None:
    """The database's troubles keep no hold from being pushed; it is only not missed until it is pushed again."""
    if not isinstance(command, ReserveNow) or command.hold_id in HAND_HOLDS:
        return
    try:
        async with engine.begin() as database:
            await note_push(database, command.hold_id, Push(at=now, until=command.expires_at))
    except (SQLAlchemyError, OSError) as error:
        log.warning("push_not_noted", hold=command.hold_id, error=repr(error))
