"""What becomes free is offered to the first whom it serves: held for them, for so long, and then for the next."""

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update

from api.desk.waiting_answers import Acceptance
from api.v1.views.records import notification_out
from db.documents import policy_to_document
from db.queries.left_open import open_codes
from db.seed import PoolSeed
from db.tables import Hold, Notification, PolicyVersion, Quote
from domain.errors import NoOfferOpen, OfferAcceptedAlready, OfferLapsed, SnoozesUsed
from domain.place.energy import EnergyAsked
from domain.queue.offers import EntryState
from domain.terms.waiting import WaitingRules
from tests.activities.holds.hold_desk import NOW
from tests.activities.queue.full_site import frees, full
from tests.activities.queue.list_desk import HOUR, MINUTE, Town, person
from tests.api.stage import publish, view_of
from tests.factories import make_policy, make_seed, make_site, make_slot, make_slot_rules, plant
from texts.languages import Language
from texts.reader import Reader


async def test_the_first_is_offered_what_a_cancellation_freed_and_books_it_for_the_price_that_was_told(
    town: Town,
) -> None:
    await full(town)
    anna, ben = await town.waits("anna"), await town.waits("ben")
    assert await town.round() == 0
    await frees(town, "b0")
    assert await town.round() == 1
    offered = await town.entry(anna)
    assert offered.offer is not None
    assert await town.states(anna, ben) == ["offered", "waiting"]
    assert await town.held() == ["anna"]
    assert await town.told("anna") == ["place_offered"]
    assert await town.round() == 0
    booked = await town.answers.accept(person("anna"), anna.row.id, Acceptance(offer=offered.offer.code))
    assert booked.decision is not None
    (request,) = town.booking.requests
    assert (request.quote, request.code) == (offered.offer.quote, offered.offer.code)
    after = await town.entry(anna)
    assert (after.state, after.reservation, after.standing) == (EntryState.BOOKED, offered.offer.code, None)
    async with town.sessions() as session:
        holds = (await session.scalars(select(Hold).where(Hold.driver_id == "anna"))).all()
        quote = await session.get_one(Quote, offered.offer.quote)
    assert [(one.reservation_code, one.released_at) for one in holds] == [(offered.offer.code, None)]
    assert quote.reservation_code == offered.offer.code
    again = await town.answers.accept(person("anna"), anna.row.id, Acceptance(offer=offered.offer.code))
    assert again.replayed


async def test_who_declines_leaves_and_the_next_is_asked_at_once_and_silence_is_a_snooze(town: Town) -> None:
    await full(town)
    anna, ben, cleo = [await town.waits(name) for name in ("anna", "ben", "cleo")]
    await frees(town, "b0")
    await town.round()
    code = (await town.entry(anna)).row.offer_code or ""
    await town.answers.decline(person("anna"), anna.row.id, code)
    assert await town.held() == []
    assert await town.round() == 1
    assert await town.states(anna, ben, cleo) == ["declined", "offered", "waiting"]
    offer = (await town.entry(ben)).offer
    assert offer is not None
    town.now = offer.until
    assert await town.round() == 2  # it lapses, and cleo is asked
    assert await town.states(ben, cleo) == ["waiting", "offered"]
    assert await town.told("ben") == ["place_offered", "offer_not_taken"]
    after = await town.entry(ben)
    assert after.standing is not None
    assert (after.standing.place, after.snoozes_left) == (1, 1)


async def test_an_offer_that_was_let_pass_is_not_accepted_any_more_nor_answered_by_an_old_word(
    town: Town,
) -> None:
    await full(town, policy=make_policy(waiting=WaitingRules(most_snoozes=1)))
    anna = await town.waits("anna")
    await frees(town, "b0")
    await town.round()
    offer = (await town.entry(anna)).offer
    assert offer is not None
    town.now = offer.until
    late = Acceptance(offer=offer.code)
    with pytest.raises(OfferLapsed):  # also before the loop has come by
        await town.answers.accept(person("anna"), anna.row.id, late)
    await town.answers.snooze(person("anna"), anna.row.id, offer.code)
    await town.answers.snooze(person("anna"), anna.row.id, offer.code)
    for answer in (town.answers.accept(person("anna"), anna.row.id, late),):
        with pytest.raises(OfferLapsed):
            await answer
    assert await town.round() == 0, "not asked again before the pause is over"
    town.now += 10 * MINUTE
    assert await town.round() == 1
    second = (await town.entry(anna)).offer
    assert second is not None
    assert second.code != offer.code
    with pytest.raises(NoOfferOpen):
        await town.answers.accept(person("anna"), anna.row.id, late)
    with pytest.raises(SnoozesUsed):
        await town.answers.snooze(person("anna"), anna.row.id, second.code)
    town.now = second.until
    assert await town.round() == 1
    assert await town.states(anna) == ["removed"]
    assert await town.held() == []


