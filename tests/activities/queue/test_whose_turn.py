"""Who is asked and who is passed over: by weight and person, by what they may have, and by how they answered before."""

import pytest
from sqlalchemy import update

from api.desk.people import People
from api.desk.principal import Principal
from api.desk.waiting_answers import Acceptance
from db.tables import Driver, Membership
from domain.errors import TooManyWaitingEntries
from domain.terms.fair_use import FairUse
from domain.terms.tiers import Tier
from domain.terms.waiting import WaitingRules
from tests.activities.holds.hold_desk import NOW
from tests.activities.queue.full_site import frees, full
from tests.activities.queue.list_desk import HOUR, MINUTE, Town, person
from tests.factories import make_policy, make_seed, make_site, make_slot, plant


async def test_who_cannot_use_what_is_free_or_may_not_book_it_is_passed_over_and_keeps_their_place(
    town: Town,
) -> None:
    await full(town)
    blocked, other, later = await town.waits("anna"), await town.waits("ben", pool_id="north-dc"), None
    later = await town.waits("cleo", make_slot(60))
    async with town.sessions.begin() as session:
        await session.execute(update(Driver).where(Driver.id == "anna").values(blocked=True))
    await frees(town, "b0")
    assert await town.round() == 2, "cleo's hour is free, too"
    assert await town.states(blocked, other, later) == ["waiting", "offered", "offered"]
    seen = await town.entry(blocked)
    assert seen.standing is not None
    assert (seen.row.passed_over, seen.standing.place) == ("driver_blocked", 1)


async def test_a_member_is_asked_before_who_waits_a_little_longer_and_a_person_once_at_a_time(
    town: Town,
) -> None:
    policy = make_policy(tiers=(Tier(name="gold", queue_weight=5),))
    await full(town, chargers=2, policy=policy)
    async with town.sessions.begin() as session:
        session.add(
            Membership(
                key="m", driver_id="gold", site_id=None, valid_from=NOW, valid_until=None, tier="gold",
                given_at=NOW, given_by="olga",
            )
        )  # fmt: skip
    plain = await town.waits("plain")
    town.now += MINUTE
    gold = await town.waits("gold")
    second = await town.waits("gold", make_slot(0, 120))
    town.now += 30 * MINUTE
    standing = [(await town.entry(one)).standing for one in (gold, plain)]
    assert [one.place for one in standing if one] == [1, 3]
    await frees(town, "b0")
    await frees(town, "b1")
    assert await town.round() == 2
    assert await town.states(gold, second, plain) == ["offered", "waiting", "offered"]


async def test_one_person_waits_for_so_much_and_the_same_key_is_one_entry(town: Town) -> None:
    await full(town, policy=make_policy(waiting=WaitingRules(most_entries=2)))
    first = await town.waits("anna")
    assert (await town.waits("anna")).replayed
    await town.waits("anna", make_slot(60))
    with pytest.raises(TooManyWaitingEntries):
        await town.waits("anna", make_slot(120))
    await town.answers.leave(person("anna"), first.row.id)
    await town.waits("anna", make_slot(120))


async def test_drivers_who_are_one_person_are_asked_once_at_a_time(town: Town) -> None:
    await full(town, chargers=2, policy=make_policy(overlapping_per_driver=True))
    people = People(town.sessions, lambda: town.now)
    olga = Principal(subject="olga", scopes=frozenset({"operator"}))
    for name in ("anna", "anni"):
        await people.join(olga, "p-1", name)
    one, two, other = [await town.waits(name) for name in ("anna", "anni", "ben")]
    await frees(town, "b0")
    await frees(town, "b1")
    assert await town.round() == 2
    assert await town.states(one, two, other) == ["offered", "waiting", "offered"]


async def test_who_leaves_and_joins_again_does_not_keep_a_place_from_others(town: Town) -> None:
    """Anna lets offers pass by whatever entry, or accepts and is not paid for; then others have it, and the public."""
    await full(town)
    await frees(town, "b0")
    for number in range(3):
        anna = await town.waits("anna", make_slot(0, 120 + 15 * number))
        assert await town.round() == 1
        offer = (await town.entry(anna)).offer
        assert offer is not None
        if number == 0:
            town.booking.declines = "payment_declined"
            await town.answers.accept(person("anna"), anna.row.id, Acceptance(offer=offer.code))
        elif number == 1:
            await town.answers.snooze(person("anna"), anna.row.id, offer.code)
        await town.answers.leave(person("anna"), anna.row.id)
    anna, ben = await town.waits("anna", make_slot(0, 180)), await town.waits("ben", make_slot())
    assert await town.round() == 1
    assert await town.states(anna, ben) == ["waiting", "offered"]
    assert (await town.entry(anna)).row.passed_over == "no_snooze_left"


async def test_after_some_silence_in_a_row_a_place_is_left_to_the_public_for_a_while(town: Town) -> None:
    await full(town, chargers=2)
    names = ["a", "b", "c", "d", "e"]
    waiting = [await town.waits(name) for name in names]
    await frees(town, "b0")
    asked = []
    for _ in range(4):
        await town.round()
        states = dict(zip(names, await town.states(*waiting), strict=True))
        asked.append([name for name in names if states[name] == "offered"])
        town.now += 10 * MINUTE
    assert asked == [["a"], ["b"], ["a"], []]
    await frees(town, "b1")
    assert await town.round() == 1, "one place is left to the public, and the other one is not"
    assert await town.held() == ["a"]


async def test_whose_week_is_full_is_offered_the_first_slot_of_the_next_one_within_their_window(
    town: Town,
) -> None:
    policy = make_policy(fair_use=FairUse(weekly=HOUR), open_reservations_per_driver=9)
    await plant(town.sessions, make_seed(make_site(chargers=1, zone="UTC"), policy=policy))
    await town.books("tuesday", make_slot(24 * 60), driver_id="anna", account="anna")
    sunday = make_slot((6 * 24 + 4) * 60, 14 * 60)
    assert (sunday.start.isoweekday(), sunday.end.isoweekday()) == (7, 1)
    anna = await town.waits("anna", sunday)
    assert await town.round() == 1
    offer = (await town.entry(anna)).offer
    assert offer is not None
    assert (offer.slot.start.isoweekday(), offer.slot.start.hour) == (1, 0)


async def test_what_kept_them_out_is_not_said_any_more_once_nothing_is_free(town: Town) -> None:
    """Blocked when a place was free, and not any more when it is booked: nothing keeps them from what is free."""
    await full(town)
    anna = await town.waits("anna")
    await frees(town, "b0")
    for blocked in (True, False):
        async with town.sessions.begin() as session:
            await session.execute(update(Driver).where(Driver.id == "anna").values(blocked=blocked))
        if blocked:
            assert await town.round() == 0
            assert (await town.entry(anna)).row.passed_over == "driver_blocked"
            await town.books("b1")
    assert await town.round() == 0
    row = (await town.entry(anna)).row
    assert (row.passed_over, row.passed_over_at) == ("", None)
