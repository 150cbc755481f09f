"""The provider is asked for what no webhook has brought: by one worker at a time, in one call when nothing is new."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, update
from temporalio.runtime import MetricBuffer, Runtime, TelemetryConfig

from activities.failures import StripeUnavailable
from activities.reconciliation.event_feed import Reader
from activities.reconciliation.event_watch import FED, EventWatch, pause_after
from db.queries.money import event_cursors
from db.tables import EventCursor, InboxEvent
from simulator.stripe_api.faults import FaultKind
from tests.activities.money.money_desk import MoneyDesk, money_desk

AT_ONCE = timedelta(0)
HALF_A_MINUTE = timedelta(seconds=30)
AUTHORISED = "payment_intent.amount_capturable_updated"


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[MoneyDesk]:
    async with money_desk(database_url) as desk:
        yield desk


def watch(desk: MoneyDesk, every: timedelta = AT_ONCE) -> EventWatch:
    return EventWatch(desk.sessions, desk.stripe, every)


async def inbox(desk: MoneyDesk) -> list[str]:
    async with desk.sessions() as session:
        return list(await session.scalars(select(InboxEvent.kind)))


async def listings(desk: MoneyDesk) -> int:
    return (await desk.api.calls()).get("GET /v1/events", 0)


async def test_what_no_webhook_brought_is_fed_once_and_counted(desk: MoneyDesk) -> None:
    figures = MetricBuffer(100)
    meter = Runtime(telemetry=TelemetryConfig(metrics=figures)).metric_meter
    await desk.authorise()
    looking = EventWatch(desk.sessions, desk.stripe, AT_ONCE, meter)
    await looking.look()
    await looking.look()
    assert await inbox(desk) == [AUTHORISED]
    fed = [one for one in figures.retrieve_updates() if one.metric.name == FED]
    assert [(one.value, one.attributes["kind"]) for one in fed] == [(1, AUTHORISED)]


async def test_with_nothing_new_it_is_one_call(desk: MoneyDesk) -> None:
    await watch(desk).look()
    before = await listings(desk)
    await watch(desk).look()
    assert await listings(desk) == before + 1


async def test_of_many_workers_one_asks(desk: MoneyDesk) -> None:
    looked = [await watch(desk, HALF_A_MINUTE).look() for _ in range(3)]
    assert looked == [True, False, False]
    assert await listings(desk) == 1


async def test_a_webhook_has_time_to_bring_its_event(desk: MoneyDesk) -> None:
    await desk.authorise()
    await watch(desk, HALF_A_MINUTE).look()
    assert await inbox(desk) == []
    await watch(desk).look()
    assert await inbox(desk) == [AUTHORISED]


@pytest.mark.parametrize("column", ["read_to", "asked_at"])
async def test_a_clock_that_was_ahead_and_is_set_back_hides_nothing(desk: MoneyDesk, column: str) -> None:
    """A worker's, or the database's; what came meanwhile is read, too."""
    await watch(desk).look()
    await desk.authorise()
    async with desk.sessions.begin() as session:
        await session.execute(update(EventCursor).values({column: func.now() + timedelta(hours=2)}))
    assert await watch(desk, timedelta(seconds=1)).look()
    await watch(desk).look()
    assert await inbox(desk) == [AUTHORISED]
    async with desk.sessions() as session:
        assert await session.scalar(
            select(func.max(EventCursor.read_to)).where(EventCursor.read_to <= func.now())
        )


async def test_nobody_reads_beyond_the_clock_that_all_share(desk: MoneyDesk) -> None:
    async with desk.sessions.begin() as session:
        ahead = datetime.now(UTC) + timedelta(hours=2)
        await event_cursors.advance(session, Reader.RECONCILIATION, ahead)
        await event_cursors.advance(session, Reader.RECONCILIATION, ahead)
    async with desk.sessions() as session:
        place = await event_cursors.read_to(session, Reader.RECONCILIATION)
        assert place is not None
        assert place <= (await session.execute(select(func.now()))).scalar_one()


async def test_while_the_provider_is_away_nothing_is_taken_for_read(desk: MoneyDesk) -> None:
    await desk.authorise()
    await desk.api.fail_next(FaultKind.STATUS, method="GET", path="/v1/events", status=500)
    with pytest.raises(StripeUnavailable):
        await watch(desk).look()
    assert await inbox(desk) == []
    await watch(desk).look()
    assert await inbox(desk) == [AUTHORISED]


async def test_the_loop_outlives_failures_of_the_provider(desk: MoneyDesk) -> None:
    await desk.authorise()
    await desk.api.fail_next(FaultKind.STATUS, method="GET", path="/v1/events", status=500, times=2)
    stop = asyncio.Event()
    watching = asyncio.create_task(watch(desk, timedelta(milliseconds=50)).run(stop))
    async with asyncio.timeout(20):
        while not await inbox(desk):  # noqa: ASYNC110 - the loop writes it; nothing here is told
            await asyncio.sleep(0.02)
    stop.set()
    await watching


def test_the_longer_it_fails_the_less_often_it_is_asked() -> None:
    pauses = [pause_after(failures, HALF_A_MINUTE).total_seconds() for failures in range(1, 6)]
    assert pauses == [60, 120, 240, 300, 300]
    assert pause_after(10_000, HALF_A_MINUTE) == timedelta(minutes=5)
    assert pause_after(3, timedelta(hours=1)) == timedelta(hours=1)


async def test_more_kinds_are_heard_than_the_provider_lists_at_once(desk: MoneyDesk) -> None:
    await desk.authorise()
    now = datetime.now(UTC)
    kinds = frozenset({AUTHORISED, *(f"some.kind-{number}" for number in range(20))})
    listed = desk.stripe.listing.events(now - HALF_A_MINUTE, now + HALF_A_MINUTE, kinds)
    assert [event["type"] async for event in listed] == [AUTHORISED]
