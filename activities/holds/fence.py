"""Keeps late writes of lost attempts out: of what a reservation asks, the latest counts."""

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from temporalio.exceptions import ApplicationError

from activities.asking import Order, asking, not_after
from contracts.declaration import SUPERSEDED
from db.tables import Fence


async def pass_fence(session: AsyncSession, code: str, version: int) -> None:
    """First in a transaction: it also makes the effects of one reservation queue.

    Raises ApplicationError `superseded`, final, when something later was asked: whoever asked this is a lost attempt,
    whose task nobody will complete.
    """
    by = asking()
    values = {"run": by.run, "version": version, "asked_at": by.at}
    asked = insert(Fence).values(code=code, **values)
    new = asked.excluded
    latest = asked.on_conflict_do_update(
        index_elements=["code"],
        set_=values,
        where=not_after(
            Order(Fence.run, Fence.version, Fence.asked_at), Order(new.run, new.version, new.asked_at)
        ),
    )
    connection = await session.connection()
    if await connection.scalar(latest.returning(Fence.version)) is None:
        raise ApplicationError(f"{code} has asked for something later", type=SUPERSEDED, non_retryable=True)
