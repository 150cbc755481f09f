"""How what a receipt charges was charged: kept with it, as readings are not kept for ever."""

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from activities.documents.standing import Stood
from activities.money.metered_sessions import transactions_of
from db.failures import may_pass
from domain.settlement.course import fewer_of
from domain.settlement.metering import charging_legs
from domain.settlement.so_far import Point, points_of
from domain.terms.accepted import Terms

log = structlog.get_logger(__name__)

MOST_STRETCHES = 48


async def course_of(session: AsyncSession, code: str, stood: Stood) -> tuple[Point, ...]:
    """By the readings that are known now. Empty: nothing was charged, or nobody can tell how: no chart is a reason to
    issue no receipt. What may pass is raised.
    """
    if stood.ask is None or not stood.energy_wh:
        return ()
    try:
        async with session.begin_nested():
            return await _course(session, code, stood.ask.terms)
    except Exception as error:
        if may_pass(error):
            raise
        log.exception("course_not_told", reservation=code)
        return ()


async def _course(session: AsyncSession, code: str, terms: Terms) -> tuple[Point, ...]:
    transactions = [one for one in await transactions_of(session, code) if one.authorised]
    legs = charging_legs(transactions, terms.policy.meter_slack_wh)
    return fewer_of(points_of(legs, transactions), MOST_STRETCHES)
