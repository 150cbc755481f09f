"""Whole addresses of webhook endpoints in the audit trail, as versions before wrote them: their paths and queries may
hold secrets.
"""

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from db.tables import AuditEntry
from domain.telling.outside import without_path

_WHOLE = text("code = 'webhook_endpoint_set' AND detail ? 'url'")


async def shorten_urls(session: AsyncSession, limit: int) -> bool:
    """Up to `limit` of them; are there more? The caller commits."""
    found = select(AuditEntry).where(_WHOLE).order_by(AuditEntry.id).limit(limit)
    rows = (await session.scalars(found.with_for_update(skip_locked=True))).all()
    for row in rows:
        row.detail = without_path(row.detail)
    return len(rows) == limit
