"""Two slots of one driver that follow each other on one berth: seen from the first one's end, and from the second.

The rules stand in `domain.charging.matching`.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from activities.holds.following import take_along
from contracts.matching import MatchedSessions, StayEnds
from db.queries.charging.claims import claims_of
from db.queries.place.connectors import connector_of
from db.tables import Connector, Hold, Pool
from domain.charging.matching import (
    Claim,
    SeenSession,
    Standing,
    is_there_already,
    next_slot,
    next_slot_elsewhere,
    stands_elsewhere,
)


async def next_slot_of(session: AsyncSession, hold: Hold, stay: StayEnds, now: datetime) -> MatchedSessions:
    """When the driver's next slot at the berth where they stand ends; its hold goes there if it can, while they charge.
    Else where it is.
    """
    pool = await session.get_one(Pool, hold.pool_id)
    claims = await claims_of(session, driver_id=hold.driver_id, site_id=pool.site_id, at=stay.at)
    others = [claim for claim in claims if claim.reservation_code != hold.reservation_code]
    if not others:
        return MatchedSessions()
    berth = await _berth(session, stay.connector_id)
    here = next_slot(hold.driver_id, stay.at, berth, others)
    if here is not None:
        return MatchedSessions(goes_on_until=here.end)
    there = next_slot_elsewhere(hold.driver_id, stay.at, berth, others)
    if there is None:
        return MatchedSessions()
    if stay.charging and await take_along(session, there.reservation_code, stay.connector_id, now):
        return MatchedSessions(goes_on_until=there.end)
    return MatchedSessions(next_bay=(await connector_of(session, there.connector_id)).label)


def car_elsewhere(claim: Claim, others: Sequence[Claim], seen: Sequence[SeenSession]) -> SeenSession | None:
    """Of the driver's sessions with the slot before, at another berth, the last; rather one that runs."""
    found = [one for one in seen if stands_elsewhere(claim, one, others)]
    return max(found, key=lambda one: (one.is_known_until is None, one.started_at), default=None)


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
