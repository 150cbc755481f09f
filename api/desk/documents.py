"""Documents that were issued: each caller's own, all of them for operators; and what is to stand on them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from activities.documents.issuing import buyer_of, content_of
from activities.documents.statements import statement_of
from api.desk.access import Access, of_ones_own
from api.desk.budgets import check_named
from api.desk.editions import WHATEVER, Seen, edition_of
from api.desk.principal import SCOPES, SCOPES_OF, Principal
from db.engine import Sessions
from db.queries.money import documents
from db.queries.money.billing import note_under_lock
from db.queries.money.documents import DocumentFilter, Listed
from db.queries.newest_first import RowPosition
from db.tables import BillingNote, BillingParty, Document
from domain.documents.content import Buyer, Content, DocumentKind
from domain.documents.statement import Statement
from domain.errors import UnknownDocument
from domain.facts.refused_money import NoSuchDocument
from domain.money.amount import Money
from domain.reservation.actions.action import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """`number`: as people read it. `count`: within its series. `outstanding`: of a statement, what is invoiced.

    In a list a statement's content is without its entries.
    """

    id: int
    number: str
    count: int
    issued_at: datetime
    month: str
    content: Content | Statement
    gross: Money
    outstanding: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    reservation: str
    cost_center: str
    reference: str


class Documents:
    def __init__(self, sessions: Sessions, access: Access, clock: Callable[[], datetime]) -> None:
        self._sessions = sessions
        self._access = access
        self._clock = clock

    async def page(
        self, principal: Principal, wanted: DocumentFilter, after: RowPosition | None, limit: int
    ) -> Sequence[Issued]:
        """Up to `limit` + 1 of those the caller may see, the latest first. Raises ScopeMissing."""
        principal.require(*SCOPES)
        seen = wanted if principal.is_operator else of_ones_own(principal, wanted)
        if seen is None:
            return ()
        async with self._sessions() as session:
            return [_listed(row) for row in await documents.page(session, seen, after, limit)]

    async def one(self, principal: Principal, document_id: int) -> Issued:
        """Raises ScopeMissing, UnknownDocument for one that is not there or somebody else's."""
        principal.require(*SCOPES)
        async with self._sessions() as session:
            row = await session.get(Document, document_id)
        if row is None or not _may_see(principal, row):
            raise UnknownDocument(NoSuchDocument(document=str(document_id)))
        return issued(row)

    async def note(
        self, principal: Principal, text: str, *, cost_center: str, reference: str, seen: Seen = WHATEVER
    ) -> Noted:
        """For documents that are issued from now on.

        Raises ScopeMissing, InvalidReservationCode, UnknownReservation, UnknownCostCenter, ChangedMeanwhile.
        """
        principal.require(*SCOPES_OF[Actor.DRIVER])
        found = await self._access.find_own(principal, text)
        now, fleet_id = self._clock(), principal.fleet_id if found.view is None else found.view.fleet_id
        async with self._sessions.begin() as session:
            row = await note_under_lock(session, found.code, now)
            seen.check(edition_of_note(_noted(found.code, row)))
            if cost_center != row.cost_center:
                await check_named(session, fleet_id, cost_center)
            row.cost_center, row.reference, row.changed_at = cost_center, reference, now
            return _noted(found.code, row)

    async def own_note(self, principal: Principal, text: str) -> Noted:
        """Raises ScopeMissing, InvalidReservationCode, UnknownReservation."""
        principal.require(*SCOPES_OF[Actor.DRIVER])
        found = await self._access.find_own(principal, text)
        return await self.noted(found.code)

    async def noted(self, code: str) -> Noted:
        """Of a reservation that the caller may read; that is asked before."""
        async with self._sessions() as session:
            row = await session.get(BillingNote, code)
        return _noted(code, row)

    async def party(self, principal: Principal) -> Buyer | None:
        """As who the caller wants to be named on invoices. Raises ScopeMissing."""
        kind, subject = _as_buyer(principal)
        async with self._sessions() as session:
            row = await session.get(BillingParty, (kind, subject))
        return None if row is None else buyer_of(row)

    async def name_party(self, principal: Principal, buyer: Buyer, seen: Seen = WHATEVER) -> Buyer:
        """For documents that are issued from now on. Raises ScopeMissing, ChangedMeanwhile."""
        who = _as_buyer(principal)
        async with self._sessions.begin() as session:
            return await name_party(session, who, buyer, self._clock(), seen)


