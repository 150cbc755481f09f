"""Each notice becomes part of one message to each address, whoever works at it, and in time."""

import asyncio
from datetime import UTC, datetime, time, timedelta

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from activities.telling.gatherer import Gatherer, gather_notices
from db.engine import Sessions
from db.tables import InboxEvent, Notification
from domain.causes import Cause
from domain.facts.money_notices import DocumentIssued, Receipt
from domain.facts.notices import Cancelled, Confirmed, Rerouted
from domain.money.amount import Money
from domain.telling.channels import Channel
from tests.activities.telling.people import People
from tests.factories import NOON

BY_MAIL = frozenset({Channel.MAIL})
RECEIPT = Receipt(charged=Money(1200, "EUR"), credit=Money(0, "EUR"))
MOVED = Rerouted(bay="Bay 2", cause=Cause.CHARGER_FAULT)
BOOKED = Confirmed(bay="Bay 1")


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


async def test_what_happens_within_half_a_minute_is_one_message_with_one_delivery(
    sessions: Sessions, people: People
) -> None:
    point = await people.reached("ada", "ada@drivers.example")
    first = await people.told(BOOKED)
    gatherer = Gatherer(sessions, BY_MAIL)
    await gatherer.gather_all(after(10))
    assert await people.messages() == []
    assert await people.looked_at() == {first: after(30)}
    second = await people.told(BOOKED, after=20, code="B")
    await gatherer.gather_all(after(29))
    await gatherer.gather_all(after(30))
    (message,) = await people.messages()
    assert (message.driver_id, message.contact_point_id, message.notices) == ("ada", point, [first, second])
    assert message.recorded_at == after(30)
    assert await people.to_deliver() == [(f"message_{message.id}_1", "mail", str(point))]
    await gatherer.gather_all(after(900))
    assert len(await people.messages()) == 1


async def test_nothing_that_is_delivered_holds_an_address_or_words(
    sessions: Sessions, people: People
) -> None:
    await people.reached("ada", "ada@drivers.example")
    await people.told(MOVED)
    await Gatherer(sessions, BY_MAIL).gather_all(NOON)
    async with people.session() as session:
        (payload,) = await session.scalars(select(InboxEvent.payload))
    assert payload.keys() == {"message", "sending"}


async def test_each_address_gets_it_and_nobody_elses(sessions: Sessions, people: People) -> None:
    points = [
        await people.reached("ada", "ada@work.example"),
        await people.reached("ada", "ada@home.example"),
    ]
    await people.reached("bob", "bob@drivers.example")
    news = await people.told(MOVED)
    await Gatherer(sessions, BY_MAIL).gather_all(NOON)
    assert [(one.contact_point_id, one.notices) for one in await people.messages()] == [
        (point, [news]) for point in points
    ]


async def test_a_fleet_is_told_of_its_statements_at_its_own_address(
    sessions: Sessions, people: People
) -> None:
    await people.reached("ada", "ada@drivers.example")
    desk = await people.reached(None, "desk@fleet.example", fleet_id="vans")
    statement = DocumentIssued(kind="statement", number="S-1", read_at="/v1/documents/1")
    news = await people.told(statement, driver_id="", fleet_id="vans", code="")
    await Gatherer(sessions, BY_MAIL).gather_all(after(300))
    assert [(one.fleet_id, one.contact_point_id, one.notices) for one in await people.messages()] == [
        ("vans", desk, [news])
    ]


async def test_an_address_that_is_not_confirmed_bounced_or_was_removed_gets_nothing_now_or_later(
    sessions: Sessions, people: People
) -> None:
    await people.reached("ada", "new@drivers.example", confirmed=False)
    await people.gone(await people.reached("ada", "full@drivers.example"), bounced_at=NOON)
    await people.gone(await people.reached("ada", "old@drivers.example"), removed_at=NOON, address="")
    news = await people.told(MOVED)
    await Gatherer(sessions, BY_MAIL).gather_all(NOON)
    assert await people.messages() == []
    assert await people.looked_at() == {news: None}


async def test_where_no_channel_is_served_nothing_piles_up(sessions: Sessions, people: People) -> None:
    await people.reached("ada", "ada@drivers.example")
    news = await people.told(RECEIPT)
    await Gatherer(sessions, frozenset()).gather_all(after(300))
    assert (await people.messages(), await people.looked_at()) == ([], {news: None})


async def test_confirmed_and_cancelled_is_told_as_cancelled_and_says_why(
    sessions: Sessions, people: People
) -> None:
    await people.reached("ada", "ada@drivers.example")
    first = await people.told(BOOKED)
    second = await people.told(Cancelled(by=Cause.DRIVER), after=10)
    await Gatherer(sessions, BY_MAIL).gather_all(after(40))
    assert await people.carried() == [[second]]
    async with people.session() as session:
        assert await session.scalar(select(Notification.untrue_by).where(Notification.id == first)) == second


async def test_in_quiet_hours_only_what_cannot_wait_is_told(sessions: Sessions, people: People) -> None:
    await people.reached("ada", "ada@drivers.example")
    await people.quiet("ada", time(12), time(13))
    receipt = await people.told(RECEIPT, code="B")
    moved = await people.told(MOVED, after=60)
    gatherer = Gatherer(sessions, BY_MAIL)
    await gatherer.gather_all(after(600))
    assert await people.carried() == [[moved]]
    assert (await people.looked_at())[receipt] == after(3600)
    await people.taken(after(601))
    await gatherer.gather_all(after(3600))
    assert await people.carried() == [[moved], [receipt]]


