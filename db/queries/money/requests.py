"""Money that one person asked to give away: pages for operators, and one to be decided."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from db.queries.newest_first import RowPosition, newest_first
from db.tables import MoneyRequest
from domain.money.amount import Money
from domain.money.authority import RequestState


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyRequestFilter:
    kind: str | None = None
    state: str | None = None
    subject: str | None = None
    asked_by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRequest:
    """`key`: the asker's own, one a request. `details`: what is carried out, as the kind has it."""

    kind: str
    subject: str
    amount: Money
    reason: str
    asked_by: str
    key: str
    details: dict[str, Any]


async def page(
    session: AsyncSession, wanted: MoneyRequestFilter, after: RowPosition | None, limit: int
) -> Sequence[MoneyRequest]:
    """Up to `limit` + 1, what was asked last first."""
    statement = newest_first(select(MoneyRequest), MoneyRequest.asked_at, MoneyRequest.id, after, limit)
    for column in ("kind", "state", "subject", "asked_by"):
        value = getattr(wanted, column)
        if value is not None:
            statement = statement.where(getattr(MoneyRequest, column) == value)
    return (await session.scalars(statement)).all()


async def find_locked(session: AsyncSession, number: int) -> MoneyRequest | None:
    """Until the caller's transaction ends nobody else decides it."""
    return await session.get(MoneyRequest, number, with_for_update=True, populate_existing=True)


async def asked_with(session: AsyncSession, asked_by: str, key: str) -> MoneyRequest | None:
    """By the asker's own key."""
    found: MoneyRequest | None = await session.scalar(
        select(MoneyRequest).where(MoneyRequest.asked_by == asked_by, MoneyRequest.key == key)
    )
    return found


async def key_not_refused(session: AsyncSession, asked_by: str, key: str) -> str:
    """`key`, for what may be asked again once it was refused: after each refusal the next key."""
    found = await asked_with(session, asked_by, key)
    while found is not None and found.state == RequestState.REFUSED:
        key = f"after-{found.id}:{key}"
        found = await asked_with(session, asked_by, key)
    return key


async def ask(session: AsyncSession, new: NewRequest, now: datetime) -> tuple[MoneyRequest, bool]:
    """The request, and whether it is new: the same key of the same person is the same request."""
    number = await session.scalar(
        insert(MoneyRequest)
        .values(
            kind=new.kind,
            subject=new.subject,
            currency=new.amount.currency,
            amount_minor=new.amount.minor,
            reason=new.reason,
            details=new.details,
            asked_by=new.asked_by,
            key=new.key,
            asked_at=now,
        )
        .on_conflict_do_nothing(index_elements=["asked_by", "key"])
        .returning(MoneyRequest.id)
    )
    row = await asked_with(session, new.asked_by, new.key)
    if row is None:
        raise LookupError(new.key)
    return row, number is not None
