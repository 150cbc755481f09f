"""K8.6: the provider remembers a failure under our key for a day, and repeats it whatever became of the request."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import TypeVar

import pytest
from temporalio.exceptions import ApplicationError

from domain.money.amount import Money
from domain.money.lines import LineKind
from simulator.stripe_api.faults import FaultKind
from tests.activities.money.debt_desk import DAY, NO_DEPOSIT, DebtDesk
from tests.activities.money.money_desk import NOW, VISA, MoneyDesk, money_desk

Answer = TypeVar("Answer")

STORED = [FaultKind.STORED, FaultKind.STORED_AFTER]
"""Nothing came of it; it was carried out all the same."""


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[MoneyDesk]:
    async with money_desk(database_url) as desk:
        yield desk


async def insist(work: Callable[[], Awaitable[Answer]]) -> Answer:
    """As Temporal does."""
    for _ in range(4):
        try:
            return await work()
        except ApplicationError as failure:
            if failure.type != "stripe_unavailable":
                raise
    return await work()


@pytest.mark.parametrize("kind", STORED)
async def test_a_deposit_is_held_once(desk: MoneyDesk, kind: FaultKind) -> None:
    await desk.api.fail_next(kind, path="/v1/payment_intents")
    assert (await insist(desk.authorise)).status == "authorised"
    assert await desk.totals() == {"captured": 0, "refunded": 0, "authorized": 1000}
    assert (await desk.rows())["deposit"].generation == (1 if kind is FaultKind.STORED else 0)


@pytest.mark.parametrize("kind", STORED)
async def test_a_card_that_was_declined_in_it_is_told_as_declined(desk: MoneyDesk, kind: FaultKind) -> None:
    await desk.api.fail_next(kind, path="/v1/payment_intents")
    answer = await insist(lambda: desk.authorise(card="pm_card_chargeDeclined"))
    assert (answer.status, answer.decline_code) == ("declined", "generic_decline")


@pytest.mark.parametrize("kind", STORED)
async def test_both_keys_may_be_spoiled(desk: MoneyDesk, kind: FaultKind) -> None:
    await desk.api.fail_next(kind, path="/v1/payment_intents", times=2)
    assert (await insist(desk.authorise)).status == "authorised"
    assert (await desk.totals())["authorized"] == 1000


@pytest.mark.parametrize("kind", STORED)
@pytest.mark.parametrize("path", ["/v1/payment_intents", "/v1/payment_intents/*/capture"])
async def test_a_settlement_takes_once(desk: MoneyDesk, kind: FaultKind, path: str) -> None:
    await desk.authorise()
    await desk.charged(40_000)
    await desk.api.fail_next(kind, path=path)
    receipt = await insist(lambda: desk.settle(payment_method=VISA))
    assert receipt.outstanding.is_zero
    assert (await desk.totals())["captured"] == receipt.bill.charge.minor
    assert (await desk.check()).agrees


@pytest.mark.parametrize("kind", STORED)
async def test_what_is_given_back_is_given_back_once(desk: MoneyDesk, kind: FaultKind) -> None:
    await desk.authorise()
    await desk.charged(10_000)
    before = await desk.settle()
    await desk.api.fail_next(kind, path="/v1/refunds")
    later = NOW + timedelta(minutes=1)
    after = await insist(lambda: desk.settle(step="settle-2", now=later, waived=[LineKind.ENERGY]))
    refunded = before.payments.captured - after.payments.captured
    assert (await desk.totals())["refunded"] == refunded.minor > 0
    assert (await desk.check()).agrees


@pytest.mark.parametrize("kind", STORED)
async def test_a_hold_is_released(desk: MoneyDesk, kind: FaultKind) -> None:
    await desk.authorise()
    await desk.api.fail_next(kind, path="/v1/payment_intents/*/cancel")
    totals = await insist(desk.void)
    assert totals is not None
    assert totals.released == Money(1000, "EUR")
    assert (await desk.totals())["authorized"] == 0


@pytest.mark.parametrize("kind", STORED)
async def test_a_debt_is_tried_once(desk: MoneyDesk, kind: FaultKind) -> None:
    debts = DebtDesk(desk)
    await debts.settled_without_paying()
    await debts.new_card()
    await desk.api.fail_next(kind, path="/v1/payment_intents")
    assert (await insist(lambda: debts.collect(DAY))).state == "paid"
    assert (await desk.totals())["captured"] == 2380


@pytest.mark.parametrize("made", [False, True])
async def test_who_comes_when_the_key_is_forgotten_looks_first(desk: MoneyDesk, made: bool) -> None:
    await desk.charged(40_000)
    kind = FaultKind.CUT if made else FaultKind.STATUS
    await desk.api.fail_next(kind, path="/v1/payment_intents")
    with pytest.raises(ApplicationError):
        await desk.settle(terms=NO_DEPOSIT, payment_method=VISA)
    await desk.api.let_pass(2 * DAY.total_seconds())
    receipt = await desk.settle(terms=NO_DEPOSIT, payment_method=VISA, now=NOW + 2 * DAY)
    assert (await desk.totals())["captured"] == receipt.bill.charge.minor == receipt.payments.captured.minor


async def test_another_card_under_the_key_changes_nothing_about_what_was_paid(desk: MoneyDesk) -> None:
    """Somebody saved a new card between two attempts."""
    debts = DebtDesk(desk)
    await debts.settled_without_paying()
    await debts.new_card()
    await desk.api.fail_next(FaultKind.STATUS_AFTER, path="/v1/payment_intents")
    with pytest.raises(ApplicationError):
        await debts.collect(DAY)
    await debts.new_card()
    assert (await insist(lambda: debts.collect(DAY))).state == "paid"
    assert (await desk.totals())["captured"] == 2380
