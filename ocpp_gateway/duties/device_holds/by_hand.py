"""Holds that operators put on a charger by hand are known as such: they are nobody's reservation and not left over."""

from datetime import datetime

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.charging.commands import HAND_HOLDS, CancelReservation, Command, CommandReply, ReserveNow
from ocpp_gateway.storage import hand_holds

log = structlog.get_logger(__name__)


async def note_if_by_hand(
    engine: AsyncEngine, charger_id: str, command: Command, reply: CommandReply, now: datetime
) -> None:
    """The database's troubles keep nothing from being sent; then the hold counts as one that was left over."""
    if not isinstance(command, ReserveNow | CancelReservation) or command.hold_id not in HAND_HOLDS:
        return
    try:
        async with engine.begin() as database:
            if isinstance(command, CancelReservation):
                await hand_holds.forget(database, charger_id, command.hold_id)
            elif reply.outcome.may_take_effect:
                await hand_holds.note(
                    database, charger_id, command.hold_id, command.connector_number, command.expires_at, now
                )
    except (SQLAlchemyError, OSError) as error:
        log.warning("hold_by_hand_not_noted", charger=charger_id, hold=command.hold_id, error=repr(error))
