"""What drivers and fleets are told of: written down once a key, whoever says it again."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from db.tables import Notification, ReservationRow, Site
from domain.facts.notices import NoticeFact


async def record_notice(
    session: AsyncSession,
    notice: NoticeFact,
    *,
    key: str,
    driver_id: str = "",
    fleet_id: str | None = None,
    reservation_code: str,
    at: datetime,
    zone: str = "",
) -> None:
    """`key`: the same for the same news, at each retry. To a driver, or to a fleet. `zone`: IANA name of the clock by
    which it is told; empty: that of the reservation's site, if there is one. The caller commits.
    """
    site = Site.id == ReservationRow.site_id
    theirs = select(Site.zone).join(ReservationRow, site).where(ReservationRow.code == reservation_code)
    row = {
        "key": key,
        "at": at,
        "driver_id": driver_id,
        "fleet_id": fleet_id,
        "reservation_code": reservation_code,
        "template": notice.code,
        "parameters": notice.parameters(),
        "zone": zone or func.coalesce(theirs.scalar_subquery(), ""),
    }
    await session.execute(insert(Notification).values(row).on_conflict_do_nothing())
