"""Monthly statements of fleets: issued once a month is over, of every document that stands on none yet.

A document whose money was posted in that month but which was issued later stands on the next one: each on one, once.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, exists, insert, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from sqlalchemy.orm import aliased

from activities.documents.issuing import Issuing, buyer_of, content_of
from db.queries.money import documents
from db.queries.money.documents import Subject
from db.tables import BillingParty, Document, DocumentDue, LedgerTransaction, StatementDocument
from domain.documents.content import DocumentKind
from domain.documents.statement import Statement, entry_of, taxes_of
from domain.money.bookkeeping import Month

_STATEMENT = TypeAdapter(Statement)
_AFTER_THE_END = timedelta(hours=1)
"""So long after midnight: what was posted before it has its document by then."""


def statement_of(document: object) -> Statement:
    """A stored document's of this kind. Raises pydantic.ValidationError for another's."""
    return _STATEMENT.validate_python(document)


def last_month(now: datetime, zone: tzinfo) -> str:
    """The one that was over an hour ago, on that clock."""
    first = (now - _AFTER_THE_END).astimezone(zone).replace(day=1)
    return f"{first - timedelta(days=1):%Y-%m}"


class StatementIssuer:
    def __init__(self, sessions: async_sessionmaker[AsyncSession], issuing: Issuing) -> None:
        self._sessions = sessions
        self._issuing = issuing

    async def issue_all(self, now: datetime) -> None:
        """Each fleet in a transaction of its own, as far as nobody else is at it."""
        month = last_month(now, self._issuing.zone)
        async with self._sessions() as session:
            fleets = await _fleets_due(session, month, Month.read(month).ends(self._issuing.zone))
        for fleet in fleets:
            async with self._sessions.begin() as session:
                if not await documents.issuing_alone(session):
                    return
                await self._issue(session, fleet, month, now)

    async def _issue(self, session: AsyncSession, fleet: str, month: str, now: datetime) -> None:
        rows = (
            await session.scalars(
                select(Document).where(*_waiting(month), Document.fleet_id == fleet).order_by(Document.id)
            )
        ).all()
        by_currency: dict[str, list[Document]] = {}
        for row in rows:
            by_currency.setdefault(content_of(row.content).told.currency, []).append(row)
        for currency, found in sorted(by_currency.items()):
            await self._issue_one(session, fleet, month, currency, found, now)

    async def _issue_one(
        self,
        session: AsyncSession,
        fleet: str,
        month: str,
        currency: str,
        rows: Sequence[Document],
        now: datetime,
    ) -> None:
        issuer, party = self._issuing.issuer, await session.get(BillingParty, ("fleet", fleet))
        contents = [content_of(row.content) for row in rows]
        statement = Statement(
            issuer=issuer,
            buyer=None if party is None else buyer_of(party),
            fleet_id=fleet,
            month=month,
            zone=str(self._issuing.zone),
            currency=currency,
            entries=tuple(
                entry_of(content, row.number, row.issued_at)
                for content, row in zip(contents, rows, strict=True)
            ),
            taxes=taxes_of(contents, currency),
        )
        subject = Subject(kind=DocumentKind.STATEMENT, month=month, fleet_id=fleet)
        key = f"statement:{fleet}:{month}:{currency}"
        as_json = _STATEMENT.dump_python(statement, mode="json")
        document = await documents.issue_document(session, issuer.series, key, as_json, now, subject)
        await session.execute(
            insert(StatementDocument),
            [{"document_id": row.id, "statement_id": document.id} for row in rows],
        )


def _waiting(month: str) -> list[ColumnElement[bool]]:
    """Of this month or an earlier one, and on no statement yet; nothing once the month has its statement."""
    listed = exists().where(StatementDocument.document_id == Document.id)
    statement = aliased(Document)
    stated = exists().where(
        statement.kind == DocumentKind.STATEMENT,
        statement.fleet_id == Document.fleet_id,
        statement.month >= month,
    )
    return [Document.kind != DocumentKind.STATEMENT, Document.month <= month, ~listed, ~stated]


async def _fleets_due(session: AsyncSession, month: str, end: datetime) -> Sequence[str]:
    """With a document that waits, unless something that was posted in the month has none yet."""
    undecided = (
        exists()
        .where(DocumentDue.transaction_id == LedgerTransaction.id)
        .where(LedgerTransaction.fleet_id == Document.fleet_id, LedgerTransaction.posted_at < end)
    )
    found = await session.scalars(
        select(Document.fleet_id)
        .where(*_waiting(month), Document.fleet_id.is_not(None), ~undecided)
        .distinct()
        .order_by(Document.fleet_id)
    )
    return [fleet for fleet in found if fleet is not None]
