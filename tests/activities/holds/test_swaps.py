"""Two reservations exchange their slots: both at once, or neither."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from activities.holds.activities import HoldActivities
from contracts.holds import FollowSwap, HoldDecision, LockHold, PlaceHold, ReleaseHolds, SwapHolds
from db.documents import accepted_prices_to_document, terms_from_document, terms_to_document
from db.engine import Sessions
from db.tables import Hold, InboxEvent, SwapOfferRow
from domain.place.slots import Slot
from domain.reservation.release import ReleaseReason
from domain.settlement.moved_prices import AS_BEFORE
from tests.activities.holds.hold_desk import NOW, hold_row, move, refusal_of, replacement
from tests.activities.holds.test_prices import BASE, BUSY, in_force
from tests.factories import make_booking, make_seed, make_site, make_slot, plant

EARLY, LATE = make_slot(0, 60), make_slot(240, 90)
OFFER = "7F3K-2QVM-X9TA"


class Pair:
    """`ana` offers the early slot for the late one, which `ben` has; a pool of `chargers`."""

    def __init__(self, holds: HoldActivities, sessions: Sessions) -> None:
        self.holds, self.sessions = holds, sessions
        self.ana, self.ben = make_booking("ana", slot=EARLY), make_booking("ben", slot=LATE)

    async def booked(self, chargers: int = 1) -> "Pair":
        if chargers:
            await plant(self.sessions, make_seed(make_site(chargers=chargers)))
        self.of_ana, self.of_ben = [await self.holds.place_hold(one) for one in (self.ana, self.ben)]
        await self.offer()
        return self

    async def offer(self, offer: str = OFFER, **over: Any) -> None:
        held, terms = self.of_ana.held, self.of_ana.terms
        assert held is not None
        assert terms is not None
        row = SwapOfferRow(
            id=offer,
            reservation_code=self.ana.code,
            hold_id=held.assignment.hold_id,
            pool_id="north-dc",
            gives_start=EARLY.start,
            gives_end=EARLY.end,
            wants_start=LATE.start,
            wants_end=LATE.end,
            terms=terms_to_document(terms),
            accepted=accepted_prices_to_document(AS_BEFORE),
            made_at=NOW,
            expires_at=EARLY.start - timedelta(hours=1),
        )
        for name, value in over.items():
            setattr(row, name, value)
        async with self.sessions.begin() as session:
            session.add(row)

    def taking(self, by: PlaceHold | None = None, of: HoldDecision | None = None, **over: Any) -> SwapHolds:
        by, of = by or self.ben, of or self.of_ben
        assert of.held is not None
        assert of.terms is not None
        ask = SwapHolds(
            code=by.code, hold_id=of.held.assignment.hold_id, offer=OFFER, now=NOW, terms=of.terms
        )
        return replace(ask, **over)

    async def slots(self) -> tuple[Slot, Slot]:
        rows = [await hold_row(self.sessions, one) for one in (self.of_ana, self.of_ben)]
        ana, ben = (Slot(row.slot_start, row.slot_end) for row in rows)
        return ana, ben

    async def told(self) -> int:
        async with self.sessions() as session:
            return len(
                (
                    await session.scalars(select(InboxEvent).where(InboxEvent.event_id == f"swap:{OFFER}"))
                ).all()
            )


@pytest.mark.parametrize("chargers", [1, 2])
async def test_both_have_each_others_slot_and_the_other_is_told(
    holds: HoldActivities, sessions: Sessions, chargers: int
) -> None:
    pair = await Pair(holds, sessions).booked(chargers)
    assert (await pair.told(), await pair.slots()) == (0, (EARLY, LATE))
    done = await holds.swap_holds(pair.taking())
    assert done.slot == EARLY
    assert await pair.slots() == (LATE, EARLY)
    assert await holds.swap_holds(pair.taking()) == done  # an attempt whose answer was lost
    assert (await pair.told(), await pair.slots()) == (1, (LATE, EARLY))
    heard = FollowSwap(code=pair.ana.code, hold_id=pair.taking().hold_id - 1, offer=OFFER, now=NOW)
    followed = await holds.follow_swap(heard)
    assert (followed.slot, followed.terms) == (LATE, pair.of_ana.terms)
    assert followed.held is not None
    assert followed.held.assignment.hold_id == heard.hold_id


async def test_what_is_locked_for_the_slot_that_was_given_is_not_locked_where_it_is(
    holds: HoldActivities, sessions: Sessions
) -> None:
    """Its reservation has not heard of the swap yet."""
    pair = await Pair(holds, sessions).booked()
    await holds.swap_holds(pair.taking())
    held, soon = pair.of_ana.held, EARLY.start - timedelta(minutes=15)
    assert held is not None
    ask = LockHold(code=pair.ana.code, hold_id=held.assignment.hold_id, now=soon, slot=EARLY)
    assert (await holds.lock_hold(ask)).swapped == OFFER
    assert (await hold_row(sessions, pair.of_ana)).locked_at is None
    assert (await holds.lock_hold(replace(ask, slot=LATE))).swapped == ""
    assert (await hold_row(sessions, pair.of_ana)).locked_at == soon


async def test_who_was_moved_meanwhile_stays_where_they_are(
    holds: HoldActivities, sessions: Sessions
) -> None:
    pair = await Pair(holds, sessions).booked()
    await holds.swap_holds(pair.taking())
    assert (await holds.move_hold(move(pair.of_ana, pair.ana, slot=make_slot(600)))).refusal is None
    heard = FollowSwap(code=pair.ana.code, hold_id=pair.taking().hold_id - 1, offer=OFFER, now=NOW)
    assert await holds.follow_swap(heard) == HoldDecision()
    assert (await holds.move_hold(move(pair.of_ben, pair.ben, slot=make_slot(900)))).refusal is None
    assert refusal_of(await holds.swap_holds(pair.taking())) == "swap_offer_over"


@pytest.mark.parametrize(
    ("over", "refusal"),
    [
        ({"withdrawn_at": NOW}, "swap_offer_over"),
        ({"expires_at": NOW}, "swap_offer_over"),
        ({"gives_start": EARLY.start + timedelta(minutes=15)}, "swap_offer_over"),
        ({"wants_end": LATE.end - timedelta(minutes=15)}, "swap_not_possible"),
        ({"id": "0000-0000-0000"}, "swap_offer_unknown"),
    ],
)
async def test_what_is_over_or_of_another_slot_changes_nothing(
    holds: HoldActivities, sessions: Sessions, over: dict[str, Any], refusal: str
) -> None:
    pair = await Pair(holds, sessions).booked()
    async with sessions.begin() as session:
        row = await session.get_one(SwapOfferRow, OFFER)
        for name, value in over.items():
            setattr(row, name, value)
    assert refusal_of(await holds.swap_holds(pair.taking())) == refusal
    assert (await pair.slots(), await pair.told()) == ((EARLY, LATE), 0)


async def test_an_offer_whose_slot_was_given_up_or_moved_is_over(
    holds: HoldActivities, sessions: Sessions
) -> None:
    pair = await Pair(holds, sessions).booked()
    await holds.move_hold(move(pair.of_ana, pair.ana, slot=make_slot(600)))
    assert refusal_of(await holds.swap_holds(pair.taking())) == "swap_offer_over"


async def test_shortly_before_either_slot_nobody_swaps(holds: HoldActivities, sessions: Sessions) -> None:
    pair = await Pair(holds, sessions).booked()
    soon = EARLY.start - timedelta(minutes=44)
    async with sessions.begin() as session:
        (await session.get_one(SwapOfferRow, OFFER)).expires_at = EARLY.start
    assert refusal_of(await holds.swap_holds(pair.taking(now=soon))) == "swap_not_possible"
    assert (await holds.swap_holds(pair.taking(now=soon - timedelta(minutes=2)))).refusal is None


async def test_what_keeps_the_other_from_the_slot_leaves_both_as_they_were(
    holds: HoldActivities, sessions: Sessions
) -> None:
    pair = await Pair(holds, sessions).booked(chargers=2)
    busy = make_booking("ana-too", driver_id=pair.ana.driver_id, slot=make_slot(300, 60))
    assert (await holds.place_hold(busy)).refusal is None
    refused = await holds.swap_holds(pair.taking())
    assert refusal_of(refused) == "swap_not_possible"
    assert refused.refusal is not None
    assert refused.refusal.why.parameters() == {"reason": "driver_booked_already"}
    assert (await pair.slots(), await pair.told()) == ((EARLY, LATE), 0)


async def test_of_two_who_take_one_offer_at_once_one_gets_it(
    holds: HoldActivities, sessions: Sessions
) -> None:
    pair = await Pair(holds, sessions).booked(chargers=2)
    carl = make_booking("carl", slot=LATE)
    of_carl = await holds.place_hold(carl)
    takes = (pair.taking(), pair.taking(carl, of_carl))
    answers = await asyncio.gather(*(HoldActivities(sessions).swap_holds(ask) for ask in takes))
    assert [refusal_of(one) for one in answers if one.refusal] == ["swap_offer_over"]
    assert await pair.told() == 1


async def test_a_swap_and_a_cancellation_at_once_promise_nothing_twice(
    holds: HoldActivities, sessions: Sessions
) -> None:
    pair = await Pair(holds, sessions).booked()
    given_up = ReleaseHolds(code=pair.ana.code, reason=ReleaseReason.CANCELLED, now=NOW)
    done, _ = await asyncio.gather(holds.swap_holds(pair.taking()), holds.release_holds(given_up))
    ana, ben = await pair.slots()
    assert (ana, ben) == ((LATE, EARLY) if done.refusal is None else (EARLY, LATE))
    async with sessions() as session:
        left = await session.scalars(select(Hold.reservation_code).where(Hold.released_at.is_(None)))
        assert left.all() == [pair.ben.code]


async def test_who_is_asked_to_move_elsewhere_answers_that_first(
    holds: HoldActivities, sessions: Sessions
) -> None:
    pair = await Pair(holds, sessions).booked(chargers=2)
    asked = replacement(code=pair.ana.code, driver_id=pair.ana.driver_id, slot=EARLY, now=NOW)
    assert (await holds.hold_replacement(asked)).held is not None
    refused = await holds.swap_holds(pair.taking())
    assert (refusal_of(refused), await pair.told()) == ("swap_not_possible", 0)
    assert await pair.slots() == (EARLY, LATE)


async def test_each_is_priced_as_if_both_had_left(holds: HoldActivities, sessions: Sessions) -> None:
    """With one of two places gone it is dearer: whoever leaves the slot is not in the way of who gets it."""
    await plant(sessions, make_seed(make_site(chargers=2)))
    await in_force(sessions, BUSY)
    pair = await Pair(holds, sessions).booked(chargers=0)
    done = await holds.swap_holds(pair.taking())
    assert done.refusal is None, done.refusal
    assert done.terms is not None
    async with sessions() as session:
        row = await session.get_one(SwapOfferRow, OFFER)
    for terms in (done.terms, terms_from_document(row.terms)):
        assert terms.tariff.energy_per_kwh == BASE
