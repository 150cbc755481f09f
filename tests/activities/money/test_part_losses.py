"""A bank took a part of a payment for good, or one that came late: what it left goes back, and nothing bars it."""

from collections.abc import AsyncIterator

import pytest

from activities.holds.activities import HoldActivities
from activities.money.refund_decisions import RefundDisputed
from contracts.holds import GiveUpBooking
from db.tables import AuditEntry, Notification
from domain.reservation.lifecycle import State
from tests.activities.money.money_desk import CODE, NOW, SLOT, VISA, money_desk
from tests.activities.money.provider_says import ProviderSays
from tests.activities.money.test_fees import FEE, with_fee
from tests.activities.money.test_late_fees_disputed import asked_in_vain, comes_late
from tests.activities.money.test_owed_returns import OwingDesk

LOST = 57
LEFT = FEE - LOST
TAKEN = {"stripe_clearing": FEE, "dispute_claims": -LOST}
OWED = TAKEN | {"driver_receivable": -LEFT}
GIVEN = TAKEN | {"bank": -LEFT}
AFTER_REFUND = {"stripe_clearing": LOST, "dispute_claims": -LOST}


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[OwingDesk]:
    async with money_desk(database_url) as desk:
        yield OwingDesk(desk.sessions, desk.api, desk.stripe, desk.connector)


async def decided(desk: OwingDesk, dispute: str, *, won: bool = False, **how: bool | int) -> None:
    await desk.api.decide_dispute(dispute, won=won, **how)  # type: ignore[arg-type]
    await ProviderSays(desk).hear(of=dispute)


async def disputed_in_part(desk: OwingDesk, amount: int | None = LOST) -> str:
    (row,) = [row for row in (await desk.rows()).values() if row.captured_minor]
    assert row.payment_intent_id is not None
    dispute: str = (await desk.api.dispute(row.payment_intent_id, amount=amount))["id"]
    await ProviderSays(desk).hear(of=dispute)
    return dispute


async def undone_while_a_bank_has_a_part(desk: OwingDesk) -> str:
    await desk.take_fee(amount=FEE)
    dispute = await disputed_in_part(desk)
    await desk.void()
    await desk.close()
    await desk.follow_up()
    return dispute


@pytest.mark.parametrize("late", [True, False])
async def test_of_a_booking_given_up_the_rest_goes_back_to_the_card(desk: OwingDesk, late: bool) -> None:
    """`late`: it was paid only then, and what of all of it the bank does not keep came back."""
    if late:
        await asked_in_vain(desk)
        await HoldActivities(desk.sessions).give_up_booking(GiveUpBooking(code=CODE, now=NOW, version=7))
        await desk.void()
        await desk.close()
        dispute = await comes_late(desk)
        await ProviderSays(desk).hear(of=dispute)
        await decided(desk, dispute, returned=LEFT, rest_refundable=True)
    else:
        dispute = await undone_while_a_bank_has_a_part(desk)
        await decided(desk, dispute, rest_refundable=True)
    for _ in range(2):
        await desk.follow_up()
    assert ((await desk.totals())["refunded"], await desk.ledger()) == (LEFT, AFTER_REFUND)
    assert await desk.owed() == 0
    assert (await ProviderSays(desk).books(dispute))["dispute_losses"] == LOST
    await desk.agree()


@pytest.mark.parametrize(
    ("lost", "refundable", "back"), [(LOST, True, LEFT), (LOST, False, 0), (FEE, True, 0), (FEE, False, 0)]
)
async def test_of_a_booking_undone_after_the_bank_has_decided_the_rest_goes_back(
    desk: OwingDesk, lost: int, refundable: bool, back: int
) -> None:
    """All of it, once the bank decides otherwise."""
    await desk.take_fee(amount=FEE)
    dispute = await disputed_in_part(desk, lost)
    await decided(desk, dispute, rest_refundable=refundable)
    for _ in range(2):
        await desk.void()
    await desk.close()
    for _ in range(2):
        await desk.follow_up()
    assert (await desk.totals())["refunded"] == back
    assert await desk.owed() == FEE - lost - back
    assert (await desk.ledger())["dispute_claims"] == -lost
    await desk.agree()
    await decided(desk, dispute, won=True)
    for _ in range(2):
        await desk.follow_up()
    assert ((await desk.totals())["refunded"], await desk.owed(), await desk.ledger()) == (FEE, 0, {})
    await desk.agree()


async def test_of_a_loss_of_which_a_part_came_back_that_part_goes_back_when_the_booking_is_undone(
    desk: OwingDesk,
) -> None:
    await desk.take_fee(amount=FEE)
    dispute = await disputed_in_part(desk, None)
    await decided(desk, dispute, returned=LEFT, rest_refundable=True)
    await desk.void()
    assert ((await desk.totals())["refunded"], await desk.ledger()) == (LEFT, AFTER_REFUND)
    await desk.agree()


@pytest.mark.parametrize("lost", [LOST, FEE])
async def test_of_a_fee_that_comes_late_and_was_lost_before_the_rest_goes_back(
    desk: OwingDesk, lost: int
) -> None:
    await asked_in_vain(desk)
    await HoldActivities(desk.sessions).give_up_booking(GiveUpBooking(code=CODE, now=NOW, version=7))
    await desk.void()
    await desk.close()
    await comes_late(desk, kept=lost)
    for _ in range(2):
        await desk.follow_up()
    assert ((await desk.totals())["refunded"], await desk.owed()) == (FEE - lost, 0)
    assert await desk.ledger() == {"stripe_clearing": lost, "dispute_claims": -lost}
    await desk.agree()


