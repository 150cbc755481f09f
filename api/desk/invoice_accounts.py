"""Accounts that pay by invoice: operators open them and book transfers in, whoever has one sees what is open."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from activities.documents.issuing import buyer_of
from activities.money.account_transfers import Transfer, book_transfer
from api.desk.audit import record
from api.desk.documents import name_party, party_under_lock
from api.desk.editions import WHATEVER, Seen, edition_of
from api.desk.principal import Principal
from api.desk.refusals import UnusableValue
from db.engine import Sessions
from db.queries.money import invoice_accounts as queries
from db.queries.newest_first import RowPosition
from db.tables import InvoiceAccount, InvoiceTransfer
from domain.documents.content import Buyer
from domain.facts.audit import AuditFact
from domain.facts.audit_money import InvoiceAccountClosed, InvoiceAccountSet, TransferBooked
from domain.facts.refused_money import NoInvoiceAccount
from domain.money.amount import Money
from domain.money.currencies import currency_of
from domain.money.invoice_accounts import (
    Age,
    Claim,
    OpenItem,
    UnknownInvoiceAccount,
    by_age,
    open_items,
)

_CLAIMS_READ = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountOrder:
    """`limit` None: it may owe whatever it comes to."""

    party: Buyer
    currency: str
    days_to_pay: int
    limit_minor: int | None
    active: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedAccount:
    """`party`: as who it is named on documents."""

    row: InvoiceAccount
    party: Buyer | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """`items`: the oldest first. `ages`: of all that is open. `overpaid`: what was paid beyond everything."""

    account: NamedAccount
    items: tuple[OpenItem, ...]
    ages: Mapping[Age, Money]
    overpaid: Money


def edition_of_account(account: NamedAccount) -> str:
    """Of its terms and its name; what it owes changes without an editor."""
    row = account.row
    return edition_of(row.currency, row.days_to_pay, row.limit_minor, row.active, account.party)


class InvoiceAccounts:
    """`zone`: of the operator's clock, on which months end and days count."""

    def __init__(self, sessions: Sessions, clock: Callable[[], datetime], zone: tzinfo) -> None:
        self._sessions = sessions
        self._clock = clock
        self._zone = zone

    async def put(
        self, principal: Principal, fleet_id: str, order: AccountOrder, seen: Seen = WHATEVER
    ) -> NamedAccount:
        """Opened, or changed for bookings from now on. Raises ScopeMissing, UnusableValue, ChangedMeanwhile."""
        principal.require("operator")
        if not currency_of(order.currency).chargeable:
            raise UnusableValue("currency", "unknown", "currency: none that sites charge in")
        now = self._clock()
        async with self._sessions.begin() as session:
            is_new = await _opened(session, fleet_id, order, now)
            row = await queries.locked_account(session, fleet_id)
            if row is None:
                raise UnknownInvoiceAccount(NoInvoiceAccount(fleet_id=fleet_id))
            who = ("fleet", fleet_id)
            party, unnamed = await party_under_lock(session, who, order.party, now)
            before = NamedAccount(row=row, party=None if unnamed else buyer_of(party))
            seen.check(None if is_new else edition_of_account(before))
            if row.currency != order.currency:
                raise UnusableValue("currency", "fixed", "currency: of an account it stays as it is")
            row.days_to_pay, row.limit_minor, row.active = order.days_to_pay, order.limit_minor, order.active
            row.changed_at = now
            await name_party(session, who, order.party, now)
            await record(session, principal, _fact(order), fleet_id, at=now)
            return await _known(session, fleet_id)

    async def page(self, principal: Principal, after: str, limit: int) -> Sequence[NamedAccount]:
        """All, up to `limit` + 1, by their fleets. Raises ScopeMissing."""
        principal.require("operator")
        async with self._sessions() as session:
            return [_named(one) for one in await queries.accounts_after(session, after, limit)]

    async def owed(self, principal: Principal, fleet_id: str | None) -> Owed:
        """What is open; None: of the caller's own fleet. Raises ScopeMissing, UnknownInvoiceAccount."""
        if fleet_id is None:
            fleet_id = principal.require_fleet()
        else:
            principal.require("operator")
        async with self._sessions() as session:
            account = await _known(session, fleet_id)
            claims = await self._claims(session, account.row)
        owed = Money(account.row.open_minor, account.row.currency)
        items = open_items(
            claims,
            owed,
            days_to_pay=account.row.days_to_pay,
            today=self._clock().astimezone(self._zone).date(),
        )
        return Owed(
            account=account,
            items=items,
            ages=by_age(items, owed.currency),
            overpaid=Money(max(0, -owed.minor), owed.currency),
        )

    async def transfers(
        self, principal: Principal, fleet_id: str, after: RowPosition | None, limit: int
    ) -> Sequence[InvoiceTransfer]:
        """Up to `limit` + 1, the latest first. Raises ScopeMissing, UnknownInvoiceAccount."""
        principal.require("operator")
        async with self._sessions() as session:
            await _known(session, fleet_id)
            return await queries.transfers(session, fleet_id, after, limit)

    async def book(
        self, principal: Principal, fleet_id: str, amount: Money, *, reference: str, on: date, note: str
    ) -> InvoiceTransfer:
        """Booked in, once for each reference of the bank.

        Raises ScopeMissing, UnusableValue, UnknownInvoiceAccount, TransferBookedOtherwise.
        """
        principal.require("operator")
        now = self._clock()
        if amount.is_zero:
            raise UnusableValue("amount_minor", "zero", "amount_minor: nothing moved")
        if on > now.astimezone(self._zone).date():
            raise UnusableValue("received_on", "future", "received_on: lies ahead")
        transfer = Transfer(
            fleet_id=fleet_id, reference=reference, amount=amount, on=on, note=note, by=principal.subject
        )
        async with self._sessions.begin() as session:
            row = await queries.locked_account(session, fleet_id)
            if row is None:
                raise UnknownInvoiceAccount(NoInvoiceAccount(fleet_id=fleet_id))
            if row.currency != amount.currency:
                raise UnusableValue("currency", "other", f"currency: the account is in {row.currency}")
            booked, is_new = await book_transfer(session, row, transfer, now)
            if is_new:
                fact = TransferBooked(amount=amount, reference=reference)
                await record(session, principal, fact, fleet_id, at=now)
            return booked

    async def _claims(self, session: AsyncSession, row: InvoiceAccount) -> Sequence[Claim]:
        """The newest, as many as may be open."""
        found: list[Claim] = []
        left = row.open_minor
        async for one in queries.claims_of(session, row.fleet_id):
            if left <= 0 or len(found) >= _CLAIMS_READ:
                break
            on = one.posted_at.astimezone(self._zone).date()
            found.append(
                Claim(reservation=one.reservation, amount=Money(one.minor, row.currency), invoiced_on=on)
            )
            left -= max(0, one.minor)
        return found


def _fact(order: AccountOrder) -> AuditFact:
    if not order.active:
        return InvoiceAccountClosed()
    limit = None if order.limit_minor is None else Money(order.limit_minor, order.currency)
    return InvoiceAccountSet(days_to_pay=order.days_to_pay, limit=limit)


async def _known(session: AsyncSession, fleet_id: str) -> NamedAccount:
    found = await queries.account_of(session, fleet_id)
    if found is None:
        raise UnknownInvoiceAccount(NoInvoiceAccount(fleet_id=fleet_id))
    return _named(found)


def _named(found: queries.NamedRow) -> NamedAccount:
    return NamedAccount(row=found.row, party=None if found.party is None else buyer_of(found.party))


async def _opened(session: AsyncSession, fleet_id: str, order: AccountOrder, now: datetime) -> bool:
    """False: there is one."""
    made = insert(InvoiceAccount).values(
        fleet_id=fleet_id,
        currency=order.currency,
        days_to_pay=order.days_to_pay,
        limit_minor=order.limit_minor,
        active=order.active,
        changed_at=now,
    )
    made = made.on_conflict_do_nothing(index_elements=["fleet_id"])
    return await session.scalar(made.returning(InvoiceAccount.fleet_id)) is not None
