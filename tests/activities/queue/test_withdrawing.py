"""What is offered and closed since is neither accepted nor kept: for maintenance, by hours, by access rules."""

from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update

from api.desk.maintenance import MaintenanceDesk, MaintenanceOrder, Window
from api.desk.principal import Principal
from api.desk.waiting_answers import Acceptance
from api.desk.waiting_list import Entry, Offer
from db.documents import access_rules_to_document
from db.tables import AccessRulesVersion, Connector, Hold, OutboxDelivery, Site
from domain.errors import DomainError, NoAccess, OfferLapsed, SiteClosed, UnderMaintenance
from domain.facts.refused_waiting import OfferCameToNothing
from domain.place.planned import Target
from domain.place.reasons import NoPlaceReason, PlaceRefused
from domain.terms.access_rules import AccessLine, AccessRules, Who
from tests.activities.queue.list_desk import HOUR, MINUTE, Town, person
from tests.factories import make_booking, make_policy, make_seed, make_site, make_slot, make_slot_rules, plant

OLGA = Principal(subject="olga", scopes=frozenset({"operator"}))


async def offered(town: Town, chargers: int = 1) -> tuple[Entry, Offer]:
    """Noon, to anna."""
    policy = make_policy(slots=make_slot_rules(buffer=timedelta(0)))
    await plant(town.sessions, make_seed(make_site(chargers=chargers, zone="UTC"), policy=policy))
    for number in range(chargers):
        await town.books(f"b{number}")
    anna = await town.waits("anna")
    await town.gives_back(make_booking("b0"))
    await town.round()
    offer = (await town.entry(anna)).offer
    assert offer is not None
    return anna, offer


async def maintained(town: Town, **target: str) -> Window:
    slot, of = make_slot(15, 15), Target(**target)  # type: ignore[arg-type] # one of several members
    order = MaintenanceOrder(
        site_id="north", target=of, starts_at=slot.start, ends_at=slot.end, reason="cable"
    )
    return await MaintenanceDesk(town.sessions, lambda: town.now).plan(OLGA, order, "key")


async def closed_at_noon(town: Town) -> None:
    async with town.sessions.begin() as session:
        await session.execute(update(Site).values(opening_hours="Mo-Su 00:00-12:30"))


async def kept_for_nobody(town: Town) -> None:
    rules = access_rules_to_document(
        AccessRules(lines=(AccessLine(name="closed", who=Who.PUBLIC, allow=False),))
    )
    async with town.sessions.begin() as session:
        session.add(AccessRulesVersion(site_id="north", version=1, valid_from=town.now, document=rules))


Closes = Callable[[Town], Coroutine[Any, Any, object]]
WAYS = [(maintained, UnderMaintenance), (closed_at_noon, SiteClosed), (kept_for_nobody, NoAccess)]


async def told_to_reservations(town: Town) -> int:
    async with town.sessions() as session:
        return (await session.scalars(select(func.count()).select_from(OutboxDelivery))).one()


@pytest.mark.parametrize(("closes", "why"), WAYS)
async def test_the_loop_takes_back_what_was_closed_since_it_was_offered_and_says_so(
    town: Town, closes: Closes, why: type[DomainError]
) -> None:
    anna, _ = await offered(town)
    assert await town.round() == 0
    before = await told_to_reservations(town)
    await closes(town)
    assert await town.round() == 1
    assert await town.states(anna) == ["waiting"]
    assert await town.held() == []
    assert await town.told("anna") == ["place_offered", "offer_taken_back"]
    seen = await town.entry(anna)
    assert seen.snoozes_left == 2, "they have let nothing pass"
    assert await told_to_reservations(town) == before, "there is no reservation that could hear of it"
    assert await town.round() == 0


@pytest.mark.parametrize(("closes", "why"), WAYS)
async def test_what_was_closed_since_is_not_accepted(
    town: Town, closes: Closes, why: type[DomainError]
) -> None:
    """Before the loop has come by."""
    anna, offer = await offered(town)
    await closes(town)
    with pytest.raises(why):
        await town.answers.accept(person("anna"), anna.row.id, Acceptance(offer=offer.code))
    seen = await town.entry(anna)
    assert (seen.state.value, seen.row.passed_over) == ("waiting", why.code)
    assert await town.held() == []
    assert town.booking.requests == []
    with pytest.raises(OfferLapsed) as again:
        await town.answers.accept(person("anna"), anna.row.id, Acceptance(offer=offer.code))
    assert again.value.why == OfferCameToNothing(reason=why.code)


