"""People who are told something, by what is written in the tables."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from itertools import count

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from db.engine import Sessions
from db.notifications import record_notice
from db.tables import ContactPoint, InboxEvent, Message, Notification, OutboxDelivery, TellingPreferences
from domain.facts.notices import NoticeFact
from tests.factories import NOON


class People:
    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions
        self._numbers = count(1)

    async def reached(
        self, driver_id: str | None, address: str, *, fleet_id: str | None = None, confirmed: bool = True
    ) -> int:
        async with self._sessions.begin() as session:
            point = ContactPoint(
                driver_id=driver_id,
                fleet_id=fleet_id,
                channel="mail",
                address=address,
                added_at=NOON,
                confirmed_at=NOON if confirmed else None,
            )
            session.add(point)
            await session.flush()
            return point.id

    async def gone(self, point_id: int, **how: object) -> None:
        async with self._sessions.begin() as session:
            await session.execute(update(ContactPoint).where(ContactPoint.id == point_id).values(**how))

    async def quiet(self, driver_id: str, start: time, end: time) -> None:
        async with self._sessions.begin() as session:
            session.add(
                TellingPreferences(
                    driver_id=driver_id,
                    language="de",
                    quiet_start=start,
                    quiet_end=end,
                    quiet_zone="UTC",
                    woken=True,
                    channels={"soon": ["mail", "pigeon"]},
                )
            )

    async def told(
        self,
        notice: NoticeFact,
        *,
        after: float = 0,
        driver_id: str = "ada",
        fleet_id: str | None = None,
        code: str = "A",
    ) -> int:
        """`after`: seconds after noon. The notice's id."""
        key = f"{code}:{next(self._numbers)}"
        async with self._sessions.begin() as session:
            await record_notice(
                session,
                notice,
                key=key,
                driver_id=driver_id,
                fleet_id=fleet_id,
                reservation_code=code,
                at=NOON + timedelta(seconds=after),
                zone="Europe/Berlin",
            )
            return (await session.scalars(select(Notification.id).where(Notification.key == key))).one()

    async def messages(self) -> Sequence[Message]:
        async with self._sessions() as session:
            return (await session.scalars(select(Message).order_by(Message.id))).all()

    async def carried(self) -> list[list[int]]:
        return [message.notices for message in await self.messages()]

    async def to_deliver(self) -> list[tuple[str, str, str]]:
        """Event, target, key."""
        async with self._sessions() as session:
            rows = await session.execute(
                select(InboxEvent.event_id, OutboxDelivery.target, OutboxDelivery.key)
                .join(OutboxDelivery, OutboxDelivery.inbox_id == InboxEvent.id)
                .order_by(OutboxDelivery.id)
            )
            return [(row.event_id, row.target, row.key) for row in rows]

    async def taken(self, at: datetime, *, key: str = "") -> None:
        """All that is to be delivered; `key`: to that address alone."""
        async with self._sessions.begin() as session:
            waits = update(OutboxDelivery).where(OutboxDelivery.delivered_at.is_(None))
            if key:
                waits = waits.where(OutboxDelivery.key == key)
            await session.execute(waits.values(outcome="sent", delivered_at=at))

    async def looked_at(self) -> dict[int, datetime | None]:
        async with self._sessions() as session:
            rows = await session.execute(select(Notification.id, Notification.tell_at))
            return {row.id: row.tell_at for row in rows}

    def session(self) -> AsyncSession:
        return self._sessions()