async def test_who_takes_nothing_is_told_how_things_are_in_one_message_once_they_do(
    sessions: Sessions, people: People
) -> None:
    await people.reached("ada", "ada@drivers.example")
    first = await people.told(BOOKED)
    gatherer = Gatherer(sessions, BY_MAIL)
    await gatherer.gather_all(after(30))
    for minutes in range(1, 300, 7):
        await people.told(MOVED, after=60 * minutes, code="B")
        await gatherer.gather_all(after(60 * minutes + 40))
    last = await people.told(Cancelled(by=Cause.DRIVER), after=6 * 3600, code="B")
    await gatherer.gather_all(after(6 * 3600 + 40))
    assert await people.carried() == [[first]]
    await people.taken(after(6 * 3600 + 41))
    await gatherer.gather_all(after(6 * 3600 + 100))
    assert await people.carried() == [[first], [last]]


async def test_what_waits_for_the_end_of_quiet_hours_keeps_nothing_that_wakes_them(
    sessions: Sessions, people: People
) -> None:
    await people.reached("ada", "ada@drivers.example")
    await people.quiet("ada", time(12, 5), time(13))
    booked = await people.told(BOOKED)
    gatherer = Gatherer(sessions, BY_MAIL)
    await gatherer.gather_all(after(30))
    moved = await people.told(MOVED, after=590, code="B")
    await gatherer.gather_all(after(600))
    assert await people.carried() == [[booked], [moved]]
    await people.told(MOVED, after=690, code="C")
    await gatherer.gather_all(after(700))
    assert await people.carried() == [[booked], [moved]]


async def test_what_is_just_being_sent_keeps_nothing_that_has_to_be_told_now(
    sessions: Sessions, people: People
) -> None:
    await people.reached("ada", "ada@drivers.example")
    gatherer = Gatherer(sessions, BY_MAIL)
    first = await people.told(MOVED)
    await gatherer.gather_all(NOON)
    second = await people.told(MOVED, after=1, code="B")
    await gatherer.gather_all(after(1))
    assert await people.carried() == [[first], [second]]


async def test_who_takes_it_at_one_address_is_told_at_each(sessions: Sessions, people: People) -> None:
    greylisting = await people.reached("ada", "ada@work.example")
    other = await people.reached("ada", "ada@home.example")
    gatherer = Gatherer(sessions, BY_MAIL)
    first = await people.told(MOVED)
    await gatherer.gather_all(NOON)
    await people.taken(after(1), key=str(other))
    second = await people.told(MOVED, after=600, code="B")
    await gatherer.gather_all(after(600))
    assert [(one.contact_point_id, one.notices) for one in await people.messages()] == [
        (greylisting, [first]),
        (other, [first]),
        (greylisting, [second]),
        (other, [second]),
    ]


async def test_many_who_take_nothing_keep_nobody_else_waiting(sessions: Sessions, people: People) -> None:
    """More than are looked at together; the round ends all the same."""
    gatherer = Gatherer(sessions, BY_MAIL)
    drivers = [f"driver-{number:03}" for number in range(105)]
    for driver in drivers:
        await people.reached(driver, f"{driver}@drivers.example")
        await people.told(MOVED, driver_id=driver, code=driver)
    await gatherer.gather_all(NOON)
    for driver in drivers:
        await people.told(MOVED, driver_id=driver, code=driver, after=60)
    await people.reached("zoe", "zoe@drivers.example")
    news = await people.told(MOVED, driver_id="zoe", code="Z", after=60)
    await gatherer.gather_all(after(60))
    messages = await people.messages()
    assert len(messages) == len(drivers) + 1
    assert messages[-1].notices == [news]


async def test_workers_at_once_tell_each_notice_once(sessions: Sessions, people: People) -> None:
    drivers = [f"driver-{number}" for number in range(12)]
    for driver in drivers:
        await people.reached(driver, f"{driver}@drivers.example")
        await people.told(BOOKED, driver_id=driver, code=driver)
        await people.told(RECEIPT, driver_id=driver, code=f"{driver}-2")
    workers = [Gatherer(sessions, BY_MAIL) for _ in range(4)]
    await asyncio.gather(*(worker.gather_all(after(30)) for worker in workers))
    messages = await people.messages()
    assert sorted(str(message.driver_id) for message in messages) == sorted(drivers)
    assert all(len(message.notices) == 2 for message in messages)
    assert len(await people.to_deliver()) == len(drivers)


async def test_what_a_newer_version_wrote_waits_for_it(sessions: Sessions, people: People) -> None:
    await people.reached("ada", "ada@drivers.example")
    news = await people.told(MOVED)
    async with people.session() as session, session.begin():
        await session.execute(update(Notification).values(template="carried_by_pigeon"))
    await Gatherer(sessions, BY_MAIL).gather_all(after(3600))
    assert await people.messages() == []
    assert (await people.looked_at())[news] is not None


async def test_whose_preferences_cannot_be_read_keeps_nobody_else_from_being_told(
    sessions: Sessions, people: People
) -> None:
    for driver in ("ada", "bob"):
        await people.reached(driver, f"{driver}@drivers.example")
        await people.told(MOVED, driver_id=driver)
    await people.quiet("ada", time(12), time(12))
    await Gatherer(sessions, BY_MAIL).gather_all(NOON)
    assert [message.driver_id for message in await people.messages()] == ["bob"]
    assert after(60) in (await people.looked_at()).values()


async def test_the_loop_tells_what_is_written_while_it_runs(engine: AsyncEngine, people: People) -> None:
    await people.reached("ada", "ada@drivers.example")
    stop, made = asyncio.Event(), asyncio.Event()
    loop = asyncio.create_task(gather_notices(engine, BY_MAIL, stop, made.set))
    news = await people.told(MOVED, after=(datetime.now(UTC) - NOON).total_seconds())
    async with asyncio.timeout(20):
        await made.wait()
    stop.set()
    await loop
    assert await people.carried() == [[news]]