async def test_any_time_in_the_window_will_do_and_the_earliest_is_offered_that_the_driver_has_free(
    town: Town,
) -> None:
    await full(town)
    await town.books("evening", make_slot(60, 60))
    await town.books("own", make_slot(120, 60), driver_id="anna", account="anna")
    anna = await town.waits("anna", make_slot(0, 300))
    assert await town.round() == 1
    offer = (await town.entry(anna)).offer
    assert offer is not None
    assert offer.slot.start == make_slot(180).start, "after their own"
    assert offer.slot.length == HOUR


async def test_who_has_booked_otherwise_is_off_the_list_and_who_leaves_gives_back_what_was_offered(
    town: Town,
) -> None:
    await full(town, chargers=2)
    anna, ben = await town.waits("anna", make_slot(0, 240)), await town.waits("ben")
    direct = await town.books("annas", make_slot(60), driver_id="anna", account="anna")
    await publish(town.sessions, view_of(direct.code, state="CONFIRMED"))
    await frees(town, "b0")
    await town.round()
    assert await town.states(anna, ben) == ["booked_otherwise", "offered"]
    assert await town.told("anna") == ["served_otherwise"]
    left = await town.answers.leave(person("ben"), ben.row.id)
    assert (left.state, await town.held()) == (EntryState.LEFT, ["anna", "driver-b1"])
    assert (await town.answers.leave(person("ben"), ben.row.id)).state is EntryState.LEFT


async def test_when_nothing_became_free_in_time_the_entry_is_over_and_its_driver_told(town: Town) -> None:
    await full(town)
    anna = await town.waits("anna")
    town.now = anna.row.until - timedelta(seconds=1)
    assert await town.round() == 0
    await frees(town, "b0")
    assert await town.round() == 0, "nobody could answer in the time that is left"
    town.now = anna.row.until
    assert await town.round() == 1
    assert await town.states(anna) == ["over"]
    assert await town.told("anna") == ["waiting_over"]


async def test_a_booking_that_is_declined_puts_them_back_in_line_and_the_place_goes_on(town: Town) -> None:
    await full(town)
    anna, ben = await town.waits("anna"), await town.waits("ben")
    await frees(town, "b0")
    await town.round()
    code = (await town.entry(anna)).row.offer_code or ""
    town.booking.declines = "payment_declined"
    await town.answers.accept(person("anna"), anna.row.id, Acceptance(offer=code))
    seen = await town.entry(anna)
    assert (seen.state, seen.row.passed_over) == (EntryState.WAITING, "payment_declined")
    assert (seen.snoozes_left, await town.held()) == (2, []), "who said yes has let nothing pass"
    assert await town.round() == 1
    assert await town.states(ben) == ["offered"]


async def test_what_was_accepted_and_had_no_answer_is_finished(town: Town) -> None:
    """Killed behind the word that it is accepted: the hold stays theirs until the loop has booked it."""
    await full(town)
    anna = await town.waits("anna")
    await frees(town, "b0")
    await town.round()
    code = (await town.entry(anna)).row.offer_code or ""
    town.booking.silent = True
    pending = await town.answers.accept(person("anna"), anna.row.id, Acceptance(offer=code))
    assert pending.decision is None
    town.now += 5 * MINUTE
    assert await town.round() == 0, "nobody answers the loop either"
    town.booking.silent = False
    assert await town.round() == 1
    assert await town.states(anna) == ["booked"]
    assert await town.held() == ["anna"]
    for answer in (
        town.answers.leave(person("anna"), anna.row.id),
        town.answers.decline(person("anna"), anna.row.id, code),
    ):
        with pytest.raises(OfferAcceptedAlready):
            await answer


