"""Nothing is offered, nor accepted, of what a fleet waited for in the name of a driver who has left it."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import update

from api.desk.fleet_drivers import FleetDrivers
from api.desk.principal import Principal
from api.desk.waiting_answers import Acceptance
from api.desk.waiting_list import Entry
from api.desk.waiting_orders import WaitingOrder
from db.tables import Driver
from domain.errors import UnknownDriver
from tests.activities.queue.list_desk import HOUR, Town
from tests.factories import make_booking, make_policy, make_seed, make_site, make_slot, make_slot_rules, plant

FLEET = Principal(subject="dora", scopes=frozenset({"fleet"}), fleet_id="fleet-1")


@dataclass
class Waiting:
    town: Town
    entry: Entry
    own: Entry

    async def states(self) -> list[str]:
        fleets = await self.town.desk.one(FLEET, self.entry.row.id)
        return [fleets.state.value, *await self.town.states(self.own)]

    async def is_let_go(self) -> None:
        await FleetDrivers(self.town.sessions, lambda: self.town.now).remove(FLEET, "anna")

    async def is_put_elsewhere(self) -> None:
        """As an operator does."""
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
    return Waiting(town, entry, await town.waits("anna", make_slot(240)))


async def test_who_is_let_go_is_offered_nothing_of_it(waiting: Waiting) -> None:
    await waiting.is_let_go()
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
