"""Issues documents in the order in which money was posted: of each transaction of the ledger that has none yet.

One issues at a time, whoever wants to, and each document in a transaction of its own: its number, its row and the end
of its wait. So nothing is issued twice and no number is lost, wherever it breaks off.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any, NamedTuple

import structlog
from pydantic import TypeAdapter
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from activities.documents.courses import course_of
from activities.documents.standing import BooksDisagree, Stood, stood_at
from activities.documents.telling import tell
from db.failures import may_pass
from db.queries.money import documents
from db.queries.money.documents import Due, Subject
from db.tables import (
    BillingNote,
    BillingParty,
    Document,
    Hold,
    LedgerEntry,
    LedgerTransaction,
    Pool,
    ReservationRow,
    Site,
)
from domain.documents.changes import is_of_a_bill, told_between
from domain.documents.content import Buyer, Content, DocumentKind, Issuer, Supply, Told

log = structlog.get_logger(__name__)

_AFTER_A_FAULT = timedelta(minutes=1)
_CONTENT = TypeAdapter(Content)


def content_of(document: Mapping[str, Any]) -> Content:
    """A stored document's. Raises pydantic.ValidationError for one that is of another kind."""
    return _CONTENT.validate_python(document)


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuing:
    """`zone`: of the operator's clock, on which months begin."""

    issuer: Issuer
    zone: tzinfo = UTC


class DocumentIssuer:
    def __init__(self, sessions: async_sessionmaker[AsyncSession], issuing: Issuing) -> None:
        self._sessions = sessions
        self._issuing = issuing

    async def issue_all(self, now: datetime) -> None:
        """All that is due, as far as nobody else is at it."""
        while await self._issue_one(now):
            pass

    async def _issue_one(self, now: datetime) -> bool:
        """False: nothing is due, or somebody else is at it."""
        due: Due | None = None
        try:
            async with self._sessions.begin() as session:
                if not await documents.issuing_alone(session):
                    return False
                due = await documents.next_due(session, now)
                if due is not None:
                    await self._decide(session, due, now)
        except Exception as error:
            if due is None or may_pass(error):
                raise
            log.exception("document_not_issued", reservation=due.reservation_code)
            async with self._sessions.begin() as session:
                await documents.put_off(session, due.transaction_id, until=now + _AFTER_A_FAULT)
        return due is not None

    async def _decide(self, session: AsyncSession, due: Due, now: datetime) -> None:
        transaction = (
            await session.scalars(select(LedgerTransaction).where(LedgerTransaction.id == due.transaction_id))
        ).one()
        before = await documents.documents_of(session, due.reservation_code)
        found = await _told(session, transaction, before)
        if found is not None:
            await self._issue(session, transaction, before[-1] if before else None, *found, now)
        await documents.decided(session, due.transaction_id)

    async def _issue(
        self,
        session: AsyncSession,
        transaction: LedgerTransaction,
        before: Document | None,
        told: Told,
        stood: Stood,
        now: datetime,
    ) -> None:
        code, issuer = transaction.reservation_code, self._issuing.issuer
        note = await session.get(BillingNote, code)
        content = Content(
            issuer=issuer,
            told=told,
            driver_id=transaction.driver_id or "",
            fleet_id=transaction.fleet_id,
            reservation=code,
            supply=await _supply(session, transaction, stood),
            posted_at=transaction.posted_at,
            refers_to=_number_of(before),
            cost_center=note.cost_center if note else "",
            reference=note.reference if note else "",
            buyer=await _buyer(session, transaction),
            course=await course_of(session, code, stood) if told.kind is DocumentKind.RECEIPT else (),
        )
        subject = Subject(
            kind=told.kind,
            month=f"{transaction.posted_at.astimezone(self._issuing.zone):%Y-%m}",
            reservation_code=code,
            driver_id=transaction.driver_id,
            fleet_id=transaction.fleet_id,
            transaction_id=transaction.id,
        )
        key = f"{transaction.key}:{told.kind}"
        as_json = _CONTENT.dump_python(content, mode="json")
        row = await documents.issue_document(session, issuer.series, key, as_json, now, subject)
        await tell(session, row, issuer, now)


def _number_of(document: Document | None) -> str:
    """As it was printed."""
    if document is None:
        return ""
    return content_of(document.content).issuer.number(document.number)


async def _buyer(session: AsyncSession, transaction: LedgerTransaction) -> Buyer | None:
    """The fleet before its driver."""
    for kind, subject in (("fleet", transaction.fleet_id), ("driver", transaction.driver_id)):
        row = None if subject is None else await session.get(BillingParty, (kind, subject))
        if row is not None:
            return buyer_of(row)
    return None


def buyer_of(row: BillingParty) -> Buyer:
    return Buyer(
        name=row.name, address=tuple(row.address.splitlines()), country=row.country, tax_id=row.tax_id
    )


async def _told(
    session: AsyncSession, transaction: LedgerTransaction, before: Sequence[Document]
) -> tuple[Told, Stood] | None:
    """What the transaction, and those before it that needed no document, add to the last document."""
    currency = await _billed_in(session, transaction.id)
    if currency is None:
        return None
    earlier, code = before[-1] if before else None, transaction.reservation_code
    then = await stood_at(session, code, earlier.transaction_id if earlier else None, currency)
    stood = await stood_at(session, code, transaction.id, currency)
    told = told_between(then.standing, stood.standing)
    return None if told is None else (told, stood)


async def _billed_in(session: AsyncSession, transaction_id: int) -> str | None:
    """None: it touches no bill, so that no document tells of it. Raises BooksDisagree."""
    entries = await session.execute(
        select(LedgerEntry.account, LedgerEntry.currency)
        .where(LedgerEntry.transaction_id == transaction_id)
        .distinct()
    )
    currencies = {currency for account, currency in entries if is_of_a_bill(account)}
    if len(currencies) > 1:
        raise BooksDisagree(f"transaction {transaction_id} bills in {sorted(currencies)}")
    return next(iter(currencies), None)


async def _supply(session: AsyncSession, transaction: LedgerTransaction, stood: Stood) -> Supply:
    planned = await _planned(session, transaction.reservation_code)
    progress = stood.ask.progress if stood.ask is not None else None
    place = progress.assignment if progress is not None else None
    site = await session.get(Site, place.site_id if place else planned.site_id if planned else "")
    begins = progress.arrived_at or progress.slot.start if progress else None
    ends = progress.departed_at or progress.slot.end if progress else None
    slot = planned.slot if planned else (transaction.posted_at, transaction.posted_at)
    begins, ends = begins or slot[0], ends or slot[1]
    return Supply(
        site_id=site.id if site else "",
        site_name=site.name if site else "",
        site_address=site.address if site else "",
        zone=site.zone if site else "UTC",
        begins=begins,
        ends=max(begins, ends),
        energy_wh=stood.energy_wh,
    )


class _Planned(NamedTuple):
    site_id: str
    slot: tuple[datetime, datetime]


async def _planned(session: AsyncSession, code: str) -> _Planned | None:
    """As the reservation was shown last; while it is being booked, and is not shown yet, as its place is held."""
    row = await session.get(ReservationRow, code)
    if row is not None:
        return _Planned(row.site_id, (row.slot_start, row.slot_end))
    found = await session.execute(
        select(Pool.site_id, Hold.slot_start, Hold.slot_end)
        .join(Pool, Pool.id == Hold.pool_id)
        .where(Hold.reservation_code == code)
        .order_by(Hold.id.desc())
        .limit(1)
    )
    held = found.first()
    return None if held is None else _Planned(held.site_id, (held.slot_start, held.slot_end))
