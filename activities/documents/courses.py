"""How what a receipt charges was charged: kept with it, as readings are not kept for ever."""

from sqlalchemy.ext.asyncio import AsyncSession

from activities.documents.standing import Stood
from activities.money.metered_sessions import transactions_of
from domain.settlement.course import fewer_of
from domain.settlement.metering import charging_legs
from domain.settlement.so_far import Point, points_of

MOST_STRETCHES = 48


async def course_of(session: AsyncSession, code: str, stood: Stood) -> tuple[Point, ...]:
    """By the readings that are known now. Empty: nothing was charged."""
    if stood.ask is None or not stood.energy_wh:
        return ()
    transactions = [one for one in await transactions_of(session, code) if one.authorised]
    legs = charging_legs(transactions, stood.ask.terms.policy.meter_slack_wh)
    return fewer_of(points_of(legs, transactions), MOST_STRETCHES)