def edition_of_note(noted: Noted) -> str:
    return edition_of(noted)


def edition_of_party(buyer: Buyer) -> str:
    return edition_of(buyer)


async def name_party(
    session: AsyncSession, who: tuple[str, str], buyer: Buyer, now: datetime, seen: Seen = WHATEVER
) -> Buyer:
    """`who`: kind and subject of the billing party. Raises ChangedMeanwhile."""
    row, is_new = await party_under_lock(session, who, buyer, now)
    seen.check(None if is_new else edition_of_party(buyer_of(row)))
    for name, value in _columns(buyer, now).items():
        setattr(row, name, value)
    return buyer_of(row)


async def party_under_lock(
    session: AsyncSession, who: tuple[str, str], buyer: Buyer, now: datetime
) -> tuple[BillingParty, bool]:
    """Named `buyer`, and True, where nobody had named it."""
    kind, subject = who
    made = insert(BillingParty).values(kind=kind, subject=subject, **_columns(buyer, now))
    made = made.on_conflict_do_nothing()
    is_new = await session.scalar(made.returning(BillingParty.kind)) is not None
    row = await session.get_one(BillingParty, who, with_for_update=True, populate_existing=True)
    return row, is_new


def _columns(buyer: Buyer, now: datetime) -> dict[str, Any]:
    return {
        "name": buyer.name,
        "address": "\n".join(buyer.address),
        "country": buyer.country,
        "tax_id": buyer.tax_id,
        "changed_at": now,
    }


def _noted(code: str, row: BillingNote | None) -> Noted:
    return Noted(
        reservation=code,
        cost_center="" if row is None else row.cost_center,
        reference="" if row is None else row.reference,
    )


def _as_buyer(principal: Principal) -> tuple[str, str]:
    """A fleet for all of its drivers, a driver for themselves. Raises ScopeMissing."""
    principal.require(*SCOPES_OF[Actor.DRIVER])
    if "fleet" in principal.scopes and principal.fleet_id is not None:
        return "fleet", principal.fleet_id
    principal.require("driver")
    return "driver", principal.subject


def issued(row: Document) -> Issued:
    if row.kind == DocumentKind.STATEMENT:
        statement = statement_of(row.content)
        return _issued(row, statement, statement.gross, statement.invoiced)
    content = content_of(row.content)
    return _issued(row, content, content.told.gross, content.told.outstanding)


def _listed(row: Listed) -> Issued:
    """Nothing is read that grows with a fleet's month."""
    if row.kind == DocumentKind.STATEMENT:
        statement = statement_of({**row.content, "entries": ()})
        sums = (Money(minor, statement.currency) for minor in (row.gross_minor, row.invoiced_minor))
        return _issued(row, statement, *sums)
    content = content_of(row.content)
    return _issued(row, content, content.told.gross, content.told.outstanding)


def _issued(row: Document | Listed, content: Content | Statement, gross: Money, outstanding: Money) -> Issued:
    return Issued(
        id=row.id,
        number=content.issuer.number(row.number),
        count=row.number,
        issued_at=row.issued_at,
        month=row.month,
        content=content,
        gross=gross,
        outstanding=outstanding,
    )


def _may_see(principal: Principal, row: Document) -> bool:
    return principal.is_operator or principal.owns(driver_id=row.driver_id or "", fleet_id=row.fleet_id)
