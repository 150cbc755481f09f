"""Keeps late writes of lost attempts out: of what a reservation asks, the latest counts."""

from sqlalchemy import tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from temporalio.exceptions import ApplicationError

from activities.asking import asked_at
from contracts.declaration import SUPERSEDED
from db.tables import Fence


async def pass_fence(session: AsyncSession, code: str, version: int) -> None:
    """First in a transaction: it also makes the effects of one reservation queue.

    Raises ApplicationError `superseded`, final, when something later was asked: whoever asked this is a lost attempt,
    whose task nobody will complete.
    """
    asked = insert(Fence).values(code=code, version=version, asked_at=asked_at())
    latest = asked.on_conflict_do_update(
        index_elements=["code"],
        set_={"version": asked.excluded.version, "asked_at": asked.excluded.asked_at},
        where=tuple_(Fence.version, Fence.asked_at)
        <= tuple_(asked.excluded.version, asked.excluded.asked_at),
    )
    if await session.scalar(latest.returning(Fence.version)) is None:
        raise ApplicationError(f"{code} has asked for something later", type=SUPERSEDED, non_retryable=True)
