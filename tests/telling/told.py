"""One person who is told by any channel: notices until they are in the outbox, and the relay."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from activities.telling.facts import code_event, message_event
from activities.telling.gatherer import Gatherer
from db.delivery.inbox import record
from db.engine import Sessions
from db.queries import telling
from db.tables import ContactPoint, InboxEvent, Message, OutboxDelivery, Source, TellingPreferences
from domain.facts.notices import NoticeFact
from domain.telling.addressee import Addressee
from domain.telling.channels import Channel
from domain.telling.contact import Wanted
from telling.letters import LetterTarget
from telling.post import letter_relay
from tests.activities.telling.people import People
from tests.factories import NOON

ADA = Addressee(driver_id="ada")


class Told:
    def __init__(self, engine: AsyncEngine, sessions: Sessions, people: People) -> None:
        self._engine, self._sessions, self._people = engine, sessions, people

    async def reached(self, at: Wanted, *, confirmed: bool = True) -> int:
        """As they have said, and so that something goes there."""
        async with self._sessions.begin() as session:
            row = await telling.preferences_row(session, ADA)
            more = telling.preferences_in(row).turned_on(at.channel)
            telling.keep_preferences(session, row, ADA, more)
            point = ContactPoint(
                driver_id=ADA.driver_id,
                channel=at.channel.value,
                address=at.address,
                push_key=at.push_key,
                push_secret=at.push_secret,
                added_at=NOON,
                confirmed_at=NOON if confirmed else None,
            )
            session.add(point)
            await session.flush()
            return point.id

    async def reads(self, language: str) -> None:
        async with self._sessions.begin() as session:
            await session.execute(update(TellingPreferences).values(language=language))

    async def wants(self, channels: dict[str, list[str]]) -> None:
        async with self._sessions.begin() as session:
            await session.execute(update(TellingPreferences).values(channels=channels))

    async def write(self, *notices: NoticeFact, code: str = "K7AB", target: LetterTarget) -> None:
        for notice in notices:
            await self._people.told(notice, code=code)
        channels = frozenset({_channel(target)})
        await Gatherer(self._sessions, channels).gather_all(NOON + timedelta(minutes=5))
        # It was decided now, by the clock that a delivery is given up by.
        async with self._sessions.begin() as session:
            await session.execute(update(InboxEvent).values(received_at=datetime.now(UTC)))

    async def decided(self, point_id: int, notice: NoticeFact, *, code: str) -> None:
        """One message more, as it is made while something waits here and another channel takes what it is given."""
        number = await self._people.told(notice, code=code)
        point, now = await self.point(point_id), datetime.now(UTC)
        async with self._sessions.begin() as session:
            message = Message(
                driver_id=ADA.driver_id,
                channel=point.channel,
                contact_point_id=point_id,
                notices=[number],
                recorded_at=now,
                sendings=1,
            )
            session.add(message)
            await session.flush()
            await record(await session.connection(), Source.TELLING, [message_event(message, now)])

    async def ask_for_code(self, point_id: int) -> None:
        async with self._sessions.begin() as session:
            point = await session.get_one(ContactPoint, point_id)
            event = code_event(point, datetime.now(UTC))
            await record(await session.connection(), Source.TELLING, [event])

    async def deliver(self, target: LetterTarget) -> list[str]:
        """Outcomes of all that is in the outbox; empty: it waits."""
        await letter_relay(self._engine, target).deliver_all()
        return [row.outcome for row in await self.deliveries()]

    async def deliveries(self) -> Sequence[OutboxDelivery]:
        async with self._sessions() as session:
            return (await session.scalars(select(OutboxDelivery).order_by(OutboxDelivery.id))).all()

    async def be_due(self, *, age: timedelta | None = None) -> None:
        async with self._sessions.begin() as session:
            await session.execute(update(OutboxDelivery).values(not_before=None))
            if age is not None:
                await session.execute(update(InboxEvent).values(received_at=datetime.now(UTC) - age))

    async def point(self, point_id: int) -> ContactPoint:
        async with self._sessions() as session:
            return await session.get_one(ContactPoint, point_id)


def _channel(target: LetterTarget) -> Channel:
    return Channel(target.name.value)
