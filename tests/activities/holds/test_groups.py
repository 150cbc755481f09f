"""A group's bays on a real database: all of them at once or none, and what is offered instead has room for all."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import update

from activities.holds.grouping import group_alternatives
from api.desk.people import People
from api.desk.principal import Principal
from db.documents import policy_to_document
from db.engine import Sessions
from db.tables import Hold, PolicyVersion
from domain.errors import DomainError, DriverBookedAlready, GroupTooLarge, SiteClosed, SlotUnavailable
from domain.terms.fair_use import FairUse
from domain.terms.payments import PaymentModel, PaymentRules
from tests.activities.holds.group_desk import asks, group, held, placed
from tests.activities.holds.hold_desk import NOW, place_at
from tests.activities.holds.test_own_offers import NOTHING
from tests.factories import (
    make_booking,
    make_driver,
    make_policy,
    make_seed,
    make_site,
    make_slot,
    plant,
)


async def test_three_get_a_bay_each_and_each_booking_finds_its_own(sessions: Sessions) -> None:
    await plant(sessions, make_seed(make_site(chargers=3)))
    ask = await group(sessions, "g", asks("a", "b", "c"))
    assert await placed(sessions, ask) == {}
    rows = await held(sessions)
    assert sorted(row.connector_id for row in rows) == [1, 2, 3]
    found = [await place_at(sessions, one) for one in ask.asks]
    assert [one.held.assignment.hold_id for one in found if one.held] == [row.id for row in rows]
    assert await placed(sessions, ask) == {}
    assert len(await held(sessions)) == 3


async def test_one_bay_too_few_is_none_at_all_and_what_is_offered_has_room_for_all(
    sessions: Sessions,
) -> None:
    await plant(sessions, make_seed(make_site(chargers=3)))
    await place_at(sessions, make_booking("before"))
    ask = await group(sessions, "g", asks("a", "b", "c"))
    with pytest.raises(SlotUnavailable):
        await placed(sessions, ask)
    assert len(await held(sessions)) == 1
    async with sessions() as session:
        offers = await group_alternatives(session, ask)
    assert {offer.site_id for offer in offers} >= {"north"}
    assert len(offers) == 5
    for number, offer in enumerate(
        offers[:2]
    ):  # each as the bays stand: the second is another driver's group
        again = tuple(
            replace(one, code=f"{one.code}{number}", driver_id=f"driver-{number}-{one.code}", slot=offer.slot)
            for one in ask.asks
        )
        async with sessions.begin() as session:
            await session.execute(
                update(Hold)
                .where(Hold.reservation_code != make_booking("before").code)
                .values(released_at=NOW, release_reason="cancelled")
            )
        assert await placed(sessions, await group(sessions, f"g{number}", again)) == {}


async def test_a_group_into_closed_hours_is_refused_as_that_and_offered_open_ones(sessions: Sessions) -> None:
    closing = make_slot(60)
    await plant(sessions, make_seed(make_site(chargers=2, zone="UTC", opening_hours="00:00-12:30")))
    ask = await group(sessions, "g", asks("a", "b", slot=closing))
    with pytest.raises(SiteClosed):
        await placed(sessions, ask)
    async with sessions() as session:
        offers = await group_alternatives(session, ask)
    assert offers
    for n, offer in enumerate(offers):
        again = await group(sessions, f"g{n}", asks(f"c{n}", f"d{n}", slot=offer.slot))
        assert await placed(sessions, again) == {}
        async with sessions.begin() as session:
            await session.execute(update(Hold).values(released_at=NOW, release_reason="cancelled"))


async def test_a_group_is_offered_what_each_of_it_may_book(sessions: Sessions) -> None:
    """One of them stays here as long as anybody may, from 13:30, and is no member where only members book."""
    stays = FairUse(longest_stay=timedelta(hours=4))
    policy = make_policy(open_reservations_per_driver=9, fair_use=stays)
    near = [make_site(site_id=name, latitude=52.52 + n / 100) for n, name in enumerate(("south", "west"), 1)]
    here = make_site(chargers=3, zone="UTC", opening_hours="10:30-19:00")
    await plant(sessions, make_seed(here, *near, policy=policy))
    for_members = make_policy(
        payments=PaymentRules(model=PaymentModel.MEMBERSHIP), deposit=NOTHING, reservation_fee=NOTHING
    )
    async with sessions.begin() as session:
        document = policy_to_document(for_members)
        session.add(PolicyVersion(site_id="south", version=9, valid_from=NOW, document=document))
    stay = asks("stay", driver="driver-b", slot=make_slot(90, minutes=240))
    for one in (*stay, *asks("x", "y")):
        assert (await place_at(sessions, one)).held
    ask = await group(sessions, "g", asks("a", "b"))
    with pytest.raises(SlotUnavailable):
        await placed(sessions, ask)
    async with sessions.begin() as session:
        offers = await group_alternatives(session, ask)
    places = [(offer.site_id, offer.slot.start) for offer in offers]
    apart = [("north", make_slot(minutes).start) for minutes in (-75, -90, 360)]
    assert places == [("west", make_slot().start), *apart]
    for number, offer in enumerate(offers):
        again = asks("a", "b", slot=offer.slot, site_id=offer.site_id, pool_id=None)
        codes = [make_booking(f"{number}-{one.code}").code for one in again]
        mine = tuple(replace(one, code=code) for one, code in zip(again, codes, strict=True))
        assert await placed(sessions, await group(sessions, f"g{number}", mine)) == {}
        async with sessions.begin() as session:
            await session.execute(
                update(Hold)
                .where(Hold.reservation_code.in_(codes))
                .values(released_at=NOW, release_reason="cancelled")
            )


async def test_a_group_of_one_driver_is_offered_no_more_than_they_may_have(sessions: Sessions) -> None:
    """Two bays of an hour are all of a week: nothing is left of this one, which is offered nowhere."""
    policy = make_policy(open_reservations_per_driver=9, fair_use=FairUse(weekly=timedelta(hours=2)))
    await plant(sessions, make_seed(make_site(chargers=3), policy=policy))
    await place_at(sessions, make_booking("before"))
    two = await group(sessions, "2", asks("a", "b", driver="anna"))
    three = await group(sessions, "3", asks("a", "b", "c", driver="anna"))
    async with sessions.begin() as session:
        assert await group_alternatives(session, two)
        assert await group_alternatives(session, three) == ()


async def test_as_many_as_possible_says_who_got_none(sessions: Sessions) -> None:
    await plant(
        sessions, make_seed(make_site(chargers=2), drivers=(make_driver(driver_id="driver-a", blocked=True),))
    )
    ask = await group(sessions, "g", asks("a", "b", "c", "d"), together=False)
    a, b, c, d = (one.code for one in ask.asks)
    assert await placed(sessions, ask) == {a: "driver_blocked", d: "slot_unavailable"}
    assert {row.reservation_code for row in await held(sessions)} == {b, c}
    assert await placed(sessions, ask) == {a: "driver_blocked", d: "slot_unavailable"}


async def test_groups_that_race_are_whole_or_nothing(sessions: Sessions) -> None:
    await plant(sessions, make_seed(make_site(chargers=5)))
    racing = [await group(sessions, f"g{n}", asks(*(f"{n}-{m}" for m in range(2 + n % 2)))) for n in range(6)]
    outcomes = await asyncio.gather(*(placed(sessions, ask) for ask in racing), return_exceptions=True)
    refused = [outcome for outcome in outcomes if isinstance(outcome, BaseException)]
    assert all(isinstance(one, SlotUnavailable) for one in refused), refused
    codes = {row.reservation_code for row in await held(sessions)}
    for ask, outcome in zip(racing, outcomes, strict=True):
        own = {one.code for one in ask.asks}
        assert codes >= own if outcome == {} else not codes & own
    assert len(codes) in (4, 5)


async def test_one_driver_may_have_several_bays_by_a_group_alone(sessions: Sessions) -> None:
    policy = make_policy(overlapping_per_driver=False, open_reservations_per_driver=9, largest_group=3)
    await plant(sessions, make_seed(make_site(chargers=6), policy=policy))
    ask = await group(sessions, "g", asks("a", "b", "c", driver="anna"))
    assert await placed(sessions, ask) == {}
    for name, wanted, refusal in (
        ("again", asks("d", "e", driver="anna"), DriverBookedAlready),
        ("large", asks("f", "g", "h", "i", slot=make_slot(300)), GroupTooLarge),
    ):
        with pytest.raises(DomainError) as refused:
            await placed(sessions, await group(sessions, name, wanted))
        assert isinstance(refused.value, refusal)
    assert len(await held(sessions)) == 3


async def test_a_guest_of_a_group_may_come_while_who_books_is_elsewhere(sessions: Sessions) -> None:
    """Their bay counts as none of who books, also where the group is offered something else."""
    policy = make_policy(overlapping_per_driver=False, open_reservations_per_driver=9)
    sites = make_site(chargers=2), make_site(site_id="south", chargers=1, latitude=52.53)
    await plant(sessions, make_seed(*sites, policy=policy))
    elsewhere = asks("e", driver="anna", site_id="south", pool_id="south-dc")
    assert (await place_at(sessions, elsewhere[0])).held
    own = asks("a", "b", driver="anna")
    guests = tuple(replace(one, for_guest=True) for one in own)
    with pytest.raises(DriverBookedAlready):
        await placed(sessions, await group(sessions, "own", own))
    offers = {}
    for name, wanted in (("ours", own), ("theirs", guests)):
        ask = await group(sessions, f"{name} offered", wanted)
        async with sessions.begin() as session:
            offers[name] = [one.slot for one in await group_alternatives(session, ask)]
    assert not [slot for slot in offers["ours"] if slot.overlaps(make_slot())]
    assert make_slot() in offers["theirs"]
    assert await placed(sessions, await group(sessions, "guests", guests)) == {}


async def test_groups_and_bookings_of_one_person_wait_for_each_other_and_stay_within_the_limit(
    sessions: Sessions,
) -> None:
    """No deadlock, whoever comes first; each by an account of its own."""
    policy = make_policy(overlapping_per_driver=True, open_reservations_per_driver=3)
    await plant(sessions, make_seed(make_site(chargers=9), policy=policy))
    olga = Principal(subject="olga", scopes=frozenset({"operator"}))
    for name in "abcde":
        await People(sessions, lambda: NOW).join(olga, "p-1", f"driver-{name}")
    groups = [
        await group(sessions, f"g{n}", asks(*names), together=False) for n, names in enumerate(("ca", "bd"))
    ]
    single = [place_at(sessions, one) for one in asks("e", slot=make_slot(120))]
    refused = await asyncio.gather(
        *(placed(sessions, one) for one in groups), *single, return_exceptions=True
    )
    assert not [one for one in refused if isinstance(one, BaseException) and not isinstance(one, DomainError)]
    assert len(await held(sessions)) == 3
