"""A further hold of a reservation that has one: how it is written, wherever its place was found."""

from sqlalchemy.ext.asyncio import AsyncSession

from activities.holds.answers import held
from activities.holds.drivers import credentials_of
from activities.holds.writing import promise
from contracts.holds import HeldConnector, HoldReplacement
from domain.place.choice import Choice
from domain.place.connectors import PoolConnector
from domain.place.holds import HoldTimes
from domain.place.pool import Pool


async def hold_too(
    session: AsyncSession,
    ask: HoldReplacement,
    choice: Choice,
    times: HoldTimes,
    pool: Pool,
    connector: PoolConnector,
    *,
    among: frozenset[int] | None = None,
) -> HeldConnector:
    """Fixed where it is. `pool`: as its driver sees it, with what they need. `among`: as `Ground.admitted` says."""
    credentials = await credentials_of(session, driver_id=ask.driver_id, code=ask.code, now=ask.now)
    hold = await promise(
        session,
        choice,
        times,
        code=ask.code,
        step=ask.step,
        driver_id=ask.driver_id,
        credentials=credentials,
        policy=ask.terms.policy,
        now=ask.now,
        locked=True,
        among=among,
        needs=pool.needs,
    )
    return held(hold, connector, pool.facts.power_w, credentials)
