"""How a reservation's money stood at a transaction of the ledger: the bill that stood then, and what was paid of it.

Read from what is never changed (ledger, lines of settlements), so that it is the same whenever it is asked.
"""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from activities.money.settlement_records import ask_of, bill_of
from contracts.money import SettleReservation
from db.tables import LedgerEntry, LedgerTransaction, Settlement
from domain.documents.changes import Standing, nothing, paid_in
from domain.facts.fact import code_of
from domain.facts.ledger import AdvanceTaken, PaymentsVoided
from domain.money.accounts import ADVANCES, REVENUE, TAX, Books, Stand, taken_of
from domain.money.advances import advance_lines
from domain.money.amount import Money, total
from domain.money.lines import LineItem, LineKind

_STAND = (
    LedgerEntry.account,
    LedgerEntry.cause,
    LedgerEntry.line,
    LedgerEntry.position,
    LedgerEntry.provider_object,
)


_BILLED = (REVENUE, TAX, ADVANCES)


class BooksDisagree(Exception):
    """A bill's lines are not what the ledger says: nothing is issued about them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stood:
    """`ask`: what was settled last; None where nothing was, or it was not kept."""

    standing: Standing
    ask: SettleReservation | None
    energy_wh: int = 0


async def stood_at(session: AsyncSession, code: str, transaction_id: int | None, currency: str) -> Stood:
    """`transaction_id` None: before the first. Raises BooksDisagree."""
    if transaction_id is None:
        return Stood(standing=nothing(currency), ask=None)
    books = await _books(session, code, transaction_id, currency)
    row = await _settlement(session, code, transaction_id)
    bill = await bill_of(session, row)
    ask = None if row is None else ask_of(row)
    on_account = ask is not None and ask.account != ""
    lines = await _advance(session, code, transaction_id, books) if bill is None else bill.lines
    if await _voided_since(session, code, row, transaction_id):
        lines = tuple(line for line in lines if on_account and line.kind is LineKind.COMPENSATION)
    standing = Standing(
        currency=currency,
        lines=lines,
        rate_basis_points=_rate(lines, ask),
        paid=paid_in(books, currency),
        on_account=on_account,
    )
    _require_agreement(code, books, lines)
    return Stood(standing=standing, ask=ask, energy_wh=bill.energy_wh if bill else 0)


async def _books(session: AsyncSession, code: str, transaction_id: int, currency: str) -> Books:
    rows = await session.execute(
        select(*_STAND, func.sum(LedgerEntry.amount_minor))
        .join(LedgerTransaction, LedgerTransaction.id == LedgerEntry.transaction_id)
        .where(
            LedgerTransaction.reservation_code == code,
            LedgerTransaction.id <= transaction_id,
            LedgerEntry.currency == currency,
        )
        .group_by(*_STAND)
        .order_by(*_STAND)
    )
    return {
        Stand(account=account, cause=cause, line=line, position=position, provider_object=of): Money(
            int(minor), currency
        )
        for account, cause, line, position, of, minor in rows
        if minor
    }


async def _settlement(session: AsyncSession, code: str, transaction_id: int) -> Settlement | None:
    """The newest that was posted by then."""
    found: Settlement | None = await session.scalar(
        select(Settlement)
        .join(LedgerTransaction, LedgerTransaction.key == Settlement.reservation_code + ":" + Settlement.step)
        .where(Settlement.reservation_code == code, LedgerTransaction.id <= transaction_id)
        .order_by(LedgerTransaction.id.desc())
        .limit(1)
    )
    return found


async def _advance(
    session: AsyncSession, code: str, transaction_id: int, books: Books
) -> tuple[LineItem, ...]:
    """What was taken before any settlement, and stands; nothing of what was posted without its tax."""
    if not any(stand.account == ADVANCES for stand in books):
        return ()
    percent: float | None = await session.scalar(
        select(LedgerTransaction.parameters["percent"].as_float())
        .where(
            LedgerTransaction.reservation_code == code,
            LedgerTransaction.code == code_of(AdvanceTaken),
            LedgerTransaction.id <= transaction_id,
        )
        .order_by(LedgerTransaction.id.desc())
        .limit(1)
    )
    taken = list(taken_of(books).values())
    return advance_lines(total(taken, taken[0].currency), round((percent or 0) * 100))


async def _voided_since(
    session: AsyncSession, code: str, row: Settlement | None, transaction_id: int
) -> bool:
    """Was everything reversed after that settlement?"""
    if row is None:
        return False
    posted = (
        select(LedgerTransaction.id).where(LedgerTransaction.key == f"{code}:{row.step}").scalar_subquery()
    )
    found = await session.scalar(
        select(LedgerTransaction.id)
        .where(
            LedgerTransaction.reservation_code == code,
            LedgerTransaction.code == PaymentsVoided(reason="").code,
            LedgerTransaction.id > posted,
            LedgerTransaction.id <= transaction_id,
        )
        .limit(1)
    )
    return found is not None


def _rate(lines: tuple[LineItem, ...], ask: SettleReservation | None) -> int:
    for line in lines:
        if line.kind is LineKind.TAX and line.rate_basis_points is not None:
            return line.rate_basis_points
    return ask.terms.tariff.tax_basis_points if ask is not None else 0


def _require_agreement(code: str, books: Books, lines: tuple[LineItem, ...]) -> None:
    billed: dict[str, int] = {}
    for line in lines:
        billed[line.kind] = billed.get(line.kind, 0) + line.amount.minor
    posted: dict[str, int] = {}
    for stand, amount in books.items():
        if stand.line and stand.account.startswith(_BILLED):
            posted[stand.line] = posted.get(stand.line, 0) - amount.minor
    billed.pop(LineKind.COMPENSATION, None)
    if {kind: minor for kind, minor in billed.items() if minor} != {k: m for k, m in posted.items() if m}:
        raise BooksDisagree(f"{code}: its lines are {billed}, the ledger has {posted}")
