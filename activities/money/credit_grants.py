"""A credit that an operator gives: written, booked and told in one transaction, once for each key."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from activities.money.credit_expiry import tell
from activities.money.credit_ledger import post_credit, stand_of
from activities.money.credit_records import lock_credits
from activities.money.debt_records import wake_debts
from db.queries.money.credits import credit_of_key
from db.tables import Credit, ReservationRow, Settlement
from domain.errors import Explained
from domain.facts.ledger import CreditGranted as GrantPosted
from domain.facts.money_notices import CreditGranted
from domain.facts.refused_money import BilledInOtherCurrency
from domain.money.accounts import granted
from domain.money.amount import Money
from domain.money.credits import CreditOrigin
from domain.terms.credits import CreditRules


class CreditCurrencyMismatch(Explained):
    """What makes a reservation good is given in the currency of its bill."""

    code = "credit_currency_mismatch"


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """`key`: of the request, so that it is given once. `by`: who asked; `approved_by`: the second person, if any.

    `reservation`: what it makes good, empty for none; that one's own bill is not paid by it. `expires_at` None: never.
    """

    driver_id: str
    amount: Money
    reason: str
    by: str
    key: str
    approved_by: str = ""
    reservation: str = ""
    expires_at: datetime | None = None


async def grant(session: AsyncSession, ask: Grant, now: datetime) -> Credit:
    """The credit: new, or as the same key gave it before. The caller commits. Raises CreditCurrencyMismatch."""
    await lock_credits(session, ask.driver_id)
    known = await credit_of_key(session, ask.key)
    if known is not None:
        return known
    await require_currency(session, ask.reservation, ask.amount.currency)
    warned = None if ask.expires_at is None else max(now, ask.expires_at - CreditRules().warn_before)
    row = Credit(
        key=ask.key,
        driver_id=ask.driver_id,
        currency=ask.amount.currency,
        granted_minor=ask.amount.minor,
        origin=CreditOrigin.GRANT,
        reservation_code=ask.reservation,
        reason=ask.reason,
        granted_by=ask.by,
        approved_by=ask.approved_by,
        granted_at=now,
        expires_at=ask.expires_at,
        warn_at=warned,
    )
    session.add(row)
    await session.flush()
    books = granted(ask.amount, stand_of(row))
    await post_credit(session, row, "granted", books, GrantPosted(credit=row.id), by="operator", now=now)
    await tell(session, row, CreditGranted(amount=ask.amount, until=ask.expires_at), now)
    await wake_debts(session, row, "granted", now)
    return row


async def granted_alone(session: AsyncSession, driver_id: str, currency: str) -> Money:
    """What the driver was granted without a second person so far. Under the lock of the driver's credits."""
    minor = await session.scalar(
        select(func.coalesce(func.sum(Credit.granted_minor), 0)).where(
            Credit.driver_id == driver_id,
            Credit.currency == currency,
            Credit.origin == CreditOrigin.GRANT,
            Credit.approved_by == "",
        )
    )
    return Money(int(minor or 0), currency)


async def require_currency(session: AsyncSession, code: str, currency: str) -> None:
    """`code` empty: of no reservation, in whichever currency. Raises CreditCurrencyMismatch."""
    billed = await _billed_in(session, code) if code else None
    if billed is not None and billed != currency:
        raise CreditCurrencyMismatch(BilledInOtherCurrency(reservation=code, currency=billed))


async def _billed_in(session: AsyncSession, code: str) -> str | None:
    """As it was settled, else as its terms were accepted; None: not known."""
    settled: str | None = await session.scalar(
        select(Settlement.currency)
        .where(Settlement.reservation_code == code)
        .order_by(Settlement.id.desc())
        .limit(1)
    )
    if settled is not None:
        return settled
    accepted: str | None = await session.scalar(
        select(ReservationRow.snapshot["terms"]["tariff"]["currency"].astext).where(
            ReservationRow.code == code
        )
    )
    return accepted
