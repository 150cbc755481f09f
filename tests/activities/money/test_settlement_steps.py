"""Settling in several attempts or steps: interrupted anywhere, repeated, corrected, voided."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from temporalio.exceptions import ApplicationError

from activities.money.payment_records import PaymentRecords
from contracts.declaration import SUPERSEDED
from db.tables import AuditEntry, Settlement
from domain.money.amount import Money
from domain.money.bill import Receipt
from domain.money.lines import LineKind
from domain.reservation.lifecycle import State
from simulator.stripe_api.faults import FaultKind
from tests.activities.money.money_desk import CODE, NOW, SLOT, MoneyDesk, money_desk
from tests.factories import make_overstay, make_policy, make_terms

LATER = NOW + timedelta(minutes=1)
GONE: dict[str, Any] = {"no_show_at": SLOT.end, "arrived_at": None}
LOST = [FaultKind.CUT, FaultKind.STATUS, FaultKind.STATUS_AFTER]


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[MoneyDesk]:
    async with money_desk(database_url) as desk:
        yield desk


async def test_settling_again_answers_the_same_and_moves_nothing(desk: MoneyDesk) -> None:
    await desk.authorise()
    await desk.charged(10_000)
    receipt = await desk.settle()
    await desk.charged(90_000, transaction="late")
    assert await desk.settle() == receipt
    assert (await desk.totals())["captured"] == 595


async def test_a_bill_is_kept_before_money_moves_and_not_in_the_audit_trail(desk: MoneyDesk) -> None:
    await desk.authorise()
    await desk.api.fail_next(FaultKind.STATUS, path="/v1/payment_intents/*/capture")
    await desk.charged(10_000)
    with pytest.raises(ApplicationError):
        await desk.settle()
    assert await _settlement(desk) == (595, None, None)
    await desk.settle()
    assert await _settlement(desk) == (595, 595, 405)
    async with desk.sessions() as session:
        assert (await session.scalars(select(AuditEntry))).all() == []


async def test_an_answer_from_before_the_capture_does_not_open_the_payment_again(desk: MoneyDesk) -> None:
    """An attempt at the deposit stood still between asking Stripe and writing down what it said."""
    await desk.authorise()
    records = PaymentRecords(desk.sessions, desk.stripe)
    (before,) = await records.all_of(CODE)
    await desk.charged(10_000)
    await desk.settle()
    assert before.intent is not None
    assert await records.keep(CODE, before.step, before.intent, LATER)
    (after,) = await records.all_of(CODE)
    assert (after.status, (await desk.totals())["captured"]) == ("succeeded", 595)
    assert (await desk.check()).agrees


async def test_a_later_step_refunds_what_was_waived(desk: MoneyDesk) -> None:
    await desk.authorise()
    await desk.settle(State.NO_SHOW, no_show_at=SLOT.end, arrived_at=None)
    receipt = await desk.settle(
        State.NO_SHOW, step="settle-2", no_show_at=SLOT.end, arrived_at=None, waived=[LineKind.NO_SHOW]
    )
    assert (receipt.bill.charge.minor, receipt.payments.captured.minor, receipt.payments.refunded.minor) == (
        0,
        0,
        500,
    )
    assert await desk.ledger() == {}
    assert (await desk.check()).agrees


async def test_a_later_step_charges_only_what_came_on_top(desk: MoneyDesk) -> None:
    await desk.authorise()
    await desk.charged(10_000)
    await desk.settle()
    await desk.charged(10_000, transaction="2")
    receipt = await desk.settle(step="settle-2")
    assert receipt.payments.captured == receipt.bill.charge == Money(1190, "EUR")
    assert (await desk.totals())["captured"] == 1190
    assert (await desk.check()).agrees


@pytest.mark.parametrize("kind", LOST)
async def test_a_fee_waived_while_its_payment_is_in_doubt_stays_with_the_driver(
    desk: MoneyDesk, kind: FaultKind
) -> None:
    """Field case K8.5, and the same when the money had moved and only the answer was lost."""
    await desk.authorise()
    await desk.api.fail_next(kind, path="/v1/payment_intents/*/capture")
    with pytest.raises(ApplicationError):
        await desk.settle(State.NO_SHOW, **GONE)
    receipt = await desk.settle(State.NO_SHOW, step="settle-2", waived=[LineKind.NO_SHOW], **GONE)
    assert receipt.bill.charge.minor == 0
    totals = await desk.totals()
    assert totals["captured"] == totals["refunded"]
    assert await desk.ledger() == {}
    assert (await desk.check()).agrees


@pytest.mark.parametrize("begun", [True, False])
async def test_an_attempt_that_comes_after_a_later_step_moves_nothing(desk: MoneyDesk, begun: bool) -> None:
    """A process that stood still wakes up, and still knows nothing of the waiver."""
    await desk.authorise()
    if begun:
        await desk.api.fail_next(FaultKind.STATUS, path="/v1/payment_intents/*/capture")
        with pytest.raises(ApplicationError):
            await desk.settle(State.NO_SHOW, **GONE)
    waived: dict[str, Any] = {"step": "settle-2", "waived": [LineKind.NO_SHOW], "now": LATER, **GONE}
    receipt = await desk.settle(State.NO_SHOW, **waived)
    with pytest.raises(ApplicationError) as late:
        await desk.settle(State.NO_SHOW, **GONE)
    assert (late.value.type, late.value.non_retryable) == (SUPERSEDED, True)
    assert await desk.settle(State.NO_SHOW, **waived) == receipt
    assert (await desk.totals())["captured"] == 0
    assert (await desk.check()).agrees


@pytest.mark.parametrize("path", ["/v1/payment_intents/*/capture", "/v1/payment_intents"])
async def test_an_attempt_that_a_later_step_overtakes_in_the_middle_keeps_nothing(
    database_url: str, path: str
) -> None:
    """Held while it captures the deposit, or while it takes the remainder of 13.80."""
    async with money_desk(database_url, timeout_seconds=30.0) as desk:
        await desk.authorise()
        await desk.charged(40_000)
        await desk.api.fail_next(FaultKind.HOLD, path=path)
        async with asyncio.TaskGroup() as attempts:
            early = attempts.create_task(_outcome(desk.settle()))
            await desk.api.wait_until_held()
            await desk.settle(step="settle-2", waived=[LineKind.ENERGY], now=LATER)
            await desk.api.release_held()
        assert isinstance(early.result(), ApplicationError)
        totals = await desk.totals()
        only_time = 357
        assert (totals["captured"] - totals["refunded"], totals["authorized"]) == (only_time, 0)
        assert (await desk.check()).agrees


async def test_voiding_a_settled_reservation_refunds_it_and_reverses_the_ledger(desk: MoneyDesk) -> None:
    await desk.authorise()
    await desk.charged(40_000)
    await desk.settle()
    voided = await desk.void()
    assert voided is not None
    assert voided.refunded == Money(2380, "EUR")
    assert await desk.void() == voided
    assert await desk.ledger() == {}
    assert (await desk.check()).agrees


@pytest.mark.parametrize("kind", LOST)
@pytest.mark.parametrize(
    "path", ["/v1/payment_intents/*/capture", "/v1/payment_intents", "/v1/payment_intents/pi_*"]
)
async def test_a_settlement_interrupted_anywhere_completes_when_repeated(
    desk: MoneyDesk, kind: FaultKind, path: str
) -> None:
    await desk.authorise()
    await desk.charged(40_000)
    await desk.api.fail_next(kind, path=path, method="*")
    with pytest.raises(ApplicationError):
        await desk.settle()
    receipt = await desk.settle()
    assert receipt.payments.captured == receipt.bill.charge == Money(2380, "EUR")
    assert (await desk.totals())["captured"] == 2380
    assert (await desk.check()).agrees


@pytest.mark.parametrize("kind", LOST)
async def test_a_refund_interrupted_is_made_once(desk: MoneyDesk, kind: FaultKind) -> None:
    await desk.authorise()
    await desk.charged(40_000)
    await desk.settle()
    await desk.api.fail_next(kind, path="/v1/refunds")
    with pytest.raises(ApplicationError):
        await desk.void()
    voided = await desk.void()
    assert voided is not None
    assert voided.refunded == Money(2380, "EUR")
    assert (await desk.totals())["refunded"] == 2380
    assert (await desk.check()).agrees


async def test_a_busier_site_does_not_change_the_price_between_attempts(desk: MoneyDesk) -> None:
    overstay = make_overstay(waived_when_nobody_waits=True)
    terms = make_terms(policy=make_policy(overstay=overstay))
    late: dict[str, Any] = {"departed_at": SLOT.end + timedelta(minutes=20), "terms": terms}
    await desk.authorise()
    await desk.api.fail_next(FaultKind.STATUS, path="/v1/payment_intents/*/capture")
    with pytest.raises(ApplicationError):
        await desk.settle(**late)
    await desk.next_guest()
    receipt = await desk.settle(**late)
    assert LineKind.OVERSTAY not in [line.kind for line in receipt.bill.lines]


async def _settlement(desk: MoneyDesk) -> tuple[int, int | None, int | None]:
    async with desk.sessions() as session:
        (row,) = await session.scalars(select(Settlement))
    return row.charge_minor, row.captured_minor, row.released_minor


async def _outcome(settling: Coroutine[Any, Any, Receipt]) -> Receipt | ApplicationError:
    try:
        return await settling
    except ApplicationError as failure:
        return failure
