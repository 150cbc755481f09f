"""What a refused reschedule or extension is offered: slots that the same action takes, its own place free."""

from datetime import timedelta
from random import Random

import pytest

from activities.holds.activities import HoldActivities
from activities.holds.moves_instead import other_slots
from contracts.alternatives import Alternative
from contracts.holds import HoldDecision, MoveHold, PlaceHold
from db.engine import Sessions
from domain.money.amount import Money
from domain.place.reasons import OfferReason
from domain.place.slots import Slot
from domain.settlement.moved_prices import AcceptedPrices
from tests.activities.holds.hold_desk import move, refusal_of
from tests.activities.holds.test_prices import BUSY, in_force
from tests.factories import make_booking, make_policy, make_seed, make_site, make_slot, plant

QUARTER = timedelta(minutes=15)


async def offered(sessions: Sessions, held: HoldDecision, ask: MoveHold) -> tuple[Alternative, ...]:
    assert held.terms is not None
    async with sessions() as session:
        return await other_slots(session, ask, held.terms)


def asked(held: HoldDecision, booking: PlaceHold, slot: Slot, *, extends: bool = False) -> MoveHold:
    anything = Money(9999, "EUR")
    accepted = AcceptedPrices(energy_per_kwh=anything, time_per_minute=anything)
    return move(held, booking, slot=slot, keep_connector=extends, terms=held.terms, accepted=accepted)


@pytest.mark.parametrize("seed", range(4))
async def test_each_slot_that_is_offered_instead_is_taken_at_its_price(
    holds: HoldActivities, sessions: Sessions, seed: int
) -> None:
    chance = Random(seed)
    policy = make_policy(overlapping_per_driver=False, open_reservations_per_driver=9)
    hours = chance.choice(("", "00:00-16:00"))
    await plant(sessions, make_seed(make_site(chargers=1, zone="UTC", opening_hours=hours), policy=policy))
    if chance.random() < 0.7:
        await in_force(sessions, BUSY)
    mine = make_booking("mine", driver_id="me", slot=make_slot(0))
    held = await holds.place_hold(mine)
    for number, start in enumerate((90, 180, chance.choice((-90, 270)))):
        await holds.place_hold(make_booking(f"n{number}", slot=make_slot(start)))
    wanted = asked(held, mine, make_slot(90))
    assert refusal_of(await holds.move_hold(wanted)) == "slot_unavailable"
    offers = await offered(sessions, held, wanted)
    assert offers
    assert {offer.quote for offer in offers} == {""}
    for offer in offers:
        assert offer.reason is OfferReason.OTHER_TIME_HERE
        assert offer.slot != mine.slot
        moved = await holds.move_hold(asked(held, mine, offer.slot))
        assert moved.held is not None, moved.refusal
        terms = moved.terms or held.terms
        assert terms is not None
        assert offer.energy_per_kwh == terms.tariff.energy_per_kwh
        assert (await holds.move_hold(asked(held, mine, mine.slot))).held is not None


async def test_who_cannot_stay_so_long_is_told_how_long_they_can(
    holds: HoldActivities, sessions: Sessions
) -> None:
    await plant(sessions, make_seed(make_site(chargers=2)))
    mine = make_booking("mine", slot=make_slot(0))
    held = await holds.place_hold(mine)
    for name in ("next", "beside"):
        assert (await holds.place_hold(make_booking(name, slot=make_slot(120)))).held
    wanted = asked(held, mine, make_slot(0, 150), extends=True)
    assert refusal_of(await holds.move_hold(wanted)) == "slot_unavailable"
    (offer,) = await offered(sessions, held, wanted)
    assert offer.reason is OfferReason.SHORTER_HERE
    assert make_slot(0).end < offer.slot.end < make_slot(0, 150).end
    longer = Slot(offer.slot.start, offer.slot.end + QUARTER)
    assert refusal_of(await holds.move_hold(asked(held, mine, longer, extends=True))) == "slot_unavailable"
    assert (await holds.move_hold(asked(held, mine, offer.slot, extends=True))).held
    assert await offered(sessions, held, asked(held, mine, longer, extends=True)) == ()
