"""An end that charges nothing releases the deposit in one call to Stripe, right whatever becomes of that call."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from temporalio.exceptions import ApplicationError

from domain.causes import Cause
from domain.money.amount import Money
from domain.money.bill import Receipt
from domain.reservation.lifecycle import State
from simulator.stripe_api.faults import FaultKind
from tests.activities.money.money_desk import SLOT, MoneyDesk, money_desk

CANCEL = "/v1/payment_intents/*/cancel"
LOOK = "/v1/payment_intents/pi_*"
DEPOSIT = Money(1000, "EUR")
NOTHING = {"captured": 0, "refunded": 0, "authorized": 0}
LOST_AFTER = [FaultKind.CUT, FaultKind.STATUS_AFTER]


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[MoneyDesk]:
    async with money_desk(database_url) as desk:
        await desk.authorise()
        yield desk


async def cancelled(desk: MoneyDesk) -> Receipt:
    return await desk.settle(State.CANCELLED, ended_by=Cause.OPERATOR, cancelled_at=SLOT.start)


async def assert_released(desk: MoneyDesk, receipt: Receipt) -> None:
    """In the receipt, at Stripe, in our row and in the ledger; and it stays so when asked again."""
    assert (receipt.bill.charge.minor, receipt.payments.released) == (0, DEPOSIT)
    assert await cancelled(desk) == receipt
    assert await desk.totals() == NOTHING
    assert {step: row.status for step, row in (await desk.rows()).items()} == {"deposit": "canceled"}
    assert await desk.ledger() == {}
    assert (await desk.check()).agrees


async def intent_of(desk: MoneyDesk) -> str:
    intent = (await desk.rows())["deposit"].payment_intent_id
    assert intent is not None
    return intent


async def test_it_is_released_without_a_look(desk: MoneyDesk) -> None:
    await desk.api.fail_next(FaultKind.STATUS, path=LOOK, method="GET")
    receipt = await cancelled(desk)
    await desk.api.clear_faults()
    await assert_released(desk, receipt)


@pytest.mark.parametrize("kind", LOST_AFTER)
async def test_a_failure_replayed_for_ever_after_it_was_done_is_seen_through(
    desk: MoneyDesk, kind: FaultKind
) -> None:
    """Stripe keeps the first answer under a key for a day, a 500 too."""
    await desk.api.fail_next(kind, path=CANCEL)
    await desk.api.fail_next(FaultKind.STATUS, path=CANCEL, times=99)
    await assert_released(desk, await cancelled(desk))


@pytest.mark.parametrize("kind", LOST_AFTER)
async def test_a_release_lost_before_it_was_seen_is_found_by_the_repeat(
    desk: MoneyDesk, kind: FaultKind
) -> None:
    await desk.api.fail_next(kind, path=CANCEL)
    await desk.api.fail_next(FaultKind.STATUS, path=LOOK, method="GET")
    with pytest.raises(ApplicationError) as lost:
        await cancelled(desk)
    assert not lost.value.non_retryable
    assert (await desk.rows())["deposit"].status == "requires_capture"
    await assert_released(desk, await cancelled(desk))


async def test_a_release_that_was_not_carried_out_is_not_believed(desk: MoneyDesk) -> None:
    await desk.api.fail_next(FaultKind.STATUS, path=CANCEL)
    with pytest.raises(ApplicationError) as failure:
        await cancelled(desk)
    assert not failure.value.non_retryable
    assert (await desk.totals())["authorized"] == DEPOSIT.minor
    await assert_released(desk, await cancelled(desk))


async def test_it_is_released_once_when_two_attempts_do_it_together(database_url: str) -> None:
    """While the first is in flight its key is in use: the second learns nothing, and is to ask again."""
    async with money_desk(database_url, timeout_seconds=30.0) as desk:
        await desk.authorise()
        await desk.api.fail_next(FaultKind.HOLD, path=CANCEL)
        async with asyncio.TaskGroup() as attempts:
            first = attempts.create_task(cancelled(desk))
            await desk.api.wait_until_held()
            with pytest.raises(ApplicationError) as in_use:
                await cancelled(desk)
            await desk.api.release_held()
        assert not in_use.value.non_retryable
        await assert_released(desk, first.result())


async def test_an_attempt_killed_while_it_releases_leaves_what_the_repeat_completes(
    database_url: str,
) -> None:
    async with money_desk(database_url, timeout_seconds=30.0) as desk:
        await desk.authorise()
        await desk.api.fail_next(FaultKind.HOLD, path=CANCEL)
        attempt = asyncio.create_task(cancelled(desk))
        await desk.api.wait_until_held()
        attempt.cancel()
        await asyncio.wait([attempt])
        await desk.api.release_held()
        await assert_released(desk, await cancelled(desk))


async def test_what_was_released_at_stripe_before_is_taken_as_it_is(desk: MoneyDesk) -> None:
    """By hand in Stripe's dashboard, or lapsed: our row has not heard of it."""
    await desk.stripe.cancel(await intent_of(desk), key="by hand")
    await assert_released(desk, await cancelled(desk))


async def test_what_was_captured_at_stripe_before_is_given_back(desk: MoneyDesk) -> None:
    await desk.stripe.capture(await intent_of(desk), Money(600, "EUR"), key="by hand")
    receipt = await cancelled(desk)
    assert (receipt.payments.captured.minor, receipt.payments.refunded.minor) == (0, 600)
    assert await cancelled(desk) == receipt
    assert await desk.totals() == {"captured": 600, "refunded": 600, "authorized": 0}
    assert (await desk.check()).agrees


@pytest.mark.parametrize("card", [None, "pm_card_threeDSecure2Required"])
async def test_a_deposit_that_nobody_has_completed_is_closed(desk: MoneyDesk, card: str | None) -> None:
    code = "AAAA-BBBB-CCCC"
    await desk.authorise(code=code, card=card)
    receipt = await desk.settle(State.EXPIRED, code=code, arrived_at=None)
    assert receipt.payments.released.minor == 0
    assert (await desk.rows(code))["deposit"].status == "canceled"
    assert (await desk.check(code)).agrees
