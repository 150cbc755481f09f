"""A booking was undone, and what went back for it comes back days later: owed at once, tried once more where that may
help, else given another way once.
"""

import contextlib
from collections.abc import AsyncIterator

import pytest

from activities.money.refund_decisions import NotSettled
from db.tables import AuditEntry
from domain.money.returns import MoreThanOwed, ReturnWay
from simulator.stripe_api.faults import FaultKind
from tests.activities.money.money_desk import CODE, money_desk
from tests.activities.money.provider_says import ProviderSays
from tests.activities.money.test_failed_refunds import heard, refunds
from tests.activities.money.test_fees import FEE
from tests.activities.money.test_owed_returns import OwingDesk

OWED = {"stripe_clearing": FEE, "driver_receivable": -FEE}
ACCOUNTS = {ReturnWay.BANK_TRANSFER: "bank", ReturnWay.CREDIT: "driver_credit"}


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[OwingDesk]:
    async with money_desk(database_url) as desk:
        yield OwingDesk(desk.sessions, desk.api, desk.stripe, desk.connector)


async def undone(desk: OwingDesk, *, shown: bool = True, why: str = "lost_or_stolen_card") -> None:
    """`shown`: there is a projection of it, which a booking that failed may not have. `why`: it came back."""
    await desk.take_fee()
    await desk.void()
    if shown:
        await desk.close()
    assert await desk.ledger() == {}
    (refund,) = await refunds(desk)
    await desk.api.fail_refund(refund, why)
    assert await heard(desk) == [why]


@pytest.mark.parametrize("way", ReturnWay)
@pytest.mark.parametrize("shown", [True, False])
async def test_it_is_owed_at_once_and_given_another_way_once(
    desk: OwingDesk, way: ReturnWay, shown: bool
) -> None:
    await undone(desk, shown=shown)
    assert (await desk.ledger(), await desk.owed()) == (OWED, FEE)
    await desk.agree()
    with pytest.raises(MoreThanOwed):
        await desk.give(FEE + 1)
    for _ in range(2):
        await desk.give(way=way)
    given = {"stripe_clearing": FEE, ACCOUNTS[way]: -FEE}
    assert (await desk.ledger(), await desk.owed()) == (given, 0)
    assert await desk.follow_up() == []
    assert (await desk.ledger(), len(await refunds(desk))) == (given, 1)
    await desk.agree()


@pytest.mark.parametrize("shown", [True, False])
async def test_what_may_pass_is_tried_once_more(desk: OwingDesk, shown: bool) -> None:
    await undone(desk, shown=shown, why="declined")
    assert await desk.follow_up() == [CODE]
    assert (await desk.ledger(), await desk.owed(), await desk.paid()) == ({}, 0, 0)
    codes = [row.code for row in await desk.all(AuditEntry, AuditEntry.id)]
    assert codes == ["refund_failed", "refund_tried_again"]
    await desk.agree()
    assert await desk.follow_up() == []
    await desk.api.fail_refund((await refunds(desk))[-1], "declined")
    await heard(desk)
    assert await desk.follow_up() == []
    assert (await desk.ledger(), len(await refunds(desk))) == (OWED, 2)
    await desk.agree()


async def test_what_was_given_another_way_meanwhile_is_not_given_back_as_well(desk: OwingDesk) -> None:
    await undone(desk, why="insufficient_funds")
    await desk.give(100)
    assert await desk.follow_up() == [CODE]
    assert (await desk.ledger(), await desk.paid()) == ({"stripe_clearing": 100, "bank": -100}, 100)
    await desk.agree()


@pytest.mark.parametrize("fault", [FaultKind.STATUS, FaultKind.STATUS_AFTER, FaultKind.STORED_AFTER])
async def test_a_crash_in_the_midst_of_it_gives_nothing_back_twice(desk: OwingDesk, fault: FaultKind) -> None:
    await undone(desk, why="declined")
    await desk.give(100)
    await desk.api.fail_next(fault, path="/v1/refunds")
    with contextlib.suppress(AssertionError):  # it is put off
        await desk.follow_up()
    await desk.follow_up()
    assert await desk.follow_up() == []
    assert (await desk.ledger(), await desk.paid()) == ({"stripe_clearing": 100, "bank": -100}, 100)
    await desk.agree()


