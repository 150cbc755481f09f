"""The waiting list where several are at it at once: workers, drivers, bookings, on connections of their own."""

import asyncio
from contextlib import suppress
from datetime import timedelta

import pytest
from sqlalchemy import event, func, select, text, update

from activities.queue.offering import offer_at
from activities.queue.rounds import offer_free, take_back_due
from api.desk.waiting_answers import Acceptance
from api.desk.waiting_list import Entry
from db.engine import create_engine, create_sessions
from db.queries.charging.concerned import Edge, concerned
from db.queries.people import driver_under_lock
from db.tables import Connector, Driver, Hold, WaitingEntry
from domain.errors import OfferLapsed, TooManyWaitingEntries
from domain.place.reasons import PlaceRefused
from domain.queue.offers import EntryState
from domain.terms.waiting import WaitingRules
from tests.activities.queue.list_desk import MINUTE, Town, person
from tests.factories import make_booking, make_policy, make_seed, make_site, make_slot, make_slot_rules, plant

BAYS = 5


class Died(BaseException):
    """The process, there and then."""


async def full(town: Town, bays: int = BAYS, **over: WaitingRules) -> None:
    policy = make_policy(slots=make_slot_rules(buffer=timedelta(0)), **over)
    await plant(town.sessions, make_seed(make_site(chargers=bays, zone="UTC"), policy=policy))
    for number in range(bays):
        await town.books(f"b{number}")


async def offered(town: Town) -> list[str]:
    async with town.sessions() as session:
        row = WaitingEntry
        found = select(row.driver_id).where(row.state == EntryState.OFFERED).order_by(row.joined_at)
        return list(await session.scalars(found))


async def each_by_its_own(town: Town) -> None:
    """Each offer holds one bay, and each bay is held once."""
    async with town.sessions() as session:
        codes = select(WaitingEntry.offer_code).where(WaitingEntry.state == EntryState.OFFERED)
        mine = select(Hold.connector_id).where(Hold.reservation_code.in_(codes), Hold.released_at.is_(None))
        bays = list(await session.scalars(mine))
        count = await session.scalar(select(func.count()).select_from(codes.subquery()))
    assert len(bays) == len(set(bays)) == count


@pytest.mark.parametrize(("waiting", "released"), [(8, 3), (2, 4), (5, 5)])
async def test_as_many_are_asked_as_places_are_free_the_first_of_the_line_however_many_workers_look(
    town: Town, database_url: str, waiting: int, released: int
) -> None:
    await full(town)
    names = [f"d{number}" for number in range(waiting)]
    for name in names:
        await town.waits(name)
    engines = [create_engine(database_url, pool_size=4) for _ in range(3)]

    async def worker(number: int) -> None:
        sessions = create_sessions(engines[number])
        for _ in range(4):
            await town.round_on(sessions)

    async def cancels(number: int) -> None:
        await town.gives_back(make_booking(f"b{number}"))

    await asyncio.gather(*(worker(n) for n in range(3)), *(cancels(n) for n in range(released)))
    await town.round()
    assert await offered(town) == names[: min(waiting, released)]
    await each_by_its_own(town)
    for engine in engines:
        await engine.dispose()


async def test_of_an_answer_and_the_end_of_its_time_one_counts_and_the_place_is_somebodys_once(
    town: Town,
) -> None:
    await full(town, 1)
    anna, ben = await town.waits("anna"), await town.waits("ben")
    await town.gives_back(make_booking("b0"))
    await town.round()
    offer = (await town.entry(anna)).offer
    assert offer is not None
    sessions, at_the_end = town.sessions, offer.until

    async def accepts() -> str:
        try:
            await town.answers.accept(person("anna"), anna.row.id, Acceptance(offer=offer.code))
        except OfferLapsed:
            return "lapsed"
        return "booked"

    async def loop() -> int:
        """What is accepted at this moment is not finished for them: it has not broken off."""
        lapsed = await take_back_due(sessions, lambda: at_the_end)
        return lapsed + await offer_free(sessions, lambda: at_the_end)

    said, *_ = await asyncio.gather(accepts(), loop(), loop())
    town.now = at_the_end
    await town.round()
    states = await town.states(anna, ben)
    assert states == (["booked", "waiting"] if said == "booked" else ["waiting", "offered"])
    assert len(await town.held()) == 1


