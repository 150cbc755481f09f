"""A booking is undone while a bank has its fee: that waits, goes on when we win, and is done by the bank if we lose."""

from collections.abc import AsyncIterator

import pytest

from tests.activities.money.money_desk import money_desk
from tests.activities.money.provider_says import ProviderSays
from tests.activities.money.test_fees import FEE
from tests.activities.money.test_refunds import Desk

OWED = {"stripe_clearing": FEE, "driver_receivable": -FEE}
GIVEN_BACK_BY_THE_BANK = {"stripe_clearing": FEE, "dispute_claims": -FEE}
"""Nobody owes anything any more."""


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[Desk]:
    async with money_desk(database_url) as desk:
        yield Desk(desk.sessions, desk.api, desk.stripe, desk.connector)


@pytest.mark.parametrize("won", [True, False])
@pytest.mark.parametrize(("heard", "shown"), [(True, True), (False, True), (True, False)])
async def test_a_fee_that_a_bank_has_is_given_back_once_that_is_won(
    desk: Desk, heard: bool, shown: bool, won: bool
) -> None:
    """`heard`: of the dispute, before the booking is undone; `shown`: there is a projection of it."""
    provider = ProviderSays(desk)
    taken = await desk.take_fee(amount=FEE)
    assert taken.payment_intent_id is not None
    dispute = (await desk.api.dispute(taken.payment_intent_id))["id"]
    if heard:
        await provider.hear(of=dispute)
    for _ in range(2):
        totals = await desk.void()
        assert totals is not None
        assert (totals.captured.minor, totals.refunded.minor) == (FEE, 0)
    if shown:
        await desk.close()
    await desk.follow_up()
    assert await desk.ledger() == OWED
    await desk.api.decide_dispute(dispute, won=won)
    await provider.hear(of=dispute)
    for _ in range(2):
        await desk.follow_up()
    refunded = FEE if won else 0
    assert (await desk.totals())["refunded"] == refunded
    assert await desk.ledger() == ({} if won else GIVEN_BACK_BY_THE_BANK)
    assert (await desk.rows())["fee"].refunded_minor == refunded
    await desk.agree()
    if not won:
        assert (await provider.books(dispute))["dispute_losses"] == FEE  # that the claim makes up for
        await desk.api.decide_dispute(dispute, won=True)
        await provider.hear(of=dispute)
        await desk.follow_up()
        assert ((await desk.totals())["refunded"], await desk.ledger()) == (FEE, {})
