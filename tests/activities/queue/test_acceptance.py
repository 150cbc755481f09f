"""What becomes of an offer that was accepted, where nobody could answer then, or its booking was refused."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from activities.queue.rounds import LEFT_ALONE, finish_broken
from api.desk.admission import Admission
from api.desk.refusals import Overloaded
from api.desk.waiting_answers import Acceptance
from api.desk.waiting_list import Entry, Offer
from contracts.holds import ReleaseHolds
from contracts.reservation import BookRequest
from db.tables import WaitingEntry
from domain.errors import NoOfferOpen, OfferAcceptedAlready, OfferLapsed
from domain.facts.refused_people import FullWithOffer, OfferedAtThatTime
from domain.facts.refused_waiting import OfferCameToNothing
from domain.queue.acceptance import BOOKED_WITHIN
from domain.queue.offers import EntryState
from domain.reservation.release import ReleaseReason
from tests.activities.queue.list_desk import HOUR, MINUTE, Town, person
from tests.api.stage import publish, view_of
from tests.factories import make_booking, make_policy, make_seed, make_site, make_slot, make_slot_rules, plant


async def offered(town: Town) -> tuple[Entry, Offer]:
    """Noon, to anna."""
    policy = make_policy(slots=make_slot_rules(buffer=timedelta(0)))
    await plant(town.sessions, make_seed(make_site(chargers=1, zone="UTC"), policy=policy))
    await town.books("b0")
    anna = await town.waits("anna")
    await town.gives_back(make_booking("b0"))
    await town.round()
    offer = (await town.entry(anna)).offer
    assert offer is not None
    return anna, offer


async def accepted(town: Town) -> tuple[Entry, Offer]:
    """The same, and nobody has answered."""
    anna, offer = await offered(town)
    town.booking.silent = True
    await town.answers.accept(person("anna"), anna.row.id, Acceptance(offer=offer.code))
    return anna, offer


@pytest.mark.parametrize("later", [BOOKED_WITHIN + MINUTE, 4 * HOUR])
async def test_what_could_not_be_booked_for_long_is_not_booked_behind_their_back(
    town: Town, later: timedelta
) -> None:
    """They have made other plans; once its slot is over they would be a no-show."""
    anna, _ = await accepted(town)
    town.now += later
    assert await town.round() == 0, "nobody answers the loop either"
    town.booking.silent = False
    assert await town.round() >= 1
    assert (await town.entry(anna)).row.passed_over == "booking_too_late"
    assert await town.held() == []
    assert await town.told("anna") == ["place_offered", "offer_not_booked"]
    await town.round()
    assert await town.states(anna) == ["over" if later > HOUR else "waiting"]


async def test_just_before_its_driver_could_come_an_accepted_offer_is_booked_no_more(town: Town) -> None:
    anna, offer = await offered(town)
    await town.answers.snooze(person("anna"), anna.row.id, offer.code)
    town.now = anna.row.until - 5 * MINUTE
    await town.round()
    second = (await town.entry(anna)).offer
    assert second is not None
    town.now = second.until - timedelta(seconds=1)
    town.booking.silent = True
    await town.answers.accept(person("anna"), anna.row.id, Acceptance(offer=second.code))
    town.now, town.booking.silent = anna.row.until + MINUTE, False
    again = await town.answers.accept(person("anna"), anna.row.id, Acceptance(offer=second.code))
    assert again.decision is not None
    assert again.decision.decline_code == "booking_too_late", "nor when they ask once more themselves"
    assert await town.held() == []


async def test_what_an_attempt_booked_in_time_stays_booked_however_late_that_is_learned(town: Town) -> None:
    anna, offer = await offered(town)
    town.booking.unheard = True
    await town.answers.accept(person("anna"), anna.row.id, Acceptance(offer=offer.code))
    town.now = offer.slot.end
    await town.round()
    assert await town.states(anna) == ["booked"]
    assert await town.held() == ["anna"]


async def test_who_has_to_pay_first_has_their_place_once_that_is_paid(town: Town) -> None:
    anna, offer = await offered(town)
    await unpaid(town, anna, offer)
    assert await town.round() == 0
    assert await town.states(anna) == ["accepted"]
    await publish(town.sessions, view_of(offer.code, state="CONFIRMED"))
    assert await town.round() == 1
    assert await town.states(anna) == ["booked"]
    assert await town.told("anna") == ["place_offered"]


async def test_who_does_not_pay_in_time_waits_on_as_whose_card_was_declined(town: Town) -> None:
    anna, offer = await offered(town)
    await unpaid(town, anna, offer)
    await publish(town.sessions, view_of(offer.code, state="EXPIRED"))
    await town.holds.release_holds(ReleaseHolds(code=offer.code, reason=ReleaseReason.EXPIRED, now=town.now))
    assert await town.round() == 1
    seen = await town.entry(anna)
    assert (seen.state, seen.snoozes_left) == (EntryState.WAITING, 2)
    assert await town.told("anna") == ["place_offered", "offer_not_booked"]


async def unpaid(town: Town, anna: Entry, offer: Offer) -> None:
    """Accepted, and a deposit is awaited for longer than whoever accepts is left alone."""
    town.booking.unpaid = True
    await town.answers.accept(person("anna"), anna.row.id, Acceptance(offer=offer.code))
    await publish(town.sessions, view_of(offer.code, state="AWAITING_PAYMENT"))
    town.now += LEFT_ALONE


async def test_the_same_acceptance_is_refused_by_what_refused_it_at_first(town: Town) -> None:
    anna, offer = await offered(town)
    town.booking.declines = "payment_declined"
    ask = Acceptance(offer=offer.code)
    said = [await town.answers.accept(person("anna"), anna.row.id, ask) for _ in range(3)]
    assert [one.decision.decline_code for one in said if one.decision] == 3 * ["payment_declined"]
    assert [one.replayed for one in said] == [False, True, True]
    town.now += HOUR
    await town.round()
    assert (await town.entry(anna)).offer is not None, "asked again"
    with pytest.raises(NoOfferOpen):
        await town.answers.accept(person("anna"), anna.row.id, ask)


async def test_who_did_not_pay_is_not_told_that_they_did_not_answer(town: Town) -> None:
    anna, offer = await offered(town)
    await unpaid(town, anna, offer)
    await publish(town.sessions, view_of(offer.code, state="EXPIRED"))
    await town.round()
    with pytest.raises(OfferLapsed) as refused:
        await town.answers.accept(person("anna"), anna.row.id, Acceptance(offer=offer.code))
    assert refused.value.why == OfferCameToNothing(reason="")


@pytest.mark.parametrize("says", ["leaves", "declines"])
async def test_what_nobody_could_book_yet_may_be_left(town: Town, says: str) -> None:
    anna, offer = await accepted(town)

    async def gives_up() -> Entry:
        if says == "leaves":
            return await town.answers.leave(person("anna"), anna.row.id)
        return await town.answers.decline(person("anna"), anna.row.id, offer.code)

    assert (await gives_up()).state == (await gives_up()).state == EntryState.ACCEPTED
    assert await town.held() == ["anna"], "an attempt may be under way"
    town.now, town.booking.silent = town.now + MINUTE, False
    assert await town.round() == 1
    assert (await town.states(anna), await town.held()) == (["left"], [])
    assert await town.told("anna") == ["place_offered"]
    assert (await gives_up()).state is EntryState.LEFT if says == "leaves" else True


async def test_what_was_booked_before_they_left_is_theirs_to_cancel(town: Town) -> None:
    anna, offer = await offered(town)
    town.booking.unheard = True
    await town.answers.accept(person("anna"), anna.row.id, Acceptance(offer=offer.code))
    await town.answers.leave(person("anna"), anna.row.id)
    town.now += MINUTE
    await town.round()
    assert (await town.states(anna), await town.held()) == (["booked"], ["anna"])
    await publish(town.sessions, view_of(offer.code, state="CONFIRMED"))
    with pytest.raises(OfferAcceptedAlready):
        await town.answers.leave(person("anna"), anna.row.id)


async def test_who_is_sent_away_has_accepted_nothing(town: Town) -> None:
    anna, offer = await offered(town)
    town.booking.admission = Admission(at_once=1, at_one_site=1, patience=timedelta(0))
    ask = Acceptance(offer=offer.code)
    async with town.booking.admission.at("north"):
        with pytest.raises(Overloaded):
            await town.answers.accept(person("anna"), anna.row.id, ask)
    assert await town.states(anna) == ["offered"]
    await town.answers.leave(person("anna"), anna.row.id)
    assert await town.held() == []


async def test_who_books_over_what_is_offered_to_them_is_told_to_answer_it(town: Town) -> None:
    _, offer = await offered(town)
    other = make_booking("own", slot=offer.slot, now=town.now, driver_id="anna", account="anna")
    decision = await town.holds.place_hold(other)
    assert decision.refusal is not None
    assert decision.refusal.code == "driver_booked_already"
    assert decision.refusal.why is not None
    assert decision.refusal.why.code == OfferedAtThatTime(ends_at=offer.slot.end).code


async def test_who_may_book_no_more_beside_what_is_offered_to_them_is_told_to_answer_it(town: Town) -> None:
    policy = make_policy(open_reservations_per_driver=1, slots=make_slot_rules(buffer=timedelta(0)))
    await plant(town.sessions, make_seed(make_site(chargers=1, zone="UTC"), policy=policy))
    anna = await town.waits("anna")
    await town.round()
    other = make_booking("own", slot=make_slot(120), now=town.now, driver_id="anna", account="anna")
    refused = (await town.holds.place_hold(other)).refusal
    assert refused is not None
    assert refused.why is not None
    assert (refused.code, refused.why.code) == ("too_many_reservations", FullWithOffer(most=1).code)
    await town.answers.decline(person("anna"), anna.row.id, (await town.entry(anna)).row.offer_code or "")
    assert (await town.holds.place_hold(other)).held is not None


class OnlyOne:
    """Of each other nothing is decided yet, as while they are not paid."""

    def __init__(self, code: str) -> None:
        self._code = code

    async def book(self, request: BookRequest) -> str | None:
        return "payment_declined" if request.code == self._code else None

    async def undo(self, code: str, by: str) -> bool:
        raise AssertionError(f"{by} undoes {code}")


async def test_however_many_are_not_decided_those_behind_them_are_finished(town: Town) -> None:
    anna, offer = await accepted(town)
    columns = [column.name for column in WaitingEntry.__table__.columns]
    other = {
        "id": "'w-' || n",
        "offer_code": "'other-' || n",
        "driver_id": "'other-' || n",
        "joined_at": "joined_at - interval '1 hour'",
    }
    copies = text(
        f"INSERT INTO waiting_list_entries ({', '.join(columns)}) "
        f"SELECT {', '.join(other.get(name, name) for name in columns)} "
        "FROM waiting_list_entries, generate_series(1, 250) n"
    )
    async with town.sessions.begin() as session:
        await session.execute(copies)
    now = town.now + LEFT_ALONE
    assert await finish_broken(town.sessions, OnlyOne(offer.code), lambda: now) == 1
    assert await town.states(anna) == ["waiting"]
