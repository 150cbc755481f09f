"""Every line can be told from its facts alone."""

from dataclasses import replace
from typing import Any

import pytest

from contracts.line_texts import line_text
from domain.causes import Cause
from domain.money.amount import Money
from domain.money.lines import ConnectorName, Limit, LineItem, LineKind, Quantity, Unit

BAY_1 = ConnectorName(charger_id="CP-1", number=2, bay="Bay 1")


def line(kind: LineKind, **facts: Any) -> LineItem:
    return replace(LineItem(kind=kind, cause=Cause.DRIVER, amount=Money(100, "EUR")), **facts)


@pytest.mark.parametrize(
    ("item", "text"),
    [
        (line(LineKind.RESERVATION_FEE), "Reservation fee"),
        (line(LineKind.FEE_CREDIT), "Reservation fee credited to the session"),
        (line(LineKind.SESSION_FEE), "Session fee"),
        (line(LineKind.NO_SHOW), "No-show fee"),
        (line(LineKind.CANCELLATION), "Cancellation fee"),
        (line(LineKind.COMPENSATION), "Compensation credit"),
        (line(LineKind.TAX, rate_basis_points=1900), "Tax 19 %"),
        (line(LineKind.TAX, rate_basis_points=550), "Tax 5.5 %"),
        (
            line(LineKind.ENERGY, quantity=Quantity(10_000, Unit.WATT_HOUR), connector=BAY_1),
            "10.00 kWh at Bay 1",
        ),
        (
            line(LineKind.TIME, quantity=Quantity(30, Unit.MINUTE), connector=replace(BAY_1, bay=None)),
            "30 min at CP-1 connector 2",
        ),
        (
            line(
                LineKind.ENERGY,
                quantity=Quantity(1_234, Unit.WATT_HOUR),
                connector=BAY_1,
                limited_by=Limit.CONNECTOR_POWER,
            ),
            "1.23 kWh at Bay 1, capped: the meter told more than the connector delivers",
        ),
        (
            line(LineKind.OVERSTAY, quantity=Quantity(5, Unit.STEP), unit_price=Money(50, "EUR")),
            "Overstay, 5 x 0.50 EUR",
        ),
        (
            line(
                LineKind.OVERSTAY,
                quantity=Quantity(99, Unit.STEP),
                unit_price=Money(50, "EUR"),
                limited_by=Limit.POLICY_CAP,
            ),
            "Overstay, 99 x 0.50 EUR, capped",
        ),
    ],
)
def test_the_english_text_of_a_line(item: LineItem, text: str) -> None:
    assert line_text(item) == text
