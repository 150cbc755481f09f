"""The ledger, for operators: a trial balance, entries page by page, and a span of time as a stream."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from db.queries.newest_first import RowPosition, newest_first
from db.tables import LedgerEntry, LedgerTransaction
from domain.money.accounts import Stand
from domain.money.amount import Money
from domain.money.ledger_export import Posted

ROWS_AT_ONCE = 500
_OF = LedgerTransaction
_ENTRY = LedgerEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerFilter:
    """None: whatever it is. `since` and what follows until before `until`, by the instant of posting."""

    since: datetime | None = None
    until: datetime | None = None
    account: str | None = None
    currency: str | None = None
    cause: str | None = None
    line: str | None = None
    provider_object: str | None = None
    reservation_code: str | None = None
    driver_id: str | None = None
    fleet_id: str | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        equal: tuple[tuple[Any, Any], ...] = (
            (_ENTRY.account, self.account),
            (_ENTRY.currency, self.currency),
            (_ENTRY.cause, self.cause),
            (_ENTRY.line, self.line),
            (_ENTRY.provider_object, self.provider_object),
            (_OF.reservation_code, self.reservation_code),
            (_OF.driver_id, self.driver_id),
            (_OF.fleet_id, self.fleet_id),
        )
        found = [column == value for column, value in equal if value is not None]
        if self.since is not None:
            found.append(_OF.posted_at >= self.since)
        if self.until is not None:
            found.append(_OF.posted_at < self.until)
        return found


class AccountBalance(NamedTuple):
    """Minor units: what stood on the account before, what moved in between, both sides not negative."""

    account: str
    currency: str
    opening: int
    debit: int
    credit: int

    @property
    def closing(self) -> int:
        return self.opening + self.debit - self.credit


async def trial_balance(session: AsyncSession, since: datetime, wanted: LedgerFilter) -> list[AccountBalance]:
    """Of `wanted` (its `until` is the end), with what was before `since` as opening; by account and currency."""
    amount, within = _ENTRY.amount_minor, _OF.posted_at >= since
    statement = (
        select(
            _ENTRY.account,
            _ENTRY.currency,
            func.coalesce(func.sum(amount).filter(~within), 0),
            func.coalesce(func.sum(amount).filter(within, amount > 0), 0),
            func.coalesce(func.sum(-amount).filter(within, amount < 0), 0),
        )
        .join(_OF, _OF.id == _ENTRY.transaction_id)
        .where(*wanted.conditions())
        .group_by(_ENTRY.account, _ENTRY.currency)
        .order_by(_ENTRY.currency, _ENTRY.account)
    )
    return [
        AccountBalance(account, currency, int(opening), int(debit), int(credit))
        for account, currency, opening, debit, credit in await session.execute(statement)
    ]


async def page(
    session: AsyncSession, wanted: LedgerFilter, after: RowPosition | None, limit: int
) -> Sequence[Posted]:
    """Up to `limit` + 1, what was posted last first."""
    joined = _posted(wanted)
    if after is not None:
        # The position is of two tables, which no index has: this bounds what is read by one of the first.
        joined = joined.where(_OF.posted_at <= after.at)
    statement = newest_first(joined, _OF.posted_at, _ENTRY.id, after, limit)
    return [_row(*found) for found in await session.execute(statement)]


async def stream(session: AsyncSession, wanted: LedgerFilter) -> AsyncIterator[Posted]:
    """Begun, so that a database that is away is known before the first row; oldest first, transactions together."""
    statement = _posted(wanted).order_by(_OF.posted_at, _OF.id, _ENTRY.id)
    rows = await session.stream(statement.execution_options(yield_per=ROWS_AT_ONCE))
    return (_row(*found) async for found in rows)


def _posted(wanted: LedgerFilter) -> Select[LedgerEntry, LedgerTransaction]:
    joined = select(LedgerEntry, LedgerTransaction).join(_OF, _OF.id == _ENTRY.transaction_id)
    return joined.where(*wanted.conditions())


def _row(entry: LedgerEntry, of: LedgerTransaction) -> Posted:
    return Posted(
        entry=entry.id,
        transaction=of.id,
        at=of.posted_at,
        reservation=of.reservation_code,
        step=of.step,
        driver=of.driver_id,
        fleet=of.fleet_id,
        transaction_cause=of.cause,
        what=of.code,
        stand=Stand(
            account=entry.account,
            cause=entry.cause,
            line=entry.line,
            position=entry.position,
            provider_object=entry.provider_object,
        ),
        amount=Money(entry.amount_minor, entry.currency),
    )
