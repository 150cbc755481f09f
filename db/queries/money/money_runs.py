"""How far a comparison of our books with the provider's came that has not come to its end."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from db.tables import Dispute, LedgerTransaction, MoneyRunObject, MoneyRunRow

_FORGOTTEN_AFTER = timedelta(days=1)
"""Nobody goes on with a run that is older: its workflow has failed, and another one has begun anew."""


async def begun(session: AsyncSession, key: str, now: datetime) -> MoneyRunRow:
    """The run of that key, as its last attempt left it; a new one that begins now."""
    late = MoneyRunRow.began_at < now - _FORGOTTEN_AFTER
    await session.execute(delete(MoneyRunRow).where(late, MoneyRunRow.key != key))
    await session.execute(insert(MoneyRunRow).values(key=key, began_at=now).on_conflict_do_nothing())
    return (await session.scalars(select(MoneyRunRow).where(MoneyRunRow.key == key))).one()


async def objects_of(session: AsyncSession, key: str) -> set[str]:
    """Those that are compared."""
    found = await session.scalars(select(MoneyRunObject.provider_object).where(MoneyRunObject.run_key == key))
    return set(found)


async def keep(
    session: AsyncSession,
    key: str,
    report: dict[str, Any],
    mending: dict[str, Any] | None,
    objects: Sequence[str],
) -> None:
    row = await session.get_one(MoneyRunRow, key)
    row.report, row.mending = report, mending
    if objects:
        rows = [{"run_key": key, "provider_object": one} for one in objects]
        await session.execute(insert(MoneyRunObject).on_conflict_do_nothing(), rows)
    await session.flush()


async def forget(session: AsyncSession, key: str) -> None:
    """It has come to its end; the objects go with it."""
    await session.execute(delete(MoneyRunRow).where(MoneyRunRow.key == key))


async def changed_at(session: AsyncSession, provider_object: str, at: datetime) -> bool:
    """Was anything of a dispute or payout written at that very instant?"""
    posted = select(LedgerTransaction.id).where(
        LedgerTransaction.key.startswith(f"{provider_object}:", autoescape=True),
        LedgerTransaction.posted_at == at,
    )
    case = select(Dispute.id).where(Dispute.dispute_id == provider_object, Dispute.changed_at == at)
    return bool(await session.scalar(select(or_(posted.exists(), case.exists()))))
