"""Nothing is offered, nor accepted, of what a fleet waited for in the name of a driver who has left it."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import select, text, update

from api.desk.drivers import Drivers
from api.desk.fleet_drivers import FleetDrivers
from api.desk.principal import Principal
from api.desk.waiting_answers import Acceptance
from api.desk.waiting_list import Entry
from api.desk.waiting_orders import WaitingOrder
from db.queries.people import driver_under_lock
from db.tables import Driver, Hold, Notification
from domain.errors import OfferLapsed, UnknownDriver
from tests.activities.money.account_desk import make_account
from tests.activities.queue.list_desk import HOUR, Town, person
from tests.factories import make_booking, make_policy, make_seed, make_site, make_slot, make_slot_rules, plant

OLGA = Principal(subject="olga", scopes=frozenset({"operator"}))
FLEET = Principal(subject="dora", scopes=frozenset({"fleet"}), fleet_id="fleet-1")


@dataclass
class Waiting:
    town: Town
    entry: Entry
    own: Entry
    order: WaitingOrder

    async def states(self) -> list[str]:
        fleets = await self.town.desk.one(FLEET, self.entry.row.id)
        return [fleets.state.value, *await self.town.states(self.own)]

    async def is_let_go(self) -> None:
        await FleetDrivers(self.town.sessions, lambda: self.town.now).remove(FLEET, "anna")

    async def offered_to_her(self) -> str:
        offer = (await self.town.entry(self.own)).offer
        assert offer is not None
        return offer.code

    async def is_put_into(self, fleet_id: str | None) -> None:
        """By an operator."""
        await Drivers(self.town.sessions, lambda: self.town.now).put(
            OLGA, "anna", fleet_id, "drives for others"
        )

    async def is_put_elsewhere(self) -> None:
        """As of an entry that was made at that moment, of which nobody knew."""
        async with self.town.sessions.begin() as session:
            await session.execute(update(Driver).where(Driver.id == "anna").values(fleet_id="fleet-2"))


@pytest.fixture
async def waiting(town: Town) -> Waiting:
    """A fleet for anna at noon, when all is booked; and she herself, hours later."""
    policy = make_policy(slots=make_slot_rules(buffer=timedelta(0)))
    await plant(town.sessions, make_seed(make_site(chargers=1, zone="UTC"), policy=policy))
    await town.books("b0")
    await FleetDrivers(town.sessions, lambda: town.now).enter(FLEET, "anna")
    noon = make_slot()
    order = WaitingOrder(site_id="north", start=noon.start, end=noon.end, length=HOUR, driver_id="anna")
    entry = await town.desk.join(FLEET, "fleet-key", order)
    await town.books("b1", make_slot(240))
    return Waiting(town, entry, await town.waits("anna", make_slot(240)), order)


async def test_who_is_let_go_is_offered_nothing_of_it(waiting: Waiting) -> None:
    await waiting.is_let_go()
    again = await waiting.town.desk.join(FLEET, "fleet-key", waiting.order)
    assert (again.row.id, again.replayed) == (waiting.entry.row.id, True)
    await waiting.town.gives_back(make_booking("b0"))
    await waiting.town.round()
    assert await waiting.states() == ["left", "waiting"]
    assert await waiting.town.held() == ["driver-b1"]


async def test_what_was_offered_is_free_again(waiting: Waiting) -> None:
    await waiting.town.gives_back(make_booking("b0"))
    await waiting.town.round()
    assert await waiting.states() == ["offered", "waiting"]
    await waiting.is_let_go()
    assert await waiting.states() == ["left", "waiting"]
    assert await waiting.town.held() == ["driver-b1"]


async def test_who_has_the_driver_gets_what_was_offered_while_a_removal_waits_for_them(
    waiting: Waiting,
) -> None:
    """In the one order of locks: a removal that had it already would be waited for in a circle."""
    await waiting.town.gives_back(make_booking("b0"))
    await waiting.town.round()
    async with waiting.town.sessions() as moving:
        await driver_under_lock(moving, "anna", waiting.town.now)
        removal = asyncio.create_task(waiting.is_let_go())
        async with waiting.town.sessions() as watcher:
            while not await watcher.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")):
                await watcher.rollback()
        open_holds = select(Hold).where(Hold.driver_id == "anna", Hold.released_at.is_(None))
        assert len((await moving.scalars(open_holds.with_for_update(nowait=True))).all()) == 1
        await moving.commit()
    await removal
    assert await waiting.states() == ["left", "waiting"]


async def test_an_operator_who_puts_them_elsewhere_lets_them_go(waiting: Waiting) -> None:
    await waiting.town.gives_back(make_booking("b0"))
    await waiting.town.round()
    await waiting.is_put_into("fleet-1")
    assert await waiting.states() == ["offered", "waiting"]
    await waiting.is_put_into("fleet-2")
    assert await waiting.states() == ["left", "waiting"]
    assert await waiting.town.held() == ["driver-b1"]


async def test_what_they_wait_for_themselves_is_theirs_to_the_end(waiting: Waiting) -> None:
    """What was offered at the fleet's expense is offered anew, and the fleet does not hear of what becomes of it."""
    town = waiting.town
    async with town.sessions.begin() as session:
        session.add(make_account(fleet_id="fleet-1"))
    await town.gives_back(make_booking("b1"))
    await town.round()
    assert await waiting.states() == ["waiting", "offered"]
    first = await waiting.offered_to_her()
    await waiting.is_let_go()
    assert await waiting.states() == ["left", "waiting"]
    with pytest.raises(OfferLapsed):
        await town.answers.accept(person("anna"), waiting.own.row.id, Acceptance(offer=first))
    await town.round()
    second = await waiting.offered_to_her()
    await town.answers.accept(person("anna"), waiting.own.row.id, Acceptance(offer=second))
    assert [(one.account, one.fleet_id) for one in town.booking.requests] == [("anna", None)]
    async with town.sessions() as session:
        held = await session.execute(
            select(Hold.account_fleet, Hold.released_at.is_(None))
            .where(Hold.driver_id == "anna")
            .order_by(Hold.id)
        )
        assert [tuple(one) for one in held] == [("fleet-1", False), (None, True)]
        told = select(Notification.fleet_id).where(Notification.reservation_code == second)
        assert set(await session.scalars(told)) == {None}


async def test_who_was_put_elsewhere_is_offered_nothing_of_it(waiting: Waiting) -> None:
    await waiting.is_put_elsewhere()
    await waiting.town.gives_back(make_booking("b0"))
    await waiting.town.round()
    assert await waiting.states() == ["waiting", "waiting"]
    assert await waiting.town.held() == ["driver-b1"]


async def test_nobody_accepts_for_who_was_put_elsewhere_since(waiting: Waiting) -> None:
    await waiting.town.gives_back(make_booking("b0"))
    await waiting.town.round()
    offer = (await waiting.town.desk.one(FLEET, waiting.entry.row.id)).offer
    assert offer is not None
    await waiting.is_put_elsewhere()
    with pytest.raises(UnknownDriver):
        await waiting.town.answers.accept(FLEET, waiting.entry.row.id, Acceptance(offer=offer.code))
    assert await waiting.town.held() == ["driver-b1"]
    assert waiting.town.booking.requests == []
