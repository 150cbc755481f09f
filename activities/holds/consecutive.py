"""Two slots of one driver that follow each other on one berth: seen from the first one's end, and from the second.

The rules stand in `domain.charging.matching`. Nothing is written here.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from contracts.matching import StayEnds
from db.queries.charging.claims import claims_of
from db.tables import Connector, Hold, Pool
from domain.charging.matching import Claim, SeenSession, Standing, is_there_already, next_slot


async def next_slot_ends(session: AsyncSession, hold: Hold, stay: StayEnds) -> datetime | None:
    """When the driver's next slot at the berth where they stand ends; None: they have none."""
    pool = await session.get_one(Pool, hold.pool_id)
    claims = await claims_of(session, driver_id=hold.driver_id, site_id=pool.site_id, at=stay.at)
    others = [claim for claim in claims if claim.reservation_code != hold.reservation_code]
    if not others:
        return None
    found = next_slot(hold.driver_id, stay.at, await _berth(session, stay.connector_id), others)
    return None if found is None else found.end


async def there_already(
    session: AsyncSession, claim: Claim, others: Sequence[Claim], seen: Sequence[SeenSession]
) -> tuple[str, ...]:
    """Reservations of the driver with whose car they stand at the claim's berth, or stood there in its slot."""
    near = [one for one in seen if one.priced_by not in (None, claim.reservation_code)]
    if not near:
        return ()
    berth = await _berth(session, claim.connector_id)
    open_ones = {other.reservation_code for other in others if other.standing is Standing.OPEN}
    there = (one.priced_by for one in near if is_there_already(claim, one, berth, open_ones))
    return tuple(code for code in there if code is not None)


async def _berth(session: AsyncSession, connector_id: int) -> frozenset[int]:
    here = select(Connector.berth_id).where(Connector.id == connector_id).scalar_subquery()
    return frozenset(await session.scalars(select(Connector.id).where(Connector.berth_id == here)))