async def test_the_reconciler_leaves_what_is_offered_alone_and_looks_at_it_once_it_is_booked(
    town: Town,
) -> None:
    await full(town)
    anna = await town.waits("anna")
    await frees(town, "b0")
    await town.round()
    code = (await town.entry(anna)).row.offer_code or ""

    async def left_open() -> bool:
        async with town.sessions() as session:
            return code in await open_codes(session, before=NOW + 9 * HOUR, after="", page=50)

    assert not await left_open()
    await town.answers.accept(person("anna"), anna.row.id, Acceptance(offer=code))
    assert await left_open()


async def test_by_energy_it_is_as_long_as_the_pool_needs_that_has_a_place(town: Town) -> None:
    slow = PoolSeed(
        id="north-ac", name="AC", power_w=75_000, walk_in_connectors=0, connector_type="IEC_62196_T2_COMBO"
    )
    site = make_site(chargers=2, zone="UTC")
    second = replace(
        site.chargers[1], connectors=(replace(site.chargers[1].connectors[0], pool_id="north-ac"),)
    )
    policy = make_policy(slots=make_slot_rules(buffer=timedelta(0)))
    site = replace(site, pools=(*site.pools, slow), chargers=(site.chargers[0], second))
    await plant(town.sessions, make_seed(site, policy=policy))
    await town.books("fast")
    anna = await town.waits("anna", length=None, energy=EnergyAsked(energy_wh=75_000))
    assert await town.round() == 1
    offer = (await town.entry(anna)).offer
    assert offer is not None
    assert (offer.pool_id, offer.slot) == ("north-ac", make_slot())
    await town.answers.decline(person("anna"), anna.row.id, offer.code)
    await frees(town, "fast")
    ben = await town.waits("ben", length=None, energy=EnergyAsked(energy_wh=75_000))
    await town.round()
    quick = (await town.entry(ben)).offer
    assert quick is not None
    assert (quick.pool_id, quick.slot) == ("north-dc", make_slot(minutes=30))


async def test_a_site_that_may_be_left_later_is_offered_by_the_rules_in_force(town: Town) -> None:
    """A patience that is changed counts for the next offer; what is offered already stands as it was told."""
    await full(town)
    anna = await town.waits("anna")
    await frees(town, "b0")
    await town.round()
    first = (await town.entry(anna)).offer
    assert first is not None
    assert first.until == town.now + 10 * MINUTE
    shorter = make_policy(waiting=replace(WaitingRules(), patience=3 * MINUTE))
    async with town.sessions.begin() as session:
        await session.execute(update(PolicyVersion).values(document=policy_to_document(shorter)))
    assert (await town.entry(anna)).offer == first
    await town.answers.snooze(person("anna"), anna.row.id, first.code)
    town.now += 10 * MINUTE
    await town.round()
    second = (await town.entry(anna)).offer
    assert second is not None
    assert second.until == town.now + 3 * MINUTE


async def test_what_they_are_told_is_on_the_clock_of_the_site_and_true(town: Town) -> None:
    """Anna lets it pass when nothing can be offered to her any more after the pause: she is told that."""
    site = make_site(chargers=1, zone="Europe/Berlin")
    policy = make_policy(waiting=WaitingRules(snooze=2 * HOUR))
    await plant(town.sessions, make_seed(site, policy=policy))
    anna = await town.waits("anna")
    town.now = anna.row.until - 30 * MINUTE
    await town.round()
    offer = (await town.entry(anna)).offer
    assert offer is not None
    town.now = offer.until
    await town.round()
    assert await town.states(anna) == ["over"]
    async with town.sessions() as session:
        offered, passed = (await session.scalars(select(Notification).order_by(Notification.id))).all()
    told = [notification_out(one, Reader(Language.GERMAN)).text for one in (offered, passed)]
    start = f"{make_slot().start.astimezone(ZoneInfo('Europe/Berlin')):%H:%M}"
    assert all(f"um {start} Uhr" in one for one in told)
    assert told[1].endswith("darum warten Sie nicht länger")
