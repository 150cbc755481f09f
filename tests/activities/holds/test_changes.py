"""Release, reschedule and extend: in one transaction, or nothing changes."""

from datetime import timedelta

from activities.holds.activities import HoldActivities
from contracts.holds import ReleaseHolds
from db.engine import Sessions
from db.seed import seed
from db.tables import Driver, Membership, Site
from domain.reservation.release import ReleaseReason
from domain.terms.payer import Payer, PayerKind
from domain.terms.payments import PaymentRules
from tests.activities.holds.hold_desk import NOW, connector_of, hold_row, move, refusal_of, replacement
from tests.factories import (
    CHEAP_HASHER,
    NOON,
    make_booking,
    make_policy,
    make_seed,
    make_site,
    make_slot,
    make_slot_rules,
    plant,
)


async def test_release_gives_back_once_and_spares_what_is_kept(
    holds: HoldActivities, sessions: Sessions
) -> None:
    await plant(sessions, make_seed(make_site(chargers=2)))
    booked = await holds.place_hold(make_booking())
    second = await holds.hold_replacement(replacement())
    assert second.held is not None
    keep = ReleaseHolds(
        code=make_booking().code,
        reason=ReleaseReason.REROUTED,
        now=NOW,
        keep_hold_id=second.held.assignment.hold_id,
    )
    assert [await holds.release_holds(keep), await holds.release_holds(keep)] == [1, 0]
    row = await hold_row(sessions, booked)
    assert (row.released_at, row.release_reason) == (NOW, "rerouted")
    assert (await holds.place_hold(make_booking("other"))).refusal is None
    assert refusal_of(await holds.place_hold(make_booking())) == "booking_too_late"


async def test_reschedule_moves_the_same_hold_and_can_be_repeated(
    holds: HoldActivities, sessions: Sessions
) -> None:
    await plant(sessions, make_seed(make_site(chargers=1)))
    booked = await holds.place_hold(make_booking())
    asked = move(booked, make_booking(), slot=make_slot(30))  # overlaps its own present window
    first = await holds.move_hold(asked)
    assert await holds.move_hold(asked) == first
    row = await hold_row(sessions, booked)
    assert (row.slot_start, row.opens_at) == (NOON + timedelta(minutes=30), NOON + timedelta(minutes=20))
    assert row.during.upper == NOON + timedelta(minutes=95)


async def test_a_members_slot_moves_to_no_time_at_which_they_are_none(
    holds: HoldActivities, sessions: Sessions
) -> None:
    rules = PaymentRules(members=True)
    await plant(sessions, make_seed(make_site(chargers=1), policy=make_policy(payments=rules)))
    me = make_booking().driver_id
    async with sessions.begin() as session:
        session.add(Driver(id=me, created_at=NOW))
        await session.flush()
        ends = make_slot(120).start
        session.add(
            Membership(key="m", driver_id=me, valid_from=NOW, valid_until=ends, given_at=NOW, given_by="o")
        )
    booked = await holds.place_hold(make_booking())
    assert booked.terms is not None
    assert booked.terms.payer == Payer(kind=PayerKind.MEMBER, until=ends)
    late = move(booked, make_booking(), slot=make_slot(120), terms=booked.terms)
    refused = await holds.move_hold(late)
    assert (refusal_of(refused), refused.refusal and refused.refusal.why.code) == (
        "membership_required",
        "membership_ends_before",
    )
    assert (await hold_row(sessions, booked)).slot_start == make_slot().start
    just = move(booked, make_booking(), slot=make_slot(105), terms=booked.terms)
    assert (await holds.move_hold(just)).refusal is None
    async with sessions.begin() as session:  # prolonged
        session.add(Membership(key="n", driver_id=me, valid_from=ends, given_at=NOW, given_by="o"))
    assert (await holds.move_hold(late)).refusal is None


async def test_a_refused_reschedule_changes_nothing(holds: HoldActivities, sessions: Sessions) -> None:
    await plant(sessions, make_seed(make_site(chargers=1)))
    booked = await holds.place_hold(make_booking("a"))
    await holds.place_hold(make_booking("b", slot=make_slot(240)))
    before = await hold_row(sessions, booked)
    decision = await holds.move_hold(move(booked, make_booking("a")))
    assert refusal_of(decision) == "slot_unavailable"
    after = await hold_row(sessions, booked)
    assert (after.during, after.connector_id) == (before.during, before.connector_id)


async def test_extend_keeps_the_connector_and_pushes_soft_holds_aside(
    holds: HoldActivities, sessions: Sessions
) -> None:
    await plant(sessions, make_seed(make_site(chargers=2)))
    booked = await holds.place_hold(make_booking("a"))
    follower = await holds.place_hold(make_booking("b", slot=make_slot(75)))
    assert connector_of(follower) == connector_of(booked)  # best fit puts it behind
    longer = move(booked, make_booking("a"), slot=make_slot(0, 90), keep_connector=True)
    decision = await holds.move_hold(longer)
    assert connector_of(decision) == connector_of(booked)
    assert (await hold_row(sessions, follower)).connector_id != connector_of(booked)


async def test_extend_is_refused_when_the_next_guest_cannot_move(
    holds: HoldActivities, sessions: Sessions
) -> None:
    await plant(sessions, make_seed(make_site(chargers=1)))
    booked = await holds.place_hold(make_booking("a"))
    await holds.place_hold(make_booking("b", slot=make_slot(75)))
    longer = move(booked, make_booking("a"), slot=make_slot(0, 90), keep_connector=True)
    decision = await holds.move_hold(longer)
    assert refusal_of(decision) == "slot_unavailable"
    assert (await hold_row(sessions, booked)).slot_end == NOON + timedelta(hours=1)


async def test_a_move_is_judged_by_the_terms_accepted_at_booking(
    holds: HoldActivities, sessions: Sessions
) -> None:
    await plant(sessions, make_seed())
    booked = await holds.place_hold(make_booking())
    shorter = make_policy(slots=make_slot_rules(longest=timedelta(minutes=15)))
    async with sessions.begin() as session:
        await seed(session, make_seed(policy=shorter), now=NOW, hasher=CHEAP_HASHER)
    today = await holds.move_hold(move(booked, make_booking()))
    assert refusal_of(today) == "slot_invalid"
    accepted = await holds.move_hold(move(booked, make_booking(), terms=booked.terms))
    assert accepted.held is not None


async def test_what_is_cut_off_is_somebody_elses_at_once_whatever_has_become_of_the_hours(
    holds: HoldActivities, sessions: Sessions
) -> None:
    await plant(sessions, make_seed(make_site(chargers=1)))
    booked = await holds.place_hold(make_booking(slot=make_slot(0, 120)))
    tail = make_booking("other", slot=make_slot(75, 45))
    assert refusal_of(await holds.place_hold(tail)) == "slot_unavailable"
    async with sessions.begin() as session:
        (await session.get_one(Site, "north")).opening_hours = "Jun 03 off; 00:00-24:00"
    asked = move(booked, make_booking(), slot=make_slot(0, 60), keep_connector=True)
    first = await holds.move_hold(asked)
    assert await holds.move_hold(asked) == first
    row = await hold_row(sessions, booked)
    assert (row.slot_start, row.slot_end) == (NOON, NOON + timedelta(hours=1))
    async with sessions.begin() as session:
        (await session.get_one(Site, "north")).opening_hours = ""
    assert (await holds.place_hold(tail)).refusal is None
    again = move(booked, make_booking(), slot=make_slot(0, 120), keep_connector=True)
    assert refusal_of(await holds.move_hold(again)) == "slot_unavailable"