@pytest.mark.parametrize(("closes", "why"), WAYS)
async def test_what_was_accepted_and_could_not_be_begun_is_not_booked_once_it_is_closed(
    town: Town, closes: Closes, why: type[DomainError]
) -> None:
    anna, offer = await offered(town)
    town.booking.silent = True
    await town.answers.accept(person("anna"), anna.row.id, Acceptance(offer=offer.code))
    await closes(town)
    town.booking.silent = False
    town.now += MINUTE
    assert await town.round() == 1
    assert (await town.states(anna), await town.held()) == (["waiting"], [])
    assert (await town.entry(anna)).row.passed_over == why.code
    assert await town.told("anna") == ["place_offered", "offer_not_booked"]


async def breaks(town: Town, code: str) -> None:
    broken = select(Hold.connector_id).where(Hold.reservation_code == code)
    async with town.sessions.begin() as session:
        await session.execute(update(Connector).where(Connector.id.in_(broken)).values(status="faulted"))


async def offered_near(town: Town, chargers: int = 1) -> tuple[Entry, Offer]:
    """An hour before noon, to anna."""
    town.now += 2 * HOUR
    return await offered(town, chargers)


async def test_what_is_accepted_while_its_connector_does_not_work_is_taken_back(town: Town) -> None:
    """Its reservation would be moved, and was not there to hear of it. What works is offered at once."""
    anna, offer = await offered_near(town, 2)
    await breaks(town, offer.code)
    assert await town.round() == 0, "it may pass"
    with pytest.raises(PlaceRefused) as refused:
        await town.answers.accept(person("anna"), anna.row.id, Acceptance(offer=offer.code))
    assert refused.value.reason is NoPlaceReason.OUT_OF_ORDER
    assert town.booking.requests == []
    assert (await town.entry(anna)).snoozes_left == 2, "they have let nothing pass"
    assert await town.round() == 0, "nothing that works is free"
    await town.gives_back(make_booking("b1"))
    assert await town.round() == 1
    again = (await town.entry(anna)).offer
    assert again is not None
    await town.answers.accept(person("anna"), anna.row.id, Acceptance(offer=again.code))
    assert await town.states(anna) == ["booked"]


async def test_what_was_accepted_and_could_not_be_begun_is_not_booked_where_nothing_works(town: Town) -> None:
    anna, offer = await offered_near(town)
    town.booking.silent = True
    await town.answers.accept(person("anna"), anna.row.id, Acceptance(offer=offer.code))
    await breaks(town, offer.code)
    town.booking.silent = False
    town.now += MINUTE
    assert await town.round() == 1
    assert (await town.states(anna), await town.held()) == (["waiting"], [])
    assert await town.told("anna") == ["place_offered", "offer_not_booked"]


async def test_trouble_long_before_the_slot_refuses_nobody(town: Town) -> None:
    """It may be repaired by then; a reservation there hears nothing of it either."""
    anna, offer = await offered(town)
    await breaks(town, offer.code)
    await town.answers.accept(person("anna"), anna.row.id, Acceptance(offer=offer.code))
    assert await town.states(anna) == ["booked"]


async def test_an_offer_makes_way_for_maintenance_where_it_can_and_is_no_conflict(town: Town) -> None:
    anna, offer = await offered(town, 2)
    await town.gives_back(make_booking("b1"))
    async with town.sessions() as session:
        held = select(Connector.charger_id).join(Hold, Hold.connector_id == Connector.id)
        (charger,) = await session.scalars(held.where(Hold.reservation_code == offer.code))
    assert (await maintained(town, charger_id=charger)).conflicts == []
    assert await town.round() == 0
    assert (await town.entry(anna)).offer == offer
    booked = await town.answers.accept(person("anna"), anna.row.id, Acceptance(offer=offer.code))
    assert booked.decision is not None
    assert await town.states(anna) == ["booked"]


async def test_a_reservation_that_an_offer_has_become_is_told_of_maintenance(town: Town) -> None:
    anna, offer = await offered(town)
    await town.answers.accept(person("anna"), anna.row.id, Acceptance(offer=offer.code))
    window = await maintained(town)
    assert [one.code for one in window.conflicts] == [offer.code]
    assert await told_to_reservations(town) == 1
