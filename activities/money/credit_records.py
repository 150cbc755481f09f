"""Our record of credits: what bills give, and what pays them, always under the lock of the driver's credits.

What pays a bill is decided with the bill, before money moves; what a bill gives is written when it is posted, and
what a later bill takes back is taken back as far as nobody has spent it. The lock of a reservation's money is taken
before that of a driver's credits, never after it.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from activities.money.debt_records import wake_debts
from contracts.money import SettleReservation
from db.queries.debts import debt_of
from db.queries.money.credits import given_for, open_credits, uses_of
from db.queries.money.returns import returned_in_all, returned_of
from db.tables import Credit, CreditUse, Payment
from domain.money import accounts
from domain.money.amount import Money, total, zero
from domain.money.bill import Bill
from domain.money.credits import CreditOrigin, drawn, revived, to_spend
from domain.settlement.credits import Given, given_by
from domain.terms.credits import CreditRules


async def lock_credits(session: AsyncSession, driver_id: str) -> None:
    """One spender, granter or expirer at a time for each driver, until the transaction ends."""
    await session.execute(
        select(func.pg_advisory_xact_lock(func.hashtextextended(f"credits:{driver_id}", 0)))
    )


async def spend_for(session: AsyncSession, ask: SettleReservation, bill: Bill) -> None:
    """Decide what of the bill credits pay, once a step, in the transaction that decides the bill.

    More than is charged revives; what is not paid by money or credits yet is paid by credits that are open. Where less
    is charged than before, money is given back first: no credit revives while it still pays what is charged.
    """
    code, driver, currency = ask.code, ask.driver_id, bill.charge.currency
    held = total([use.amount for use in await uses_of(session, code)], currency)
    if held > bill.charge:
        await lock_credits(session, driver)
        await _revive(session, code, ask.step, held - bill.charge, ask.now)
        return
    missing = bill.charge - held
    if missing.is_zero or not await open_credits(session, driver, currency, at=ask.now, not_of=code):
        return
    missing -= await _paid_otherwise(session, code, missing)
    await lock_credits(session, driver)
    found = await open_credits(session, driver, currency, at=ask.now, not_of=code)
    amount = to_spend(missing, total([one.left for one in found], currency))
    await use_credits(session, code, ask.step, drawn(amount, found), ask.now)


async def _paid_otherwise(session: AsyncSession, code: str, missing: Money) -> Money:
    """What was taken by the provider and not given back, or forgone before, as far as we know here: also what a lost
    dispute had settled, as a bill that rises again is paid by that first.
    """
    minor = await session.scalar(
        select(func.coalesce(func.sum(Payment.paid_minor + Payment.settled_minor), 0)).where(
            Payment.reservation_code == code
        )
    )
    debt = await debt_of(session, code)
    known = int(minor or 0) + (debt.written_off_minor if debt is not None else 0)
    known -= (await returned_in_all(session, code, missing.currency)).minor
    return min(missing, Money(known, missing.currency))


async def voided_books(
    session: AsyncSession, code: str, present: accounts.Books, now: datetime
) -> accounts.Books:
    """Nothing of the reservation is paid any more: the credits that paid are open again.

    What it gave for prices is taken back as far as nobody has spent it; compensation stays.
    """
    await _give_back_all(session, code, now)
    given = await given_for(session, code)
    if not given:
        return accounts.voided(present)
    for driver in sorted({row.driver_id for row in given}):
        await lock_credits(session, driver)
    given = await given_for(session, code)
    for row in given:
        if row.origin == CreditOrigin.NEGATIVE_PRICE:
            row.granted_minor = row.spent_minor + row.expired_minor
    await session.flush()
    stands = [Money(row.granted_minor, row.currency) for row in given]
    return accounts.voided(present, total(stands, given[0].currency))


async def _give_back_all(session: AsyncSession, code: str, now: datetime) -> None:
    used = await uses_of(session, code)
    if not used:
        return
    for driver in sorted({use.credit.driver_id for use in used}):
        await lock_credits(session, driver)
    steps = await session.scalar(
        select(func.count()).select_from(CreditUse).where(CreditUse.reservation_code == code)
    )
    for use in used:
        await use_credits(session, code, f"void-{steps}", {use.credit.id: -use.amount}, now)
        await wake_debts(session, use.credit, f"{code}:void-{steps}", now)


async def _revive(session: AsyncSession, code: str, step: str, amount: Money, now: datetime) -> None:
    uses = await uses_of(session, code)
    given_back = {credit: -part for credit, part in revived(amount, [use.revivable for use in uses]).items()}
    await use_credits(session, code, step, given_back, now)
    for use in uses:
        if use.credit.id in given_back:
            await wake_debts(session, use.credit, f"{code}:{step}", now)


async def use_credits(
    session: AsyncSession, code: str, step: str, parts: Mapping[int, Money], now: datetime
) -> None:
    """Under the lock of the driver's credits. Negative parts are given back."""
    session.add_all(
        CreditUse(credit_id=credit, reservation_code=code, step=step, amount_minor=part.minor, at=now)
        for credit, part in parts.items()
    )
    await session.flush()


