"""Holds by hand on our chargers: noted when a charger may have taken one, forgotten when it is gone."""

from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from db.tables import HandHold

_OF_NO_USE_AFTER = timedelta(days=1)


async def note(
    connection: AsyncConnection,
    charger_id: str,
    hold_id: int,
    connector_number: int,
    until: datetime,
    now: datetime,
) -> None:
    """The same id again replaces it, as it does on the charger. Old ones of the charger go."""
    old = (HandHold.charger_id == charger_id) & (HandHold.until < now - _OF_NO_USE_AFTER)
    await connection.execute(delete(HandHold).where(old))
    values = {"connector_number": connector_number, "until": until}
    statement = insert(HandHold).values(charger_id=charger_id, hold_id=hold_id, **values)
    await connection.execute(
        statement.on_conflict_do_update(index_elements=["charger_id", "hold_id"], set_=values)
    )


async def forget(connection: AsyncConnection, charger_id: str, hold_id: int) -> None:
    await connection.execute(
        delete(HandHold).where(HandHold.charger_id == charger_id, HandHold.hold_id == hold_id)
    )
