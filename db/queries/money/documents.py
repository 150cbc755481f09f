"""Documents are numbered and kept in one transaction, so that a number is used once or not at all."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from db.tables import Document, DocumentNumber


async def issue_document(
    session: AsyncSession, issuer: str, key: str, content: dict[str, Any], now: datetime
) -> Document:
    """The issuer's document of this key: the one it has, or a new one under the next number.

    Whoever issues for the same issuer waits until this transaction ends; keep it short, and outside of settlements.
    """
    await session.execute(
        insert(DocumentNumber).values(issuer=issuer, last_number=0).on_conflict_do_nothing()
    )
    locked = await session.scalars(
        select(DocumentNumber)
        .where(DocumentNumber.issuer == issuer)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    numbers = locked.one()
    kept: Document | None = await session.scalar(
        select(Document).where(Document.issuer == issuer, Document.key == key)
    )
    if kept is not None:
        return kept
    numbers.last_number += 1
    document = Document(issuer=issuer, number=numbers.last_number, key=key, content=content, issued_at=now)
    session.add(document)
    await session.flush()
    return document
