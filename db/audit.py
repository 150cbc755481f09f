"""The audit trail's one writer of a deed: its stored name and detail are the domain's."""

from datetime import datetime
from typing import Any

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from db.tables import AuditEntry
from domain.facts.audit import Deed, written


async def record_deed(
    session: AsyncSession,
    deed: Deed,
    *,
    key: str,
    actor: str,
    subject: str,
    at: datetime,
    more: dict[str, Any] | None = None,
) -> int | None:
    """The new entry's number; None when `key` is there already. `more`: detail beside the deed's own."""
    action, detail = written(deed)
    entry = {"key": key, "at": at, "actor": actor, "action": action, "subject": subject}
    return await session.scalar(
        insert(AuditEntry)
        .values(**entry, detail={**(more or {}), **detail})
        .on_conflict_do_nothing(index_elements=["key"])
        .returning(AuditEntry.id)
    )
