"""All that is held about a driver, as rows of JSON."""

from collections.abc import AsyncIterator, Sequence

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from db.personal.held import Held
from db.personal.registry import HELD
from db.tables import ReservationRow

_ROWS_AT_ONCE = 200
_OF_ONE_MOMENT = text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")


async def codes_of(session: AsyncSession, driver_id: str) -> Sequence[str]:
    """Of the driver's reservations."""
    mine = select(ReservationRow.code).where(ReservationRow.driver_id == driver_id)
    return (await session.scalars(mine.order_by(ReservationRow.code))).all()


async def held_about(session: AsyncSession, driver_id: str) -> AsyncIterator[tuple[str, AsyncIterator[str]]]:
    """Each table that they are given, by name, with its rows as JSON texts; to be read in turn.

    All of one moment: the transaction must be new.
    """
    await session.execute(_OF_ONE_MOMENT)
    codes = list(await codes_of(session, driver_id))
    for held in HELD:
        if not held.not_given:
            yield held.name, _rows(session, held, driver_id, codes)


async def _rows(session: AsyncSession, held: Held, driver_id: str, codes: list[str]) -> AsyncIterator[str]:
    found = await session.stream_scalars(
        text(_statement(held)),
        {"driver": driver_id, "codes": codes},
        execution_options={"yield_per": _ROWS_AT_ONCE},
    )
    async for row in found:
        yield row


def _statement(held: Held) -> str:
    """Of names and SQL of the registry alone."""
    key = ", ".join(f"t.{column.name}" for column in held.table.__table__.primary_key)
    hidden = ", ".join(f"'{name}'" for name in held.hidden)
    shown = ", ".join(f"'{name}', {said}" for name, said in held.shown.items())
    row = f"to_jsonb(t) - ARRAY[{hidden}]::text[] || jsonb_build_object({shown})"
    return f"SELECT ({row})::text FROM {held.name} AS t WHERE ({held.whose}) ORDER BY {key}"  # noqa: S608