async def test_where_the_provider_refunds_none_of_it_people_give_it_another_way_once(desk: OwingDesk) -> None:
    dispute = await undone_while_a_bank_has_a_part(desk)
    with pytest.raises(RefundDisputed):
        await desk.give(100)
    await decided(desk, dispute)
    for _ in range(2):
        await desk.follow_up()
    assert (await desk.ledger(), await desk.owed()) == (OWED, LEFT)
    told = [row.code for row in await desk.all(AuditEntry, AuditEntry.id)]
    assert told.count("refund_failed") == 1
    for minor in (100, 200):
        await desk.give(minor, reference=f"T-{minor}")
    assert await desk.follow_up() == []
    assert (await desk.ledger(), await desk.owed()) == (GIVEN, 0)
    await desk.agree()


@pytest.mark.parametrize("given", [None, 100])
async def test_what_the_provider_refused_is_tried_again_once_the_bank_decides_otherwise(
    desk: OwingDesk, given: int | None
) -> None:
    """`given`: another way meanwhile."""
    dispute = await undone_while_a_bank_has_a_part(desk)
    await decided(desk, dispute)
    await desk.follow_up()
    assert (await desk.totals())["refunded"] == 0
    if given is not None:
        await desk.give(given)
    await decided(desk, dispute, won=True)
    for _ in range(2):
        await desk.follow_up()
    assert ((await desk.totals())["refunded"], await desk.owed()) == (FEE - (given or 0), 0)
    await desk.agree()


async def test_each_part_that_comes_back_later_goes_back_once(desk: OwingDesk) -> None:
    await desk.take_fee(amount=FEE)
    dispute = await disputed_in_part(desk, None)
    await desk.void()
    await desk.close()
    for returned in (100, 50):
        await decided(desk, dispute, returned=returned, rest_refundable=True)
        for _ in range(2):
            await desk.follow_up()
    assert ((await desk.totals())["refunded"], await desk.owed()) == (150, 0)
    await desk.agree()


async def test_what_was_lost_is_given_back_by_nobody_before_the_books_have_it(desk: OwingDesk) -> None:
    """The bank has decided, and nobody has looked again."""
    dispute = await undone_while_a_bank_has_a_part(desk)
    await decided(desk, dispute)
    with pytest.raises(RefundDisputed):
        await desk.give()


@pytest.mark.parametrize("part", [None, LOST])
async def test_beside_a_late_payment_that_was_lost_the_bills_own_is_given_back(
    desk: OwingDesk, part: int | None
) -> None:
    """`part`: of the late one; what of that was left goes back first."""
    await asked_in_vain(desk)
    await desk.authorise()
    bill = await desk.settle(State.CANCELLED, terms=with_fee(), cancelled_at=SLOT.start, payment_method=VISA)
    charge = bill.bill.charge.minor
    await desk.close()
    dispute = await comes_late(desk)
    await ProviderSays(desk).hear(of=dispute)
    await desk.follow_up()
    with pytest.raises(RefundDisputed):
        await desk.give_back(100)
    await decided(desk, dispute, returned=0 if part is None else FEE - part)
    for _ in range(2):
        await desk.follow_up()
    if part is not None:
        assert await desk.owed() == LEFT
        await desk.give()
    assert await desk.owed() == 0
    await desk.give_back(100)
    await desk.follow_up()
    await desk.give_back(key="all the rest")
    for _ in range(2):
        await desk.follow_up()
    assert {step: row.refunded_minor for step, row in (await desk.rows()).items()} == {
        "fee": 0,
        "deposit": charge,
    }
    assert "driver_receivable" not in await desk.ledger()
    await desk.agree()


@pytest.mark.parametrize("refundable", [True, False])
async def test_of_a_bill_that_falls_after_a_part_was_lost_only_the_rest_goes_back(
    desk: OwingDesk, refundable: bool
) -> None:
    """5.95 are paid, and the driver has had 1.95 of it by their bank."""
    await desk.settled()
    dispute = await disputed_in_part(desk, 195)
    await decided(desk, dispute, rest_refundable=refundable)
    assert await desk.follow_up() == []
    await desk.give_back(100)
    assert await desk.follow_up() == [CODE]
    assert (await desk.totals())["refunded"] == 0
    ledger = await desk.ledger()
    assert (ledger["dispute_claims"], ledger.get("driver_receivable")) == (-100, None)
    await desk.give_back(key="all the rest")
    await desk.follow_up()
    assert await desk.follow_up() == []
    if refundable:
        assert ((await desk.totals())["refunded"], await desk.owed()) == (400, 0)
    else:
        assert ((await desk.totals())["refunded"], await desk.owed()) == (0, 400)
        await desk.give()
    told = [row for row in await desk.all(Notification, Notification.id) if row.template == "refunded"]
    assert [row.parameters["given_back"]["minor"] for row in told] == ([400] if refundable else [])
    ledger = await desk.ledger()
    assert (ledger["dispute_claims"], ledger.get("driver_receivable")) == (-195, None)
    await desk.agree()
