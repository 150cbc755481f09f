"""Documents are numbered and kept in one transaction, so that a number is used once or not at all."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    cast,
    column,
    delete,
    exists,
    func,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from db.queries.newest_first import RowPosition, newest_first
from db.tables import Document, DocumentDue, DocumentNumber


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Whom a document is for, what it is of, and in which month its money was posted."""

    kind: str
    month: str = ""
    reservation_code: str | None = None
    driver_id: str | None = None
    fleet_id: str | None = None
    transaction_id: int | None = None


async def issue_document(
    session: AsyncSession,
    issuer: str,
    key: str,
    content: dict[str, Any],
    now: datetime,
    subject: Subject | None = None,
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
    await session.flush()
    of = subject or Subject(kind="")
    document = Document(
        issuer=issuer,
        number=numbers.last_number,
        key=key,
        content=content,
        issued_at=now,
        kind=of.kind,
        month=of.month,
        reservation_code=of.reservation_code,
        driver_id=of.driver_id,
        fleet_id=of.fleet_id,
        transaction_id=of.transaction_id,
    )
    session.add(document)
    await session.flush()
    return document


async def issuing_alone(session: AsyncSession) -> bool:
    """May this transaction issue? One at a time does, whatever its issuer; the others need not wait for it."""
    mine = func.pg_try_advisory_xact_lock(func.hashtextextended("documents:issuing", 0))
    return bool(await session.scalar(select(mine)))


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentFilter:
    """None: whatever it is. `only_…`: what the caller may see, either of them."""

    kind: str | None = None
    month: str | None = None
    reservation_code: str | None = None
    driver_id: str | None = None
    fleet_id: str | None = None
    only_driver_id: str | None = None
    only_fleet_id: str | None = None


class Due(NamedTuple):
    transaction_id: int
    reservation_code: str


async def next_due(session: AsyncSession, now: datetime) -> Due | None:
    """The earliest transaction that is due, unless an earlier one of its reservation was put off."""
    earlier = aliased(DocumentDue)
    waits = exists().where(
        earlier.reservation_code == DocumentDue.reservation_code,
        earlier.transaction_id < DocumentDue.transaction_id,
        earlier.put_off_until > now,
    )
    rows = await session.execute(
        select(DocumentDue.transaction_id, DocumentDue.reservation_code)
        .where(or_(DocumentDue.put_off_until.is_(None), DocumentDue.put_off_until <= now), ~waits)
        .order_by(DocumentDue.transaction_id)
        .limit(1)
    )
    found = rows.first()
    return None if found is None else Due(*found)


async def decided(session: AsyncSession, transaction_id: int) -> None:
    """There is a document of it, or it needs none."""
    await session.execute(delete(DocumentDue).where(DocumentDue.transaction_id == transaction_id))


async def put_off(session: AsyncSession, transaction_id: int, *, until: datetime) -> None:
    await session.execute(
        update(DocumentDue).where(DocumentDue.transaction_id == transaction_id).values(put_off_until=until)
    )


async def documents_of(session: AsyncSession, reservation_code: str) -> Sequence[Document]:
    """Oldest first."""
    found = await session.scalars(
        select(Document).where(Document.reservation_code == reservation_code).order_by(Document.id)
    )
    return found.all()


class Listed(NamedTuple):
    """A document for a list. `content`: without a receipt's course and a statement's entries, whose sums are beside."""

    id: int
    number: int
    kind: str
    issued_at: datetime
    month: str
    content: dict[str, Any]
    gross_minor: int
    invoiced_minor: int


def _of_entries(amount: str) -> ColumnElement[int]:
    """The sum over a statement's entries; of another document zero."""
    entries = func.jsonb_array_elements(
        func.coalesce(Document.content["entries"], literal_column("'[]'::jsonb", JSONB))
    )
    entry = entries.table_valued(column("value", JSONB)).render_derived()
    minor = cast(entry.c.value[(amount, "minor")].astext, BigInteger)
    whole = select(func.sum(minor)).select_from(entry).scalar_subquery()
    return cast(func.coalesce(whole, 0), BigInteger)  # a sum of those is numeric, which no amount is


async def page(
    session: AsyncSession, wanted: DocumentFilter, after: RowPosition | None, limit: int
) -> Sequence[Listed]:
    """Up to `limit` + 1, the latest first."""
    listed = select(
        Document.id,
        Document.number,
        Document.kind,
        Document.issued_at,
        Document.month,
        Document.content.op("-")("entries").op("-")("course"),
        _of_entries("gross"),
        _of_entries("invoiced"),
    )
    statement = newest_first(listed, Document.issued_at, Document.id, after, limit)
    for name in ("kind", "month", "reservation_code", "driver_id", "fleet_id"):
        value = getattr(wanted, name)
        if value is not None:
            statement = statement.where(getattr(Document, name) == value)
    mine = [
        whose == value
        for whose, value in (
            (Document.driver_id, wanted.only_driver_id),
            (Document.fleet_id, wanted.only_fleet_id),
        )
        if value is not None
    ]
    if mine:
        statement = statement.where(or_(*mine))
    return [Listed(*row) for row in await session.execute(statement)]
