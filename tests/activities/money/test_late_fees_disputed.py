"""A fee comes after its booking was given up, and a bank has it before it can go back: it is its payer's anyway."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import cast

import pytest
from temporalio.client import Client
from temporalio.exceptions import ApplicationError

from activities.holds.activities import HoldActivities
from activities.money.follow_ups import FollowUpActivities
from contracts.holds import GiveUpBooking
from delivery.relay import Relay
from delivery.reservations import ReservationTarget
from domain.reservation.lifecycle import State
from runtime.relays import payment_events
from simulator.stripe_api.faults import FaultKind
from tests.activities.money.money_desk import CODE, NOW, SLOT, VISA, money_desk
from tests.activities.money.provider_says import ProviderSays
from tests.activities.money.test_fees import FEE, with_fee
from tests.activities.money.test_late_fees import INTENTS, Halting, late_fee
from tests.activities.money.test_refunds import Desk
from tests.activities.money.test_stripe_events import Reservations
from tests.activities.money.test_voids_beside_disputes import GIVEN_BACK_BY_THE_BANK, OWED


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[Desk]:
    async with money_desk(database_url) as desk:
        yield Desk(desk.sessions, desk.api, desk.stripe, desk.connector)


async def comes_late(desk: Desk, *, kept: int | None = None) -> str:
    """Disputed before anybody here has heard of it, and then heard of, again and again: the dispute.

    `kept`: so much of it the bank has for good by then; all that was heard of is the dispute.
    """
    made = await late_fee(desk, CODE)
    dispute: str = (await desk.api.dispute(made.id))["id"]
    says, engine = ProviderSays(desk), desk.sessions.kw["bind"]
    if kept is not None:
        back = made.net.minor - kept
        await desk.api.decide_dispute(dispute, won=False, returned=back, rest_refundable=True)
        await says.hear(of=dispute)
    target = ReservationTarget(
        engine, payment_events(engine, desk.stripe), lambda: cast(Client, Reservations())
    )
    relay = Relay(engine, target, longest_pause=timedelta(0))
    told = await says.events(of=made.id)
    for _ in range(2):
        await says.take(told)
        await relay.deliver_all()
    return dispute


async def asked_in_vain(desk: Desk) -> None:
    await desk.api.fail_next(FaultKind.STATUS, path=INTENTS)
    with pytest.raises(ApplicationError):
        await desk.take_fee()


@pytest.mark.parametrize("won", [True, False])
@pytest.mark.parametrize("shown", [True, False])
async def test_of_a_booking_that_came_to_nothing_it_goes_back_once_the_bank_has_decided(
    desk: Desk, shown: bool, won: bool
) -> None:
    """`shown`: there is a projection of it."""
    await asked_in_vain(desk)
    await HoldActivities(desk.sessions).give_up_booking(GiveUpBooking(code=CODE, now=NOW, version=7))
    await desk.void()
    if shown:
        await desk.close()
    dispute = await comes_late(desk)
    assert await desk.ledger() == OWED
    await ProviderSays(desk).hear(of=dispute)
    with pytest.raises(ApplicationError):  # whose attempt stood still all the time
        await desk.take_fee(version=3)
    await desk.follow_up()
    assert (await desk.ledger(), (await desk.totals())["refunded"]) == (OWED, 0)
    await desk.api.decide_dispute(dispute, won=won)
    await ProviderSays(desk).hear(of=dispute)
    for _ in range(2):
        await desk.follow_up()
    assert (await desk.totals())["refunded"] == (FEE if won else 0)
    assert await desk.ledger() == ({} if won else GIVEN_BACK_BY_THE_BANK)
    await desk.agree()


@pytest.mark.parametrize("won", [True, False])
async def test_of_a_booking_that_was_settled_it_goes_back_and_nothing_else_does(
    desk: Desk, won: bool
) -> None:
    await asked_in_vain(desk)
    await desk.authorise()
    bill = await desk.settle(State.CANCELLED, terms=with_fee(), cancelled_at=SLOT.start, payment_method=VISA)
    charge = bill.bill.charge.minor
    assert charge > 0
    await desk.close()
    dispute = await comes_late(desk)
    await ProviderSays(desk).hear(of=dispute)
    for _ in range(2):
        await desk.follow_up()
        assert (await desk.ledger())["stripe_clearing"] == charge + FEE
        assert (await desk.ledger())["driver_receivable"] == -FEE
    await desk.api.decide_dispute(dispute, won=won)
    await ProviderSays(desk).hear(of=dispute)
    for _ in range(2):
        await desk.follow_up()
    assert "driver_receivable" not in await desk.ledger()
    assert {step: row.refunded_minor for step, row in (await desk.rows()).items()} == {
        "fee": FEE if won else 0,
        "deposit": 0,
    }
    assert await desk.steps() == ["settle", "follow-up-1", "follow-up-2"]
    await desk.agree()


async def test_what_comes_to_light_beside_a_refund_of_the_dashboard_waits_for_the_bank(desk: Desk) -> None:
    await desk.authorise()
    await desk.charged(40_000)
    await desk.settle(payment_method=VISA)
    await desk.close()
    first, second = (row.payment_intent_id for row in (await desk.rows()).values())
    assert first
    assert second
    dispute = (await desk.api.dispute(first))["id"]
    await ProviderSays(desk).hear(of=dispute)
    await desk.api.refund_by_hand(second, 200)
    await desk.told()

    async def told_of_less() -> None:
        await desk.corrected(30_000)

    halting = Halting(desk.api, told_of_less)  # while the refund is being settled
    report = await FollowUpActivities(desk.sessions, halting).settle_follow_ups(0)
    await halting.aclose()
    assert (report.settled, report.failed) == ([CODE], [])
    assert (await desk.steps(), await desk.paid()) == (["settle", "refund-1"], 2380 - 200)
    assert await desk.follow_up() == []
    await desk.api.decide_dispute(dispute, won=True)
    await ProviderSays(desk).hear(of=dispute)
    await desk.follow_up()
    assert await desk.paid() == 1785 - 200
    await desk.agree()