async def credits_after(session: AsyncSession, ask: SettleReservation, bill: Bill) -> None:
    """Bring what the reservation's bills have given to what the one gives that is being posted.

    What was spent or has expired stays given.
    """
    given = given_by(bill, ask.progress)
    if not given and not await given_for(session, ask.code):
        return
    await lock_credits(session, ask.driver_id)
    rows = {CreditOrigin(row.origin): row for row in await given_for(session, ask.code)}
    for origin, row in rows.items():
        _changed(row, given.get(origin), ask)
    session.add_all(_given(ask, origin, one) for origin, one in given.items() if origin not in rows)
    await session.flush()
    for row in await given_for(session, ask.code):
        await wake_debts(session, row, f"{row.granted_minor}", ask.now)


def _changed(row: Credit, given: Given | None, ask: SettleReservation) -> None:
    wanted = given.amount.minor if given is not None else 0
    amount = max(wanted, row.spent_minor + row.expired_minor)
    if amount > row.granted_minor:
        row.expires_at, row.warn_at = lifetime(ask.terms.policy.credits, ask.now)
    row.granted_minor = amount
    if given is not None:
        row.cause = given.cause


def _given(ask: SettleReservation, origin: CreditOrigin, given: Given) -> Credit:
    expires_at, warn_at = lifetime(ask.terms.policy.credits, ask.now)
    return Credit(
        key=f"{ask.code}:{origin}",
        driver_id=ask.driver_id,
        currency=given.amount.currency,
        granted_minor=given.amount.minor,
        origin=origin,
        cause=given.cause,
        reservation_code=ask.code,
        granted_at=ask.now,
        expires_at=expires_at,
        warn_at=warn_at,
    )


def lifetime(rules: CreditRules, now: datetime) -> tuple[datetime | None, datetime | None]:
    """Until when what is given now can be spent, and when its driver is told of that."""
    if rules.expire_after is None:
        return None, None
    return now + rules.expire_after, now + max(timedelta(0), rules.expire_after - rules.warn_before)


async def settled_books(
    session: AsyncSession,
    code: str,
    bill: Bill,
    *,
    taken: accounts.Taken,
    claimed: accounts.Taken,
    written_off: Money,
    on_account: bool = False,
) -> accounts.Books:
    """Where the reservation's money stands with this bill, and with the credits that it gave and spent."""
    currency = bill.charge.currency
    given = [Money(row.granted_minor, row.currency) for row in await given_for(session, code)]
    return accounts.settled(
        bill.lines,
        taken=taken,
        claimed=claimed,
        written_off=written_off,
        credit_spent=total([use.amount for use in await uses_of(session, code)], currency),
        credit_kept=total(given, currency) - bill.credit if given else zero(currency),
        returned=await returned_of(session, code),
        on_account=on_account,
    )