@pytest.mark.parametrize(("minor", "left"), [(None, 0), (100, FEE - 100)])
async def test_what_the_dashboard_gives_back_pays_it(desk: OwingDesk, minor: int | None, left: int) -> None:
    await undone(desk)
    await desk.in_dashboard(minor)
    await desk.told()
    await desk.follow_up()
    assert (await desk.owed(), await desk.paid()) == (left, left)
    await desk.agree()
    assert await desk.follow_up() == []


async def test_what_was_given_another_way_and_is_lost_to_a_bank_as_well_is_a_loss_and_nobodys_debt(
    desk: OwingDesk,
) -> None:
    provider = ProviderSays(desk)
    await undone(desk)
    await desk.give()
    given = await desk.ledger()
    (row,) = [one for one in (await desk.rows()).values() if one.captured_minor]
    assert row.payment_intent_id is not None
    dispute = (await desk.api.dispute(row.payment_intent_id))["id"]
    await provider.hear(of=dispute)
    await desk.api.decide_dispute(dispute, won=False)
    await provider.hear(of=dispute)
    for _ in range(2):
        await desk.follow_up()
    assert await desk.ledger() == given
    assert (await provider.books(dispute))["dispute_losses"] == FEE
    await desk.agree()


async def won(desk: OwingDesk) -> None:
    """A booking is undone while a bank has its fee, which it has left us since; nobody has looked again."""
    provider = ProviderSays(desk)
    taken = await desk.take_fee(amount=FEE)
    assert taken.payment_intent_id is not None
    dispute = (await desk.api.dispute(taken.payment_intent_id))["id"]
    await provider.hear(of=dispute)
    await desk.void()
    await desk.close()
    await desk.follow_up()
    await desk.api.decide_dispute(dispute, won=True)
    await provider.hear(of=dispute)
    assert await desk.ledger() == OWED


@pytest.mark.parametrize("minor", [None, 100])
async def test_what_is_won_goes_back_without_what_was_given_another_way(
    desk: OwingDesk, minor: int | None
) -> None:
    await won(desk)
    given = FEE if minor is None else minor
    await desk.give(minor)
    for _ in range(2):
        await desk.follow_up()
    assert (await desk.ledger(), await desk.paid()) == ({"stripe_clearing": given, "bank": -given}, given)
    await desk.agree()


@pytest.mark.parametrize("fault", [FaultKind.STATUS, FaultKind.STATUS_AFTER])
async def test_what_may_be_on_its_way_is_given_no_other_way(desk: OwingDesk, fault: FaultKind) -> None:
    """The provider may have made a refund whose answer was lost."""
    await won(desk)
    await desk.api.fail_next(fault, path="/v1/refunds")
    with contextlib.suppress(AssertionError):  # it is put off
        await desk.follow_up()
    with contextlib.suppress(NotSettled):
        await desk.give()
    await desk.follow_up()
    assert (await desk.ledger(), await desk.paid()) == ({}, 0)
    await desk.agree()


@pytest.mark.parametrize("why", ["charge_for_pending_refund_disputed", "declined"])
async def test_what_failed_for_a_dispute_goes_back_once_we_win_it(desk: OwingDesk, why: str) -> None:
    """Also where it has been tried once more before."""
    provider = ProviderSays(desk)
    await undone(desk, why=why)
    if why == "declined":
        await desk.follow_up()
        await desk.api.fail_refund((await refunds(desk))[-1], "charge_for_pending_refund_disputed")
        await heard(desk)
    (row,) = [one for one in (await desk.rows()).values() if one.captured_minor]
    assert row.payment_intent_id is not None
    dispute = (await desk.api.dispute(row.payment_intent_id))["id"]
    await provider.hear(of=dispute)
    await desk.follow_up()
    assert await desk.ledger() == OWED
    await desk.api.decide_dispute(dispute, won=True)
    await provider.hear(of=dispute)
    assert await desk.follow_up() == [CODE]
    assert (await desk.ledger(), await desk.paid()) == ({}, 0)
    assert await desk.follow_up() == []
    await desk.agree()


async def test_what_the_provider_refuses_outright_is_for_people(desk: OwingDesk) -> None:
    await won(desk)
    await desk.api.fail_next(FaultKind.STATUS, path="/v1/refunds", status=400)
    await desk.follow_up()
    assert await desk.follow_up() == []
    await desk.give()
    assert (await desk.ledger(), await desk.paid()) == ({"stripe_clearing": FEE, "bank": -FEE}, FEE)
