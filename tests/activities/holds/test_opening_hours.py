"""A slot that touches closed hours is refused by its own code, with when it opens and times inside the hours."""

from datetime import datetime, timedelta
from typing import Any

from activities.holds.activities import HoldActivities
from contracts.holds import HoldReplacement, MoveHold, ReleaseHolds
from db.engine import Sessions
from domain.errors import Explanation
from domain.place.reasons import OfferReason
from domain.place.slots import Slot
from domain.reservation.release import ReleaseReason
from tests.activities.holds.hold_desk import NOW, refusal_of
from tests.factories import (
    NOON,
    make_booking,
    make_policy,
    make_seed,
    make_site,
    make_slot,
    make_terms,
    plant,
)

HOURS = "08:00-16:00; Jun 04 off"
"""In Berlin: until 14:00 UTC on the Monday of the tests, and not on its Tuesday."""
CLOSES = NOON + timedelta(hours=2)
OPENS = NOON + timedelta(days=1, hours=18)


async def planted(sessions: Sessions, *more: Any, **over: Any) -> None:
    await plant(sessions, make_seed(make_site(opening_hours=HOURS, **over), *more, policy=make_policy()))


async def test_a_booking_over_the_end_of_the_day_is_refused_and_told_what_is_open(
    holds: HoldActivities, sessions: Sessions
) -> None:
    await planted(sessions)
    to_the_end = await holds.place_hold(make_booking("a", slot=make_slot(60, 60)))
    assert to_the_end.held is not None
    over = make_slot(90, 60)
    wish = make_booking("b", slot=over)
    refused = await holds.place_hold(wish)
    assert refusal_of(refused) == "site_closed"
    assert refused.refusal is not None
    told = refused.refusal.why
    assert isinstance(told, Explanation)
    assert (told.code, datetime.fromisoformat(told.written["opens"])) == ("closed_then", OPENS)
    offers = [offer.slot for offer in (await holds.find_alternatives(wish)).found]
    assert offers
    assert all(slot.end <= CLOSES or slot.start >= OPENS for slot in offers), offers
    for number, slot in enumerate(offers):
        again = make_booking(f"again-{number}", slot=slot)
        assert (await holds.place_hold(again)).held is not None
        await holds.release_holds(ReleaseHolds(code=again.code, reason=ReleaseReason.CANCELLED, now=NOW))


async def test_on_a_day_off_the_first_times_after_it_are_offered(
    holds: HoldActivities, sessions: Sessions
) -> None:
    await planted(sessions, make_site(site_id="south", latitude=52.53, opening_hours=HOURS))
    day_off = make_slot(0, 60, after=NOON + timedelta(days=1))
    wish = make_booking("a", slot=day_off)
    assert refusal_of(await holds.place_hold(wish)) == "site_closed"
    offers = (await holds.find_alternatives(wish)).found
    assert [(offer.site_id, offer.reason) for offer in offers] == [
        ("north", OfferReason.OTHER_TIME_HERE)
    ] * 3, "the other site is closed that day, too"
    assert {offer.slot.start for offer in offers} == {OPENS + timedelta(minutes=15 * n) for n in range(3)}


async def test_what_is_booked_is_not_moved_nor_extended_into_closed_hours(
    holds: HoldActivities, sessions: Sessions
) -> None:
    await planted(sessions)
    booked = await holds.place_hold(make_booking("a", slot=make_slot(60, 45)))
    assert booked.held is not None
    terms = make_terms()
    hold_id = booked.held.assignment.hold_id

    def moved(slot: Slot, *, extend: bool) -> MoveHold:
        return MoveHold(
            code=make_booking("a").code,
            hold_id=hold_id,
            slot=slot,
            now=NOW,
            terms=terms,
            keep_connector=extend,
        )

    assert refusal_of(await holds.move_hold(moved(make_slot(90, 60), extend=False))) == "site_closed"
    assert refusal_of(await holds.move_hold(moved(make_slot(60, 75), extend=True))) == "site_closed"
    to_the_end = await holds.move_hold(moved(make_slot(60, 60), extend=True))
    assert to_the_end.held is not None


async def test_nobody_is_sent_to_a_site_that_is_closed(holds: HoldActivities, sessions: Sessions) -> None:
    shut = make_site(site_id="south", latitude=52.53, opening_hours="Mo off")
    await plant(sessions, make_seed(make_site(chargers=1), shut, policy=make_policy()))
    booked = await holds.place_hold(make_booking("a"))
    assert booked.held is not None
    broken = HoldReplacement(
        code=make_booking("a").code,
        step="reroute-1",
        driver_id="driver-a",
        site_id="north",
        slot=make_slot(),
        power_w=booked.held.assignment.power_w,
        exclude_connectors=(booked.held.assignment.connector_id,),
        prefer_connector_id=None,
        terms=make_terms(),
        now=NOW,
    )
    assert refusal_of(await holds.hold_replacement(broken)) == "slot_unavailable"
