"""What whoever waits is told, on the clock of the site where they wait: each news once, whoever tells it."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from db.notifications import record_notice
from db.queries.fleets import fleet_behind
from db.tables import Site, WaitingEntry
from domain.facts.notices import NoticeFact


async def tell(
    session: AsyncSession, row: WaitingEntry, news: NoticeFact, now: datetime, *, offer: str = ""
) -> None:
    """`offer`: code of the one that it is about; empty: the wait as a whole. The caller commits."""
    site = await session.get_one(Site, row.site_id)
    await record_notice(
        session,
        news,
        key=f"{offer or row.id}:{news.code}",
        driver_id=row.driver_id,
        fleet_id=await fleet_behind(session, row),
        reservation_code=offer,
        at=now,
        zone=site.zone,
    )
