"""Tells whom a document is for that it is there: in the transaction that issues it, so once."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from db.notifications import record_notice
from db.tables import Document
from domain.documents.content import DocumentKind, Issuer
from domain.facts.money_notices import DocumentIssued


async def tell(session: AsyncSession, row: Document, issuer: Issuer, now: datetime) -> None:
    """The driver of a reservation's, the fleet of a statement."""
    notice = DocumentIssued(
        kind=row.kind, number=issuer.number(row.number), read_at=f"/v1/documents/{row.id}"
    )
    await record_notice(
        session,
        notice,
        key=f"document:{row.issuer}:{row.number}",
        driver_id=row.driver_id or "",
        fleet_id=row.fleet_id if row.kind == DocumentKind.STATEMENT else None,
        reservation_code=row.reservation_code or "",
        at=now,
    )
