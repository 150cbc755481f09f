"""The audit trail of what operators do through the desk."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from api.desk.principal import Principal
from db.tables import AuditEntry


async def record(
    session: AsyncSession,
    principal: Principal,
    action: str,
    subject: str,
    detail: dict[str, Any],
    *,
    at: datetime,
) -> AuditEntry:
    """The new entry, its number known; the caller commits. `subject`: a charger's id, an identity."""
    entry = AuditEntry(
        key=f"{action}:{uuid.uuid4().hex}",
        at=at,
        actor=f"operator:{principal.subject}",
        action=action,
        subject=subject,
        detail=detail,
    )
    session.add(entry)
    await session.flush()
    session.expunge(entry)
    return entry
