"""A booking that came to nothing gives its holds back."""

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from contracts.holds import GivenUp, GiveUpBooking
from db.queries.money.quotes import give_back
from db.queries.releasing import release
from db.tables import Payment
from domain.reservation.release import ReleaseReason


async def give_up(session: AsyncSession, ask: GiveUpBooking) -> GivenUp:
    await release(session, ask.code, ReleaseReason.DECLINED, ask.now)
    await give_back(session, ask.code)
    payments = await session.scalar(select(exists().where(Payment.reservation_code == ask.code)))
    return GivenUp(payments=bool(payments))
