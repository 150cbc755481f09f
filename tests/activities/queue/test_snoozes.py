"""What is let pass is counted by person and site, by whichever entry, account or word; what we took back is not."""

from dataclasses import replace

import pytest

from api.desk.people import People
from api.desk.principal import Principal
from api.desk.waiting_answers import Acceptance
from api.desk.waiting_list import Entry, Offer
from domain.errors import BookingTooLate, SnoozesUsed
from domain.queue.offers import COUNTED_FOR
from domain.terms.waiting import WaitingRules
from tests.activities.queue.full_site import frees, full
from tests.activities.queue.list_desk import MINUTE, Town, person
from tests.factories import make_policy, make_slot

POLICY = make_policy(waiting=WaitingRules(most_snoozes=1, most_entries=9))


async def one_person(town: Town, *names: str) -> None:
    people = People(town.sessions, lambda: town.now)
    olga = Principal(subject="olga", scopes=frozenset({"operator"}))
    for name in names:
        await people.join(olga, "p-1", name)


async def asked(town: Town, *entries: Entry) -> tuple[Entry, Offer]:
    """Who of them has an offer; one has."""
    await town.round()
    ((entry, offer),) = [
        (one, seen.offer) for one in entries if (seen := await town.entry(one)).offer is not None
    ]
    return entry, offer


@pytest.mark.parametrize("by_word", [True, False])
async def test_by_several_entries_and_accounts_nobody_keeps_a_place_longer_than_by_one(
    town: Town, *, by_word: bool
) -> None:
    await full(town, policy=POLICY)
    await one_person(town, "anna", "anni")
    entries = [
        await town.waits(name, make_slot(0, 60 + 15 * number))
        for number, name in enumerate(("anna", "anni", "anna"))
    ]
    await frees(town, "b0")
    first, offer = await asked(town, *entries)
    assert [(await town.entry(one)).snoozes_left for one in entries] == [1, 1, 1]
    if by_word:
        await town.answers.snooze(person(first.row.account), first.row.id, offer.code)
    town.now = offer.until
    await town.round()
    if not by_word:
        assert await town.states(*entries) == ["waiting", "waiting", "waiting"], (
            "none before the pause is over"
        )
        town.now += 10 * MINUTE
    assert [(await town.entry(one)).snoozes_left for one in entries] == [0, 0, 0]
    second, offer = await asked(town, *entries)
    with pytest.raises(SnoozesUsed):
        await town.answers.snooze(person(second.row.account), second.row.id, offer.code)
    town.now = offer.until
    await town.round()
    assert (await town.entry(second)).state == "removed"
    town.now += 10 * MINUTE
    await town.round()
    left = [one for one in entries if one.row.id != second.row.id]
    assert await town.states(*left) == ["waiting", "waiting"]
    assert {(await town.entry(one)).row.passed_over for one in left} == {"no_snooze_left"}


async def test_between_two_offers_to_one_person_others_are_asked(town: Town) -> None:
    await full(town)
    mine = [await town.waits("anna", make_slot(0, 60 + 15 * number)) for number in range(2)]
    ben = await town.waits("ben")
    await frees(town, "b0")
    first, offer = await asked(town, *mine)
    await town.answers.snooze(person("anna"), first.row.id, offer.code)
    assert await town.round() == 1
    assert await town.states(*mine, ben) == ["waiting", "waiting", "offered"]


async def test_a_day_later_they_are_asked_again(town: Town) -> None:
    await full(town, policy=replace(POLICY, waiting=WaitingRules(most_snoozes=0)))
    first = await town.waits("anna")
    await frees(town, "b0")
    _, offer = await asked(town, first)
    town.now = offer.until
    await town.round()
    later = await town.waits("anna", make_slot(3 * 24 * 60))
    await town.round()
    assert (await town.entry(later)).row.passed_over == "no_snooze_left"
    town.now = offer.until + COUNTED_FOR
    await asked(town, later)


async def test_each_counts_for_a_day_from_its_own_time_whatever_is_offered_to_the_entry_later(
    town: Town,
) -> None:
    await full(town, policy=POLICY)
    anna = await town.waits("anna", make_slot(3 * 24 * 60))
    _, offer = await asked(town, anna)
    town.now = offer.until
    await town.round()
    assert (await town.entry(anna)).snoozes_left == 0
    town.now = offer.until + COUNTED_FOR
    _, offer = await asked(town, anna)
    assert (await town.entry(anna)).snoozes_left == 1
    await town.answers.snooze(person("anna"), anna.row.id, offer.code)
    town.now += 10 * MINUTE
    await asked(town, anna)
    assert (await town.entry(anna)).snoozes_left == 0


async def test_what_we_did_not_book_in_time_counts_against_nobody(town: Town) -> None:
    await full(town, policy=replace(POLICY, waiting=WaitingRules(most_snoozes=0)))
    anna = await town.waits("anna")
    await frees(town, "b0")
    for _ in range(2):
        _, offer = await asked(town, anna)
        town.booking.declines = BookingTooLate.code
        await town.answers.accept(person("anna"), anna.row.id, Acceptance(offer=offer.code))
        town.now += 10 * MINUTE
    entry, _ = await asked(town, anna)
    assert (entry.row.id, await town.states(anna)) == (anna.row.id, ["offered"])
    assert (await town.entry(anna)).row.passed_over == ""


async def test_who_accepts_and_leaves_before_it_is_booked_has_kept_it_from_others(town: Town) -> None:
    await full(town, policy=replace(POLICY, waiting=WaitingRules(most_snoozes=0)))
    anna = await town.waits("anna")
    await frees(town, "b0")
    _, offer = await asked(town, anna)
    town.booking.silent = True
    await town.answers.accept(person("anna"), anna.row.id, Acceptance(offer=offer.code))
    await town.answers.leave(person("anna"), anna.row.id)
    town.booking.silent = False
    town.now += 5 * MINUTE
    await town.round()
    assert await town.states(anna) == ["left"]
    again = await town.waits("anna", make_slot(0, 75))
    await town.round()
    assert (await town.entry(again)).row.passed_over == "no_snooze_left"
