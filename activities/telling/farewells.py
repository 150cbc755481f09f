"""Last messages to addresses that are given up: who took one away may have stolen the session, and its owner has to
learn of it. They are made before the address goes, and know nothing but where they go.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from activities.telling.facts import farewell_event
from db.delivery.inbox import record
from db.queries.telling import preferences_in, preferences_row
from db.tables import ContactPoint, Farewell, Source
from domain.telling.addressee import Addressee
from domain.telling.channels import Channel
from domain.telling.parting import Parting, is_parted_from


async def part(session: AsyncSession, points: Iterable[ContactPoint], why: Parting, now: datetime) -> None:
    """Of one person's or fleet's addresses from all that they are told at. The caller takes them away, and commits."""
    told = [one for one in points if _hears(one)]
    if not told:
        return
    whose = Addressee(driver_id=told[0].driver_id, fleet_id=told[0].fleet_id)
    language = preferences_in(await preferences_row(session, whose)).language
    rows = [
        Farewell(channel=one.channel, address=one.address, language=language, why=why.value, at=now)
        for one in told
    ]
    session.add_all(rows)
    await session.flush()
    await record(await session.connection(), Source.TELLING, [farewell_event(row, now) for row in rows])


def _hears(point: ContactPoint) -> bool:
    """Nothing but its code ever went to one that was not confirmed."""
    reached = point.confirmed_at is not None and point.bounced_at is None and point.removed_at is None
    return reached and is_parted_from(Channel(point.channel))
