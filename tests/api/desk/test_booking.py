"""Booking at the desk: what is started once, what a retry meets, and what is said when nobody answers."""

import asyncio
from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from api.desk.desk import Desk
from api.desk.group_orders import GroupOrder, Member
from api.desk.idempotency import fingerprint, remember
from api.desk.refusals import KeyReused, Overloaded, ScopeMissing, UnusableValue
from contracts.names import BOOKING_PATIENCE
from contracts.reservation import BookDecision, BookOutcome
from db.engine import Sessions
from db.tables import Driver, Vehicle
from domain.errors import BookingTooLate, UnknownDriver, UnknownSite
from domain.reservation.code import reservation_code
from domain.reservation.groups import GroupMode
from tests.api.desk.players import DRIVER, FLEET, OPERATOR, STRANGER, PlayedReservations, caller, order
from tests.api.stage import END, NOW, publish, view_of
from workflows.client.failures import EndedUnanswered, NoAnswerYet, Refused, TemporalAway


async def test_a_retry_asks_for_the_same_reservation(desk: Desk, workflows: PlayedReservations) -> None:
    first = await desk.booking.book(DRIVER, "retry", order())
    again = await desk.booking.book(DRIVER, "retry", order())
    assert first.code == again.code == reservation_code("driver-1", "retry")
    assert (first.replayed, again.replayed) == (False, True)
    assert {request.code for request in workflows.booked} == {first.code}
    assert workflows.booked[0].book_by == NOW + BOOKING_PATIENCE


async def test_the_same_key_of_another_account_is_another_reservation(desk: Desk) -> None:
    mine = await desk.booking.book(DRIVER, "shared", order())
    theirs = await desk.booking.book(STRANGER, "shared", order())
    assert mine.code != theirs.code


async def test_another_request_under_the_same_key_is_refused(desk: Desk) -> None:
    await desk.booking.book(DRIVER, "reused", order())
    later = datetime.fromisoformat(END) + timedelta(minutes=15)
    with pytest.raises(KeyReused):
        await desk.booking.book(DRIVER, "reused", order(end=later))


async def test_fleets_book_for_their_own_drivers(desk: Desk, workflows: PlayedReservations) -> None:
    await desk.booking.book(FLEET, "fleet", order(driver_id="fleet-1-driver"))
    (request,) = workflows.booked
    assert (request.account, request.driver_id, request.fleet_id) == ("fleet-1", "fleet-1-driver", "fleet-1")
    with pytest.raises(UnusableValue) as unnamed:
        await desk.booking.book(FLEET, "unnamed", order())
    assert unnamed.value.member == "driver_id"
    with pytest.raises(UnknownDriver):
        await desk.booking.book(FLEET, "foreign", order(driver_id="driver-1"))
    for who in (DRIVER, OPERATOR):
        with pytest.raises(ScopeMissing):
            await desk.booking.book(who, "for another", order(driver_id="driver-2"))


@pytest.fixture
async def former(sessions: Sessions) -> str:
    """A driver of fleet-1, which has a van of its own; each test's own."""
    driver_id = f"former-{uuid4().hex[:8]}"
    async with sessions.begin() as session:
        session.add(Driver(id=driver_id, fleet_id="fleet-1", created_at=NOW))
        await session.merge(
            Vehicle(id="van", fleet_id="fleet-1", plate="KI 1", plugs=["IEC_62196_T2_COMBO"], made_at=NOW)
        )
    return driver_id


async def test_the_same_key_has_its_answer_whosever_driver_they_are_by_then(
    desk: Desk, sessions: Sessions, former: str
) -> None:
    """Asked for by themselves with the fleet's vehicle, or by the fleet; one that is new is refused."""
    own, theirs = order(vehicle_id="van"), order(driver_id=former, vehicle_id="van")
    party = GroupOrder(
        site_id="north", start=own.start, end=own.end, mode=GroupMode.AS_MANY_AS_POSSIBLE,
        members=(Member(driver_id=former),) * 2,
    )  # fmt: skip
    first = [
        (await desk.booking.book(caller(former, "driver"), "own", own)).code,
        (await desk.booking.book(FLEET, former, theirs)).code,
        (await desk.groups.book(FLEET, former, party)).id,
    ]
    await desk.fleet_drivers.remove(FLEET, former)
    booked = await desk.booking.book(caller(former, "driver"), "own", own)
    again = await desk.booking.book(FLEET, former, theirs)
    group = await desk.groups.book(FLEET, former, party)
    assert [booked.code, again.code, group.id] == first
    assert booked.replayed
    assert again.replayed
    assert group.replayed
    for refused in (desk.booking.book(FLEET, "new", theirs), desk.groups.book(FLEET, "new", party)):
        with pytest.raises(UnknownDriver):
            await refused


