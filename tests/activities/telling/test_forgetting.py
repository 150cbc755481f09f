"""Messages go when nobody asks about them any more, and none that is still to be sent."""

from datetime import timedelta

from sqlalchemy import func, select, update

from activities.telling.facts import message_event
from activities.telling.forgetting import (
    MESSAGES_KEPT,
    UNSERVED_FOR,
    end_what_nobody_sends,
    forget_old_messages,
)
from activities.telling.gatherer import Gatherer
from db.delivery.inbox import record
from db.engine import Sessions
from db.tables import InboxEvent, Message, Notification, OutboxDelivery, Source
from domain.causes import Cause
from domain.facts.notices import Rerouted
from domain.telling.channels import Channel
from tests.activities.telling.people import People
from tests.factories import NOON

LATER = NOON + MESSAGES_KEPT + timedelta(seconds=1)


async def told(sessions: Sessions, people: People, *codes: str) -> list[int]:
    await people.reached("ada", "ada@drivers.example")
    for code in codes:
        await people.told(Rerouted(bay="Bay 2", cause=Cause.CHARGER_FAULT), code=code)
        await Gatherer(sessions, frozenset({Channel.MAIL})).gather_all(NOON)
    return [message.id for message in await people.messages()]


async def delivered(sessions: Sessions, *messages: int) -> None:
    events = [f"message_{number}_1" for number in messages]
    facts = select(InboxEvent.id).where(InboxEvent.event_id.in_(events))
    async with sessions.begin() as session:
        sent = update(OutboxDelivery).where(OutboxDelivery.inbox_id.in_(facts))
        await session.execute(sent.values(outcome="sent", delivered_at=NOON))


async def test_what_was_sent_long_ago_goes_and_its_notices_stay(sessions: Sessions, people: People) -> None:
    first, second, waiting = await told(sessions, people, "A", "B", "C")
    await delivered(sessions, first, second)
    await forget_old_messages(sessions, NOON + MESSAGES_KEPT)
    assert len(await people.messages()) == 3
    await forget_old_messages(sessions, LATER, page=1)
    assert [message.id for message in await people.messages()] == [waiting]
    async with people.session() as session:
        counts = [
            await session.scalar(select(func.count()).select_from(t)) for t in (InboxEvent, Notification)
        ]
    assert counts == [1, 3]


async def test_what_was_sent_again_lately_stays(sessions: Sessions, people: People) -> None:
    (number,) = await told(sessions, people, "A")
    await delivered(sessions, number)
    async with sessions.begin() as session:
        message = await session.get_one(Message, number)
        message.sendings = 2
        await record(await session.connection(), Source.TELLING, [message_event(message, LATER)])
    await forget_old_messages(sessions, LATER)
    assert [message.id for message in await people.messages()] == [number]
    assert [event for event, _, _ in await people.to_deliver()] == [f"message_{number}_2"]


async def outcomes(sessions: Sessions) -> list[str]:
    async with sessions() as session:
        return list(await session.scalars(select(OutboxDelivery.outcome).order_by(OutboxDelivery.id)))


async def test_what_waits_for_a_channel_that_is_gone_ends_and_nothing_else_does(
    sessions: Sessions, people: People
) -> None:
    sent, waiting, other = await told(sessions, people, "A", "B", "C")
    await delivered(sessions, sent)
    async with sessions.begin() as session:
        await session.execute(update(InboxEvent).values(received_at=NOON))
        late = update(InboxEvent).where(InboxEvent.event_id == f"message_{other}_1")
        await session.execute(late.values(received_at=NOON + timedelta(hours=1)))
    by_texts, due = frozenset({Channel.SMS}), NOON + UNSERVED_FOR + timedelta(seconds=1)
    await end_what_nobody_sends(sessions, frozenset(Channel), due)
    await end_what_nobody_sends(sessions, by_texts, NOON + UNSERVED_FOR)
    assert await outcomes(sessions) == ["sent", "", ""]
    await end_what_nobody_sends(sessions, by_texts, due, page=1)
    assert await outcomes(sessions) == ["sent", "not_offered", ""]
    await end_what_nobody_sends(sessions, by_texts, due + timedelta(hours=1), page=1)
    assert await outcomes(sessions) == ["sent", "not_offered", "not_offered"]
    assert waiting in [message.id for message in await people.messages()]
