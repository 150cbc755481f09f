"""Keeps late writes of lost attempts out: of what a reservation asks, the latest counts."""

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from temporalio.exceptions import ApplicationError

from activities.asking import Order, asking, not_after
from contracts.declaration import SUPERSEDED
from db.tables import Fence

_asked = insert(Fence)
_new = _asked.excluded
_LATEST = _asked.on_conflict_do_update(
    index_elements=["code"],
    set_={"run": _new.run, "version": _new.version, "asked_at": _new.asked_at},
    where=not_after(
        Order(Fence.run, Fence.version, Fence.asked_at), Order(_new.run, _new.version, _new.asked_at)
    ),
).returning(Fence.version)


async def pass_fence(session: AsyncSession, code: str, version: int) -> None:
    """First in a transaction: it also makes the effects of one reservation queue.

    Raises ApplicationError `superseded`, final, when something later was asked: whoever asked this is a lost attempt,
    whose task nobody will complete.
    """
    by = asking()
    values = {"code": code, "run": by.run, "version": version, "asked_at": by.at}
    connection = await session.connection()
    if await connection.scalar(_LATEST, values) is None:
        raise ApplicationError(f"{code} has asked for something later", type=SUPERSEDED, non_retryable=True)
