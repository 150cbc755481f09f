"""Settlement: what is captured, released, credited and left outstanding. In several attempts: test_settlement_steps."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from db.tables import Settlement, SettlementLine
from domain.causes import Cause
from domain.money.amount import Money
from domain.money.lines import LineKind
from domain.reservation.lifecycle import State
from tests.activities.money.money_desk import SLOT, VISA, MoneyDesk, money_desk
from tests.factories import make_overstay, make_policy, make_tariff, make_terms
from texts.reader import Reader

NO_DEPOSIT = make_terms(policy=make_policy(deposit=Money(0, "EUR")))


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
    assert "10.00 kWh at Bay 1" in [Reader().line(line) for line in receipt.bill.lines]
    assert await desk.ledger() == {
        "stripe_clearing": 595,
        "revenue:energy": -500,
        "revenue:reservation_fee": -300,
        "revenue:fee_credit": 300,
        "tax_payable": -95,
    }
    assert (await desk.check()).agrees


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


async def test_a_deposit_that_lapsed_is_charged_anew(desk: MoneyDesk) -> None:
    answer = await desk.authorise()
    assert answer.payment_intent_id
    await desk.stripe.cancel(answer.payment_intent_id, key="the-issuer-let-it-lapse")
    await desk.charged(10_000)
    receipt = await desk.settle()
    assert (receipt.payments.captured.minor, receipt.outstanding.minor) == (595, 0)


async def test_overstay_counts_when_the_next_guest_waits(desk: MoneyDesk) -> None:
    overstay = make_overstay(waived_when_nobody_waits=True)
    terms = make_terms(policy=make_policy(overstay=overstay))
    await desk.authorise()
    await desk.next_guest()
    receipt = await desk.settle(departed_at=SLOT.end + timedelta(minutes=20), terms=terms)
    assert [line.amount.minor for line in receipt.bill.lines if line.kind is LineKind.OVERSTAY] == [500]


async def test_more_than_any_card_is_charged_stays_outstanding(desk: MoneyDesk) -> None:
    """A bill of 1,500,000 pounds of Lebanon, of which one charge may be 999,999.99, and of which 400,000 are held."""
    nothing = Money(0, "LBP")
    policy = make_policy(
        currency="LBP",
        deposit=Money(400_000_00, "LBP"),
        reservation_fee=nothing,
        no_show_fee=nothing,
        compensation=nothing,
        cancellation=(),
        overstay=make_overstay(fee_per_step=nothing, cap=None),
    )
    tariff = make_tariff(
        currency="LBP",
        energy_per_kwh=Money(30_000_00, "LBP"),
        time_per_minute=nothing,
        session_fee=nothing,
        tax_basis_points=0,
    )
    await desk.authorise(amount=400_000_00, currency="LBP")
    await desk.charged(50_000)
    receipt = await desk.settle(terms=make_terms(policy=policy, tariff=tariff), payment_method=VISA)
    assert (receipt.payments.captured.minor, receipt.outstanding.minor) == (400_000_00, 1_100_000_00)
    assert (await desk.check(currency="LBP")).agrees


CURRENCIES = ("EUR", "HUF", "ISK", "JPY", "KWD", "UGX")


async def test_in_any_currency_the_ledger_has_what_the_provider_took(desk: MoneyDesk) -> None:
    """1.234 kWh at 20.001 KWD are 24.681, which no card can be charged: rounded by a line, to be seen by everybody."""
    for currency in CURRENCIES:
        nothing, code = Money(0, currency), f"7F3K-2QVM-X{currency}"
        policy = make_policy(
            currency=currency,
            deposit=Money(40_000, currency),
            reservation_fee=nothing,
            no_show_fee=nothing,
            compensation=nothing,
            cancellation=(),
            overstay=make_overstay(fee_per_step=nothing, cap=None),
        )
        tariff = make_tariff(
            currency=currency,
            energy_per_kwh=Money(20_001, currency),
            time_per_minute=nothing,
            session_fee=nothing,
            tax_basis_points=0,
        )
        await desk.authorise(code=code, amount=40_000, currency=currency)
        await desk.charged(1_234, code=code, transaction=currency)
        settled = await desk.settle(
            code=code, terms=make_terms(policy=policy, tariff=tariff), payment_method=VISA
        )
        rounded = [line.amount.minor for line in settled.bill.lines if line.kind is LineKind.ROUNDING]
        assert rounded == ([-1] if currency == "KWD" else [])
        assert settled.payments.captured == settled.bill.charge
        assert settled.bill.charge.minor == (24_680 if currency == "KWD" else 24_681)
        books = await desk.ledger(code, currency)
        assert books["stripe_clearing"] == settled.bill.charge.minor
        assert books.get("revenue:rounding", 0) == -sum(rounded)
        assert (await desk.check(code, currency)).agrees
    taken = (await desk.api.dump())["totals"]
    assert {currency.upper(): sums["captured"] for currency, sums in taken.items()} == {
        "EUR": 24_681, "HUF": 24_681, "ISK": 2_468_100, "JPY": 24_681, "KWD": 24_680, "UGX": 2_468_100
    }  # fmt: skip


async def test_a_bill_below_what_a_card_can_be_charged_is_not_taken_from_the_deposit_either(
    desk: MoneyDesk,
) -> None:
    await desk.authorise()
    await desk.charged(500)
    receipt = await desk.settle(terms=make_terms(policy=make_policy(reservation_fee=Money(0, "EUR"))))
    assert (receipt.bill.charge.minor, receipt.outstanding.minor) == (30, 30)
    assert (receipt.payments.released.minor, receipt.payments.captured.minor) == (1000, 0)
    assert (await desk.check()).agrees