async def test_who_answers_twice_at_once_has_one_reservation(town: Town) -> None:
    await full(town, 1)
    anna = await town.waits("anna")
    await town.gives_back(make_booking("b0"))
    await town.round()
    code = (await town.entry(anna)).row.offer_code or ""
    ask = Acceptance(offer=code)
    await asyncio.gather(*(town.answers.accept(person("anna"), anna.row.id, ask) for _ in range(4)))
    assert await town.held() == ["anna"]
    assert await town.states(anna) == ["booked"]
    assert {one.code for one in town.booking.requests} == {code}


async def test_two_requests_of_one_person_at_once_do_not_exceed_what_one_may_wait_for(town: Town) -> None:
    await full(town, 1, waiting=WaitingRules(most_entries=2))

    async def joins(hour: int) -> Entry | None:
        try:
            return await town.waits("anna", make_slot(60 * hour))
        except TooManyWaitingEntries:
            return None

    joined = await asyncio.gather(*(joins(hour) for hour in range(6)))
    assert sum(one is not None for one in joined) == 2


async def test_a_worker_that_dies_anywhere_in_a_round_leaves_nothing_held_that_is_not_offered(
    town: Town, database_url: str
) -> None:
    """Cut at each of its statements in turn; the next worker makes the same offer."""
    await full(town, 1)
    anna = await town.waits("anna")
    await town.gives_back(make_booking("b0"))
    engine, left = create_engine(database_url, pool_size=2), [0]

    def dies(*_: object) -> None:
        left[0] -= 1
        if left[0] == 0:
            raise Died

    event.listen(engine.sync_engine, "before_cursor_execute", dies)
    cuts = 0
    while not await offered(town):
        cuts += 1
        left[0] = cuts
        with suppress(Died):
            await offer_at(create_sessions(engine), "north", lambda: town.now)
        assert len(await town.held()) == len(await offered(town))
    assert cuts > 10
    assert (await town.entry(anna)).row.round == 1
    await each_by_its_own(town)
    await engine.dispose()
    town.now += 10 * MINUTE
    assert await town.round() == 1
    assert await town.held() == []


async def test_who_is_passed_over_is_not_locked_while_others_are_waited_for(town: Town) -> None:
    """Two sites' rounds, or one and a group's booking, lock the same drivers in other orders."""
    await full(town, 2)
    first, _ = await town.waits("anna"), await town.waits("anna", make_slot(0, 120))
    ben = await town.waits("ben")
    await town.gives_back(make_booking("b0"))
    await town.round()
    assert (await town.entry(first)).offer is not None, "anna has something to answer"
    await town.gives_back(make_booking("b1"))
    async with town.sessions.begin() as session:
        await driver_under_lock(session, "ben", town.now)
        round_ = asyncio.create_task(town.round())
        await until_somebody_waits(town)
        anna = select(Driver.id).where(Driver.id == "anna").with_for_update(nowait=True)
        assert await session.scalar(anna) == "anna"
    assert await round_ == 1
    assert await town.states(ben) == ["offered"]


async def test_who_accepts_while_the_charger_says_that_it_is_broken_has_heard_it_or_is_told(
    town: Town,
) -> None:
    """Not both: what is only offered is told nothing, so that who accepts waits for what is being written."""
    town.now += timedelta(hours=2)
    await full(town, 1)
    anna = await town.waits("anna")
    await town.gives_back(make_booking("b0"))
    await town.round()
    offer = (await town.entry(anna)).offer
    assert offer is not None
    async with town.sessions.begin() as session:
        faulted = update(Connector).values(status="faulted").returning(Connector.charger_id)
        charger = (await session.scalars(faulted)).first()
        assert charger is not None
        edge = Edge(charger_id=charger)
        assert await concerned(await session.connection(), [edge], town.now) == [[]]
        accepting = asyncio.create_task(
            town.answers.accept(person("anna"), anna.row.id, Acceptance(offer=offer.code))
        )
        await until_somebody_waits(town)
    with pytest.raises(PlaceRefused):
        await accepting
    assert await town.held() == []


async def until_somebody_waits(town: Town) -> None:
    """For a lock."""
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    async with asyncio.timeout(30):
        while True:
            async with town.sessions() as session:
                if await session.scalar(waiting):
                    return
            await asyncio.sleep(0.05)
