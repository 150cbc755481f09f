"""Bays that a site keeps for some: who may not is refused with what is open to them, and nobody is moved there."""

from datetime import time, timedelta

import pytest

from activities.holds.activities import HoldActivities
from activities.holds.grouping import group_alternatives
from contracts.holds import HoldDecision, LockHold, MoveHold, ReleaseHolds
from db.documents import access_rules_to_document
from db.engine import Sessions
from db.queries.place.availability import availability
from db.tables import AccessRulesVersion, DriverGroup, GroupMember
from domain.errors import SlotUnavailable
from domain.place.reasons import OfferReason
from domain.place.slots import Slot
from domain.reservation.release import ReleaseReason
from domain.terms.access_rules import AccessLine, AccessRules, Who
from domain.terms.price_rules import WeeklySpan
from tests.activities.holds.group_desk import asks, group, placed
from tests.activities.holds.hold_desk import (
    NOW,
    connector_of,
    hold_row,
    place_at,
    refusal_of,
    replacement,
    set_status,
)
from tests.factories import NOON, make_booking, make_seed, make_site, make_slot, plant

AT_NOON = (WeeklySpan(start=time(11), end=time(14)),)
TAXIS = AccessLine(name="Taxis", who=Who.GROUP, names=("taxis",), weekly=AT_NOON, bays=("Bay 1",), allow=True)
NO_OTHERS = AccessLine(name="Stand", who=Who.PUBLIC, weekly=AT_NOON, bays=("Bay 1",), allow=False)


async def keeps_a_stand(
    sessions: Sessions, *lines: AccessLine, chargers: int = 2
) -> dict[tuple[str, int], int]:
    """`driver-taxi` and `driver-second` are in the group of taxis; the site's clock is UTC."""
    ids = await plant(sessions, make_seed(make_site(chargers=chargers, zone="UTC")))
    rules = access_rules_to_document(AccessRules(lines=lines or (TAXIS, NO_OTHERS)))
    async with sessions.begin() as session:
        session.add(DriverGroup(id="taxis", name="Taxis", made_at=NOW))
        session.add(AccessRulesVersion(site_id="north", version=1, valid_from=NOW, document=rules))
        await session.flush()
        for driver_id in ("driver-taxi", "driver-second"):
            session.add(GroupMember(group_id="taxis", driver_id=driver_id, since=NOW, joined_by="olga"))
    return ids


async def test_a_bay_is_given_only_to_whom_it_is_kept_for(holds: HoldActivities, sessions: Sessions) -> None:
    ids = await keeps_a_stand(sessions)
    stand, other = ids["NORTH-1", 1], ids["NORTH-2", 1]
    assert connector_of(await holds.place_hold(make_booking("one"))) == other
    refused = await holds.place_hold(make_booking("two"))
    assert refusal_of(refused) == "slot_unavailable"
    assert connector_of(await holds.place_hold(make_booking("taxi"))) == stand


@pytest.mark.parametrize("names", [("taxi", "x"), ("x", "taxi")])
async def test_a_group_is_offered_the_bays_that_each_of_it_is_let_in_to(
    sessions: Sessions, names: tuple[str, str]
) -> None:
    """Not those of whoever is named first: once the other bay is free again, the stand is the taxi's still."""
    await keeps_a_stand(sessions)
    assert (await place_at(sessions, make_booking("before"))).held
    ask = await group(sessions, "g", asks(*names, pool_id=None))
    with pytest.raises(SlotUnavailable):
        await placed(sessions, ask)
    async with sessions.begin() as session:
        offers = await group_alternatives(session, ask)
    at_one = next(offer for offer in offers if offer.slot == make_slot(75))
    again = await group(sessions, "g2", asks(*names, slot=at_one.slot, pool_id=None))
    assert await placed(sessions, again) == {}


