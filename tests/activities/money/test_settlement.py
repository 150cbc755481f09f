"""Settlement: what is captured, released, refunded, credited and left outstanding, whatever goes wrong between."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import Range
from temporalio.exceptions import ApplicationError

from contracts.line_texts import line_text
from db.tables import AuditEntry, Hold, Settlement, SettlementLine
from domain.causes import Cause
from domain.money.amount import Money
from domain.money.lines import LineKind
from domain.reservation.lifecycle import State
from simulator.stripe_api.faults import FaultKind
from tests.activities.money.money_desk import SLOT, VISA, MoneyDesk, money_desk
from tests.factories import make_overstay, make_policy, make_tariff, make_terms

NO_DEPOSIT = make_terms(policy=make_policy(deposit=Money(0, "EUR")))
LOST = [FaultKind.CUT, FaultKind.STATUS, FaultKind.STATUS_AFTER]


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[MoneyDesk]:
    async with money_desk(database_url) as desk:
        yield desk


async def test_energy_is_captured_from_the_deposit_and_the_rest_released(desk: MoneyDesk) -> None:
    await desk.authorise()
    await desk.charged(10_000)
    receipt = await desk.settle()
    # 3.00 fee, 3.00 credited, 10 kWh at 0.50, 19 % tax
    assert receipt.bill.charge == receipt.payments.captured == Money(595, "EUR")
    assert (receipt.payments.released.minor, receipt.outstanding.minor, receipt.bill.energy_wh) == (
        405,
        0,
        10_000,
    )
    assert "10.00 kWh at Bay 1" in [line_text(line) for line in receipt.bill.lines]
    assert await desk.ledger() == {
        "stripe_clearing": 595,
        "revenue:energy": -500,
        "revenue:reservation_fee": -300,
        "revenue:fee_credit": 300,
        "tax_payable": -95,
    }
    assert (await desk.check()).agrees


async def test_settling_again_answers_the_same_and_moves_nothing(desk: MoneyDesk) -> None:
    await desk.authorise()
    await desk.charged(10_000)
    receipt = await desk.settle()
    await desk.charged(90_000, transaction="late")
    assert await desk.settle() == receipt
    assert (await desk.totals())["captured"] == 595


async def test_every_fact_of_a_bill_is_kept_in_rows(desk: MoneyDesk) -> None:
    """A repeated step reads them: what it answers is the very receipt."""
    terms = make_terms(
        policy=make_policy(overstay=make_overstay(cap=Money(120, "EUR"))),
        tariff=make_tariff(session_fee=Money(100, "EUR"), time_per_minute=Money(2, "EUR")),
    )
    late: dict[str, Any] = {"departed_at": SLOT.end + timedelta(minutes=60), "terms": terms}
    await desk.charged(900_000)
    receipt = await desk.settle(**late)
    assert await desk.settle(**late) == receipt
    async with desk.sessions() as session:
        rows = (await session.scalars(select(SettlementLine).order_by(SettlementLine.position))).all()
        (settlement,) = await session.scalars(select(Settlement))
    assert [(row.kind, row.quantity, row.unit, row.unit_price_minor, row.limited_by) for row in rows] == [
        ("reservation_fee", None, None, None, None),
        ("session_fee", None, None, None, None),
        ("energy", 83_500, "watt_hour", 50, "connector_power"),
        ("time", 30, "minute", 2, None),
        ("overstay", 50, "step", 50, "policy_cap"),
        ("fee_credit", None, None, None, None),
        ("tax", None, None, None, None),
    ]
    assert {(row.charger_id, row.connector_number, row.bay) for row in rows if row.unit == "minute"} == {
        ("NORTH-1", 1, "Bay 1")
    }
    assert sum(row.amount_minor for row in rows) == settlement.charge_minor == receipt.bill.charge.minor


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


async def test_unauthorised_transactions_are_not_the_drivers(desk: MoneyDesk) -> None:
    await desk.authorise()
    await desk.charged(50_000, authorised=False)
    assert (await desk.settle()).bill.energy_wh == 0


async def test_nothing_to_charge_releases_the_whole_deposit(desk: MoneyDesk) -> None:
    await desk.authorise()
    receipt = await desk.settle(State.CANCELLED, ended_by=Cause.OPERATOR, cancelled_at=SLOT.start)
    assert (receipt.bill.charge.minor, receipt.payments.released.minor) == (0, 1000)
    assert await desk.totals() == {"captured": 0, "refunded": 0, "authorized": 0}
    assert await desk.ledger() == {}


async def test_the_remainder_is_taken_from_the_same_card(desk: MoneyDesk) -> None:
    await desk.authorise()
    await desk.charged(40_000)
    receipt = await desk.settle()
    assert receipt.bill.charge == receipt.payments.captured == Money(2380, "EUR")
    assert {step: row.captured_minor for step, row in (await desk.rows()).items()} == {
        "deposit": 1000,
        "settle:remainder": 1380,
    }
    assert (await desk.check()).agrees


async def test_without_a_deposit_the_saved_card_pays(desk: MoneyDesk) -> None:
    await desk.charged(10_000)
    receipt = await desk.settle(terms=NO_DEPOSIT, payment_method=VISA)
    assert receipt.payments.captured.minor == 595


async def test_without_any_card_the_charge_stays_outstanding(desk: MoneyDesk) -> None:
    await desk.charged(10_000)
    receipt = await desk.settle(terms=NO_DEPOSIT)
    assert (receipt.payments.captured.minor, receipt.outstanding.minor) == (0, 595)
    assert (await desk.ledger())["driver_receivable"] == 595


@pytest.mark.parametrize("card", ["pm_card_chargeDeclined", "pm_card_authenticationRequired"])
async def test_a_declined_remainder_stays_outstanding_and_leaves_nothing_open(
    desk: MoneyDesk, card: str
) -> None:
    await desk.charged(10_000)
    receipt = await desk.settle(terms=NO_DEPOSIT, payment_method=card)
    assert (receipt.payments.captured.minor, receipt.outstanding.minor) == (0, 595)
    assert {i["status"] for i in (await desk.api.dump())["payment_intents"]} == {"canceled"}
    assert (await desk.rows())["settle:remainder"].status == "declined"


async def test_a_remainder_below_stripes_minimum_stays_outstanding(desk: MoneyDesk) -> None:
    await desk.authorise(amount=580)
    await desk.charged(10_000)
    receipt = await desk.settle()
    assert (receipt.payments.captured.minor, receipt.outstanding.minor) == (580, 15)
    assert (await desk.check()).agrees


async def test_a_no_show_costs_its_fee(desk: MoneyDesk) -> None:
    await desk.authorise()
    receipt = await desk.settle(State.NO_SHOW, no_show_at=SLOT.end, arrived_at=None)
    assert (receipt.payments.captured.minor, receipt.payments.released.minor) == (500, 500)
    assert await desk.ledger() == {"stripe_clearing": 500, "revenue:no_show": -500}


async def test_unfulfilled_owes_the_driver_a_credit_and_takes_nothing(desk: MoneyDesk) -> None:
    await desk.authorise()
    receipt = await desk.settle(State.UNFULFILLED, ended_by=Cause.CHARGER_FAULT)
    assert (receipt.bill.charge.minor, receipt.bill.credit.minor, receipt.payments.released.minor) == (
        0,
        500,
        1000,
    )
    assert (await desk.ledger())["driver_credit"] == -500


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


async def test_a_deposit_that_lapsed_is_charged_anew(desk: MoneyDesk) -> None:
    answer = await desk.authorise()
    assert answer.payment_intent_id
    await desk.stripe.cancel(answer.payment_intent_id, key="the-issuer-let-it-lapse")
    await desk.charged(10_000)
    receipt = await desk.settle()
    assert (receipt.payments.captured.minor, receipt.outstanding.minor) == (595, 0)


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
    await _next_guest(desk)
    receipt = await desk.settle(**late)
    assert LineKind.OVERSTAY not in [line.kind for line in receipt.bill.lines]


async def test_overstay_counts_when_the_next_guest_waits(desk: MoneyDesk) -> None:
    overstay = make_overstay(waived_when_nobody_waits=True)
    terms = make_terms(policy=make_policy(overstay=overstay))
    await desk.authorise()
    await _next_guest(desk)
    receipt = await desk.settle(departed_at=SLOT.end + timedelta(minutes=20), terms=terms)
    assert [line.amount.minor for line in receipt.bill.lines if line.kind is LineKind.OVERSTAY] == [500]


async def _settlement(desk: MoneyDesk) -> tuple[int, int | None, int | None]:
    async with desk.sessions() as session:
        (row,) = await session.scalars(select(Settlement))
    return row.charge_minor, row.captured_minor, row.released_minor


async def _next_guest(desk: MoneyDesk) -> None:
    start = SLOT.end + timedelta(minutes=30)
    end = start + timedelta(hours=1)
    async with desk.sessions.begin() as session:
        session.add(
            Hold(
                reservation_code="NEXT-GUEST",
                step="book",
                connector_id=desk.connector,
                pool_id="north-dc",
                driver_id="driver-1",
                during=Range(start, end),
                slot_start=start,
                slot_end=end,
                opens_at=start,
                watch_from=start,
                placed_at=SLOT.start,
            )
        )
