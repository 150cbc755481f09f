"""What is offered is not its driver's at the charger before they have booked it, however late the list's loop is."""

from datetime import datetime, timedelta

from activities.queue.rounds import LEFT_ALONE
from api.desk.waiting_answers import Acceptance
from api.desk.waiting_list import Entry, Offer
from db.queries.charging.access import access_facts
from db.queries.charging.claims import claims_of
from domain.charging.access import AccessDecision
from domain.charging.access_reasons import AccessReason
from domain.charging.matching import Claim
from ocpp_gateway.duties.access_gate import judge_start
from tests.activities.queue.list_desk import Town, person
from tests.api.stage import publish, view_of
from tests.factories import (
    make_booking,
    make_driver,
    make_policy,
    make_seed,
    make_site,
    make_slot_rules,
    plant,
)

CARD, MATES, OTHER = "0A", "0B", "0C"


async def offered(town: Town) -> tuple[Entry, Offer]:
    """Noon, to anna, of whose group a mate has a card."""
    drivers = (
        make_driver(driver_id="anna", rfid=(CARD,), group_id="G"),
        make_driver(driver_id="mate", rfid=(MATES,), group_id="G"),
        make_driver(driver_id="other", rfid=(OTHER,)),
    )
    policy = make_policy(slots=make_slot_rules(buffer=timedelta(0)))
    await plant(town.sessions, make_seed(make_site(chargers=1, zone="UTC"), policy=policy, drivers=drivers))
    await town.books("b0")
    anna = await town.waits("anna")
    await town.gives_back(make_booking("b0"))
    await town.round()
    offer = (await town.entry(anna)).offer
    assert offer is not None
    return anna, offer


async def decided(town: Town, card: str, at: datetime) -> AccessDecision:
    async with town.sessions() as session:
        facts = await access_facts(await session.connection(), charger_id="NORTH-1", id_tag=card, now=at)
    (connector,) = facts.connectors.values()
    return judge_start(facts, connector, at).decision


async def claims(town: Town, at: datetime) -> list[Claim]:
    async with town.sessions() as session:
        return await claims_of(session, driver_id="anna", site_id="north", at=at)


async def test_nobody_charges_on_an_offer_that_the_loop_has_not_come_to_take_back(town: Town) -> None:
    """Nobody would be billed: it has no reservation."""
    _, offer = await offered(town)
    for card in (CARD, MATES, OTHER):
        answer = await decided(town, card, offer.slot.start)
        assert (answer.allowed, answer.reason) == (False, AccessReason.RESERVED_FOR_ANOTHER)
    assert await claims(town, offer.slot.start) == [], "nor is what they charge beside it the offer's"
    town.now = offer.until
    await town.round()
    answer = await decided(town, CARD, offer.slot.start)
    assert answer.reason is AccessReason.WALK_IN


async def test_it_is_theirs_once_its_reservation_is_there_and_not_when_they_have_only_said_yes(
    town: Town,
) -> None:
    anna, offer = await offered(town)
    town.booking.silent = True
    await town.answers.accept(person("anna"), anna.row.id, Acceptance(offer=offer.code))
    assert (await decided(town, CARD, offer.slot.start)).reason is AccessReason.RESERVED_FOR_ANOTHER
    await publish(town.sessions, view_of(offer.code, state="CONFIRMED"))
    answer = await decided(town, CARD, offer.slot.start)
    assert (answer.reason, answer.reservation_code) == (AccessReason.RESERVATION, offer.code)
    town.booking.silent = False
    town.now += LEFT_ALONE
    await town.round()
    assert (await decided(town, MATES, offer.slot.start)).reservation_code == offer.code
    assert [one.reservation_code for one in await claims(town, offer.slot.start)] == [offer.code]