async def test_who_may_nowhere_is_told_who_may_from_when_they_could_and_what_is_open(
    holds: HoldActivities, sessions: Sessions
) -> None:
    await keeps_a_stand(sessions, chargers=1)
    refused = await holds.place_hold(make_booking())
    assert refusal_of(refused) == "no_access"
    assert refused.refusal is not None
    assert refused.refusal.why.written == {"who": "Taxis", "opens": (NOON + timedelta(hours=2)).isoformat()}
    assert refused.refusal.asks_for_others
    first = (await holds.find_alternatives(make_booking())).found[0]
    assert first.reason is OfferReason.OTHER_TIME_HERE
    assert first.slot.end <= NOON - timedelta(hours=1) or first.slot.start >= NOON + timedelta(hours=2)
    again = await holds.place_hold(make_booking("two", slot=first.slot))
    assert again.held is not None
    taxi = await holds.place_hold(make_booking("taxi"))
    assert taxi.held is not None


async def test_only_what_the_caller_may_book_is_shown(holds: HoldActivities, sessions: Sessions) -> None:
    await keeps_a_stand(sessions)
    start = NOON - timedelta(hours=2)

    async def free(driver_id: str | None) -> list[int]:
        async with sessions() as session:
            found = await availability(
                session,
                site_id="north",
                start=start,
                end=start + timedelta(hours=5),
                now=NOW,
                length=timedelta(hours=1),
                driver_id=driver_id,
            )
        return [w.free for w in found.pools[0].windows if w.slot.start.minute == 0]

    assert await free("driver-one") == [2, 1, 1, 1, 2]
    assert await free("driver-taxi") == await free(None) == [2, 2, 2, 2, 2]
    assert (await holds.place_hold(make_booking("one"))).held is not None
    assert await free("driver-two") == [2, 0, 0, 0, 2]  # with the buffer after each slot
    assert await free("driver-taxi") == [2, 1, 1, 1, 2]


async def test_nobody_is_moved_to_a_bay_that_is_not_theirs(holds: HoldActivities, sessions: Sessions) -> None:
    """A taxi makes way for who cannot be on its stand; who cannot stays off it, also as their own bay breaks."""
    ids = await keeps_a_stand(sessions)
    stand, other = ids["NORTH-1", 1], ids["NORTH-2", 1]
    first = await holds.place_hold(make_booking("taxi", slot=make_slot(-30, 60)))
    second = await holds.place_hold(make_booking("second", driver_id="driver-second"))
    assert (connector_of(first), connector_of(second)) == (stand, other)
    assert first.held is not None
    code = make_booking("taxi").code
    await holds.release_holds(ReleaseHolds(code=code, reason=ReleaseReason.CANCELLED, now=NOW))
    private = await holds.place_hold(make_booking("one"))
    assert connector_of(private) == other
    moved, kept = await hold_row(sessions, second), await hold_row(sessions, private)
    assert (moved.connector_id, moved.among, kept.among) == (stand, None, [other])
    code = make_booking("second").code
    await holds.release_holds(ReleaseHolds(code=code, reason=ReleaseReason.CANCELLED, now=NOW))
    await set_status(sessions, other, "faulted")
    assert private.held is not None
    at = NOON - timedelta(minutes=15)
    locked = await holds.lock_hold(
        LockHold(code=make_booking("one").code, hold_id=private.held.assignment.hold_id, now=at)
    )
    assert (locked.faulted, locked.held.assignment.connector_id) == (True, other)
    assert refusal_of(await holds.hold_replacement(replacement(exclude_connectors=(other,), now=at))) == (
        "slot_unavailable"
    )


async def test_a_booking_is_moved_or_lengthened_only_into_what_is_open_to_its_driver(
    holds: HoldActivities, sessions: Sessions
) -> None:
    await keeps_a_stand(sessions, chargers=1)
    early = make_slot(-180, 60)
    booked = await holds.place_hold(make_booking("one", slot=early))
    assert booked.held is not None

    async def moved(slot: Slot, *, keep: bool = False) -> HoldDecision:
        ask = MoveHold(
            code=make_booking("one").code,
            hold_id=booked.held.assignment.hold_id if booked.held else 0,
            slot=slot,
            keep_connector=keep,
            now=NOW,
            terms=booked.terms,
        )
        return await holds.move_hold(ask)

    assert refusal_of(await moved(make_slot())) == "no_access"
    assert refusal_of(await moved(make_slot(-180, 150), keep=True)) == "no_access"
    assert (await hold_row(sessions, booked)).slot_start == early.start
    assert (await moved(make_slot(-180, 120), keep=True)).held is not None
    assert (await moved(make_slot(120))).held is not None
