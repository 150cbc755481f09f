"""Monthly statements of fleets: issued once a month is over, of every document that stands on none yet.

A document whose money was posted in that month but which was issued later stands on the next one: each on one, once.
So what cannot be issued holds a statement up for some days only, and is named on it.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta, tzinfo

import structlog
from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, exists, insert, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from sqlalchemy.orm import aliased

from activities.documents.issuing import Issuing, buyer_of, content_of
from activities.documents.telling import tell
from db.failures import may_pass
from db.queries.money import documents
from db.queries.money.documents import Subject
from db.tables import (
    BillingParty,
    Document,
    DocumentDue,
    InvoiceAccount,
    LedgerTransaction,
    StatementDocument,
)
from domain.documents.content import DocumentKind
from domain.documents.statement import Statement, entry_of, taxes_of
from domain.money.amount import Money
from domain.money.bookkeeping import Month
from domain.money.invoice_accounts import due_on

log = structlog.get_logger(__name__)

_STATEMENT = TypeAdapter(Statement)
_AFTER_THE_END = timedelta(hours=1)
"""So long after midnight: what was posted before it has its document by then."""
WAITS_FOR = timedelta(days=3)
"""So long after the month's end for documents that cannot be issued; what is only not issued yet is always awaited."""


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
        end = Month.read(month).ends(self._issuing.zone)
        async with self._sessions() as session:
            fleets = await _fleets_due(session, month, end, patient=now < end + WAITS_FOR)
        for fleet in fleets:
            try:
                async with self._sessions.begin() as session:
                    if not await documents.issuing_alone(session):
                        return
                    missing = await _missing(session, fleet, end)
                    await self._issue(session, fleet, month, missing, now)
            except Exception as error:
                if may_pass(error):
                    raise
                log.exception("statement_not_issued", fleet=fleet, month=month)

    async def _issue(
        self, session: AsyncSession, fleet: str, month: str, missing: Sequence[str], now: datetime
    ) -> None:
        rows = (
            await session.scalars(
                select(Document).where(*_waiting(month), Document.fleet_id == fleet).order_by(Document.id)
            )
        ).all()
        by_currency: dict[str, list[Document]] = {}
        for row in rows:
            by_currency.setdefault(content_of(row.content).told.currency, []).append(row)
        for currency, found in sorted(by_currency.items()):
            statement = await self._told(session, fleet, month, currency, found)
            await self._issue_one(session, replace(statement, missing=tuple(missing)), found, now)
        if missing and rows:
            log.warning("statement_without_documents", fleet=fleet, month=month, reservations=missing)

    async def _told(
        self, session: AsyncSession, fleet: str, month: str, currency: str, rows: Sequence[Document]
    ) -> Statement:
        issuer, party = self._issuing.issuer, await session.get(BillingParty, ("fleet", fleet))
        account = await session.get(InvoiceAccount, fleet)
        if account is not None and account.currency != currency:
            account = None
        contents = [content_of(row.content) for row in rows]
        return Statement(
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
            due_on=None if account is None else due_on(Month.read(month).last, account.days_to_pay),
            owed=None if account is None else Money(account.open_minor, currency),
            drawn=True,
        )

    async def _issue_one(
        self, session: AsyncSession, statement: Statement, rows: Sequence[Document], now: datetime
    ) -> None:
        issuer, fleet, month = self._issuing.issuer, statement.fleet_id, statement.month
        subject = Subject(kind=DocumentKind.STATEMENT, month=month, fleet_id=fleet)
        key = f"statement:{fleet}:{month}:{statement.currency}"
        as_json = _STATEMENT.dump_python(statement, mode="json")
        document = await documents.issue_document(session, issuer.series, key, as_json, now, subject)
        await tell(session, document, issuer, now)
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


async def _fleets_due(session: AsyncSession, month: str, end: datetime, *, patient: bool) -> Sequence[str]:
    """With a document that waits, unless something that was posted in the month has none yet.

    `patient`: also where that is put off, as it cannot be issued.
    """
    awaited = (
        exists()
        .where(DocumentDue.transaction_id == LedgerTransaction.id)
        .where(LedgerTransaction.fleet_id == Document.fleet_id, LedgerTransaction.posted_at < end)
    )
    if not patient:
        awaited = awaited.where(~_hangs())
    found = await session.scalars(
        select(Document.fleet_id)
        .where(*_waiting(month), Document.fleet_id.is_not(None), ~awaited)
        .distinct()
        .order_by(Document.fleet_id)
    )
    return [fleet for fleet in found if fleet is not None]


def _hangs() -> ColumnElement[bool]:
    """It could not be issued, or waits behind what could not be."""
    other = aliased(DocumentDue)
    return exists().where(
        other.reservation_code == DocumentDue.reservation_code,
        other.transaction_id <= DocumentDue.transaction_id,
        other.put_off_until.is_not(None),
    )


async def _missing(session: AsyncSession, fleet: str, end: datetime) -> Sequence[str]:
    """Reservations of which something that was posted by then has no document yet."""
    found = await session.scalars(
        select(DocumentDue.reservation_code)
        .join(LedgerTransaction, LedgerTransaction.id == DocumentDue.transaction_id)
        .where(LedgerTransaction.fleet_id == fleet, LedgerTransaction.posted_at < end)
        .distinct()
        .order_by(DocumentDue.reservation_code)
    )
    return found.all()