async def test_a_key_of_a_version_of_before_that_kept_their_fleet_is_known_too(
    desk: Desk, sessions: Sessions, former: str
) -> None:
    mine = caller(former, "driver")
    async with sessions.begin() as session:
        digest, code = fingerprint(order(), former, "fleet-1"), reservation_code(former, "old")
        await remember(session, account=former, key="old", digest=digest, code=code, now=NOW)
    assert (await desk.booking.book(mine, "old", order())).replayed


async def test_an_unknown_site_starts_nothing_and_leaves_the_key_free(
    desk: Desk, workflows: PlayedReservations
) -> None:
    with pytest.raises(UnknownSite):
        await desk.booking.book(DRIVER, "atlantis", order(site_id="atlantis"))
    assert workflows.booked == []
    assert not (await desk.booking.book(DRIVER, "atlantis", order())).replayed


async def test_no_answer_is_no_decision_and_an_early_end_comes_too_late(
    desk: Desk, workflows: PlayedReservations
) -> None:
    workflows.fails = NoAnswerYet("slow")
    assert (await desk.booking.book(DRIVER, "slow", order())).decision is None
    workflows.fails = EndedUnanswered("terminated")
    with pytest.raises(BookingTooLate):
        await desk.booking.book(DRIVER, "slow", order())
    workflows.fails = TemporalAway("away")
    with pytest.raises(TemporalAway):
        await desk.booking.book(DRIVER, "slow", order())


async def test_more_than_can_be_decided_are_refused_at_once(
    desk: Desk, workflows: PlayedReservations
) -> None:
    workflows.waits = asyncio.Event()
    first = asyncio.create_task(desk.booking.book(DRIVER, "first", order()))
    async with asyncio.timeout(10):
        while desk.booking.admission.inside == 0:  # noqa: ASYNC110 - a number, nobody tells its change
            await asyncio.sleep(0)
    with pytest.raises(Overloaded):
        await desk.booking.book(DRIVER, "second", order())
    workflows.waits.set()
    assert (await first).decision is not None
    assert desk.booking.admission.inside == 0


async def test_a_retry_after_the_end_gets_what_was_answered(
    desk: Desk, sessions: Sessions, workflows: PlayedReservations
) -> None:
    code = (await desk.booking.book(DRIVER, "closed", order())).code
    await publish(sessions, view_of(code, state="CANCELLED"), closed=True)
    answered = BookDecision(outcome=BookOutcome.PAYMENT_REQUIRED, view=view_of(code), client_secret="secret")
    workflows.remembers = answered
    assert (await desk.booking.book(DRIVER, "closed", order())).decision == answered
    assert len(workflows.booked) == 1
    workflows.fails = NoAnswerYet("published as closed by a task that was lost")
    assert (await desk.booking.book(DRIVER, "closed", order())).decision is None
    workflows.fails = None
    workflows.remembers = None  # retention is over
    decision = (await desk.booking.book(DRIVER, "closed", order())).decision
    assert decision is not None
    assert (decision.outcome, decision.view.state) == ("confirmed", "CANCELLED")


async def test_a_declined_booking_stays_declined_after_the_end(
    desk: Desk, sessions: Sessions, workflows: PlayedReservations
) -> None:
    code = (await desk.booking.book(DRIVER, "declined", order())).code
    await publish(sessions, view_of(code, state="DECLINED", decline_code="slot_unavailable"), closed=True)
    workflows.fails = Refused("temporarily_unavailable", "no decision")
    decision = (await desk.booking.book(DRIVER, "declined", order())).decision
    assert decision is not None
    assert (decision.outcome, decision.decline_code) == ("declined", "slot_unavailable")
