"""What whoever pays wants to find on documents."""

from datetime import datetime

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from db.tables import BillingNote


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
