"""Money over the wire: minor units of one currency, null until it is settled."""

from datetime import timedelta
from typing import Any

from api.v1.views.money import line_out, money_out
from contracts.publication import ReservationView
from domain.causes import Cause
from domain.money.amount import Money
from domain.money.lines import ConnectorName, Limit, LineItem, LineKind, Quantity, Unit
from tests.factories import NOON, make_receipt
from texts.reader import Reader


def view(**over: Any) -> ReservationView:
    values: dict[str, Any] = {
        "code": "7F3K-2QVM-X9TA",
        "state": "NO_SHOW",
        "driver_id": "driver-1",
        "account": "driver-1",
        "fleet_id": None,
        "site_id": "north",
        "site_name": "North",
        "slot_start": NOON,
        "slot_end": NOON + timedelta(hours=1),
    }
    return ReservationView(**(values | over))


def euros(cents: int) -> Money:
    return Money(cents, "EUR")


def test_what_was_charged_and_what_became_of_it() -> None:
    fee = LineItem(kind=LineKind.NO_SHOW, cause=Cause.DRIVER, amount=euros(500))
    receipt = make_receipt(fee, charge=500, captured=300, released=700)
    shown = money_out(view(deposit=euros(1000), payment_status="captured", receipt=receipt), Reader())
    assert shown.model_dump() == {
        "currency": "EUR",
        "deposit_minor": 1000,
        "fee_minor": None,
        "payment_status": "captured",
        "authorised_from": None,
        "payment_due_at": None,
        "charge_minor": 500,
        "captured_minor": 300,
        "credit_minor": 0,
        "credit_spent_minor": 0,
        "credits_spent": [],
        "invoiced_minor": None,
        "outstanding_minor": 200,
        "returned_minor": 0,
        "lines": [
            {
                "kind": "no_show",
                "text": "No-show fee",
                "cause": "driver",
                "amount_minor": 500,
                "quantity": None,
                "connector": None,
                "tax_basis_points": None,
                "limited_by": None,
            }
        ],
    }


def test_a_line_says_how_much_of_what_at_which_price_and_where() -> None:
    energy = LineItem(
        kind=LineKind.ENERGY,
        cause=Cause.DRIVER,
        amount=euros(150),
        quantity=Quantity(3000, Unit.WATT_HOUR),
        unit_price=euros(50),
        connector=ConnectorName(charger_id="north-1", number=2, bay="4"),
        limited_by=Limit.CONNECTOR_POWER,
    )
    tax = LineItem(kind=LineKind.TAX, cause=Cause.DRIVER, amount=euros(29), rate_basis_points=1900)
    shown = [line_out(line, Reader()).model_dump() for line in (energy, tax)]
    assert shown[0]["quantity"] == {"count": 3000, "unit": "watt_hour", "unit_price_minor": 50}
    assert shown[0]["connector"] == {"charger_id": "north-1", "connector_number": 2, "bay": "4"}
    assert shown[0]["limited_by"] == "connector_power"
    assert (shown[1]["tax_basis_points"], shown[1]["quantity"]) == (1900, None)


def test_before_it_is_settled_there_is_a_deposit_and_no_more() -> None:
    shown = money_out(view(deposit=euros(1000), payment_status="authorised"), Reader())
    assert (shown.currency, shown.deposit_minor, shown.charge_minor, shown.lines) == ("EUR", 1000, None, [])


def test_before_there_are_terms_there_is_no_currency() -> None:
    shown = money_out(view(), Reader())
    assert (shown.currency, shown.deposit_minor, shown.captured_minor) == ("", 0, None)


def test_a_fee_that_was_taken_at_booking_is_no_deposit() -> None:
    shown = money_out(view(deposit=euros(0), fee=euros(357), payment_status="taken"), Reader())
    assert (shown.fee_minor, shown.deposit_minor, shown.payment_status) == (357, 0, "taken")
