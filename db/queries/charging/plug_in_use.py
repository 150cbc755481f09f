"""Which plug of a 2.x EVSE a car is at: its number is asked for where a message has to name one."""

from sqlalchemy import Integer, literal_column, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from db.tables import Connector
from domain.charging.connector import IN_USE

_IN_USE = ", ".join(f"'{status.value}'" for status in sorted(IN_USE))
PLUG_IN_USE = f"(SELECT min(key)::int FROM jsonb_each_text(c.plugs - '0') WHERE value IN ({_IN_USE}))"  # noqa: S608 - ours
"""SQL, of connector `c`; NULL: none, or it does not tell its plugs apart."""


async def plug_in_use(session: AsyncSession, charger_id: str, number: int) -> int | None:
    one = aliased(Connector, name="c")
    there = select(literal_column(PLUG_IN_USE, Integer)).select_from(one)
    found: int | None = await session.scalar(there.where(one.charger_id == charger_id, one.number == number))
    return found
