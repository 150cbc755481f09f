"""What whoever pays wants to find on documents."""

from datetime import datetime

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from db.tables import BillingNote


async def note_under_lock(session: AsyncSession, code: str, now: datetime) -> BillingNote:
    """An empty one where nothing was noted yet. The caller commits."""
    made = insert(BillingNote).values(reservation_code=code, changed_at=now)
    await session.execute(made.on_conflict_do_nothing())
    return await session.get_one(BillingNote, code, with_for_update=True, populate_existing=True)


async def note_billing(
    session: AsyncSession, code: str, cost_center: str, reference: str, now: datetime
) -> None:
    """Instead of what was noted before. The caller commits."""
    values = {"cost_center": cost_center, "reference": reference, "changed_at": now}
    await session.execute(
        insert(BillingNote)
        .values(reservation_code=code, **values)
        .on_conflict_do_update(index_elements=["reservation_code"], set_=values)
    )


async def note_cost_center(session: AsyncSession, code: str, cost_center: str, now: datetime) -> None:
    """Whatever reference was noted stays. The caller commits."""
    values = {"cost_center": cost_center, "changed_at": now}
    await session.execute(
        insert(BillingNote)
        .values(reservation_code=code, **values)
        .on_conflict_do_update(index_elements=["reservation_code"], set_=values)
    )
