"""What every visit at a virtual charger begins with, wherever it is connected to."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, update

from db.engine import Sessions
from db.tables import Charger
from simulator.charge_point import VirtualChargePoint


async def known_since_yesterday(sessions: Sessions, which: ColumnElement[bool]) -> None:
    """Those chargers were away yesterday for an hour, and connected until a moment ago."""
    now = datetime.now(UTC)
    yesterday = now - timedelta(days=1)
    away = [[(yesterday - timedelta(hours=1)).isoformat(), yesterday.isoformat()]]
    known = update(Charger).where(which).values(last_seen_at=now - timedelta(minutes=1), absences=away)
    async with sessions.begin() as session:
        await session.execute(known)


async def arrive(charger: VirtualChargePoint, card: str) -> None:
    assert await charger.swipe(1, card)
    await charger.plug_in(1)
    await charger.call("Heartbeat", {})
