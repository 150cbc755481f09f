"""Credits that were not spent in time: their drivers are told before, and what is left then is booked as income.

A loop of the worker. What a bill that is not posted yet has reserved counts as spent: it does not expire under it.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from activities.money.credit_ledger import post_credit, stand_of
from activities.money.credit_records import lock_credits
from activities.rounds import repeat
from db.engine import Sessions, create_sessions
from db.notifications import record_notice
from db.queries.money.credits import IS_OPEN
from db.tables import Credit
from domain.facts.ledger import CreditExpired as ExpiryPosted
from domain.facts.money_notices import CreditExpired, CreditExpiresSoon
from domain.facts.notices import NoticeFact
from domain.money.accounts import expired
from domain.money.amount import Money

log = structlog.get_logger(__name__)

_SWEEP = timedelta(minutes=1)
AT_MOST = 200
"""Of each kind in one round; the next one goes on."""


async def expire_credits(engine: AsyncEngine, stop: asyncio.Event) -> None:
    """Until `stop` is set."""
    sessions = create_sessions(engine)

    async def go_round() -> None:
        now = datetime.now(UTC)
        await warn_of_expiry(sessions, now)
        await expire_due(sessions, now)

    await repeat("credits", go_round, _SWEEP, stop)


async def warn_of_expiry(sessions: Sessions, now: datetime) -> int:
    """Tell those whose credits expire soon, once each; how many."""
    return await _each(sessions, Credit.warn_at <= now, _warn, now)


async def expire_due(sessions: Sessions, now: datetime) -> int:
    """Book what is left of credits whose time is over; how many there were."""
    return await _each(sessions, Credit.expires_at <= now, _expire, now)


async def _each(
    sessions: Sessions,
    is_due: ColumnElement[bool],
    work: Callable[[AsyncSession, Credit, datetime], Awaitable[None]],
    now: datetime,
) -> int:
    """A transaction for each, under the lock of its driver's credits; what somebody else did meanwhile is left out."""
    async with sessions() as session:
        found = (await session.execute(_due(is_due).limit(AT_MOST))).all()
    done = 0
    for number, driver in found:
        async with sessions.begin() as session:
            await lock_credits(session, driver)
            row = await session.scalar(select(Credit).where(Credit.id == number, IS_OPEN, is_due))
            if row is not None:
                await work(session, row, now)
                done += 1
    return done


def _due(is_due: ColumnElement[bool]) -> Select[int, str]:
    return select(Credit.id, Credit.driver_id).where(IS_OPEN, is_due).order_by(Credit.id)


async def _warn(session: AsyncSession, row: Credit, now: datetime) -> None:
    if row.expires_at is not None and row.expires_at > now:
        await tell(session, row, CreditExpiresSoon(amount=_left(row), until=row.expires_at), now)
    row.warn_at = None


async def _expire(session: AsyncSession, row: Credit, now: datetime) -> None:
    left = _left(row)
    row.expired_minor += left.minor
    row.warn_at = None
    books = expired(left, stand_of(row))
    fact = ExpiryPosted(credit=row.id)
    await post_credit(session, row, f"expired-{row.expired_minor}", books, fact, by="system", now=now)
    await tell(session, row, CreditExpired(amount=left), now)


def _left(row: Credit) -> Money:
    return Money(row.granted_minor - row.spent_minor - row.expired_minor, row.currency)


async def tell(session: AsyncSession, row: Credit, notice: NoticeFact, now: datetime) -> None:
    """The driver, once for what the credit is at this point."""
    await record_notice(
        session,
        notice,
        key=f"credit-{row.id}:{notice.code}:{now.isoformat()}",
        driver_id=row.driver_id,
        reservation_code=row.reservation_code,
        at=now,
    )
