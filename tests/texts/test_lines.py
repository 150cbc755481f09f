"""A bill's lines in words."""

from typing import Any

import pytest

from domain.causes import Cause
from domain.money.amount import Money
from domain.money.lines import ConnectorName, Limit, LineItem, LineKind, Quantity, Unit
from texts.languages import Language
from texts.reader import Reader


def line(kind: LineKind, **over: Any) -> LineItem:
    return LineItem(kind=kind, cause=Cause.DRIVER, amount=Money(500, "EUR"), **over)


BAY = ConnectorName(charger_id="CP-1", number=2, bay="Bay 1")
NO_BAY = ConnectorName(charger_id="CP-1", number=2, bay=None)
FIFTY = Money(50, "EUR")


@pytest.mark.parametrize(
    ("item", "english", "german"),
    [
        (line(LineKind.NO_SHOW), "No-show fee", "Gebühr für Nichterscheinen"),
        (
            line(LineKind.ENERGY, quantity=Quantity(10_000, Unit.WATT_HOUR), unit_price=FIFTY, connector=BAY),
            "10.00 kWh at Bay 1",
            "10,00 kWh an Bay 1",
        ),
        (
            line(
                LineKind.ENERGY,
                quantity=Quantity(9_000, Unit.WATT_HOUR),
                unit_price=FIFTY,
                connector=BAY,
                limited_by=Limit.CONNECTOR_POWER,
            ),
            "9.00 kWh at Bay 1, capped: the meter told more than the connector delivers",
            "9,00 kWh an Bay 1, gedeckelt: Der Zähler nannte mehr, als der Anschluss liefert",
        ),
        (
            line(LineKind.TIME, quantity=Quantity(31, Unit.MINUTE), unit_price=FIFTY, connector=NO_BAY),
            "31 min at CP-1 connector 2",
            "31 Min. an CP-1 Anschluss 2",
        ),
        (line(LineKind.TIME, quantity=Quantity(31, Unit.MINUTE), unit_price=FIFTY), "31 min", "31 Min."),
        (
            line(
                LineKind.OVERSTAY,
                quantity=Quantity(24, Unit.STEP),
                unit_price=FIFTY,
                limited_by=Limit.POLICY_CAP,
            ),
            "Overstay, 24 x 0.50 EUR, capped",
            "Standgebühr, 24 × 0,50 EUR, gedeckelt",
        ),
        (line(LineKind.TAX, rate_basis_points=1_900), "Tax 19 %", "Umsatzsteuer 19 %"),
        (line(LineKind.TAX, rate_basis_points=770), "Tax 7.7 %", "Umsatzsteuer 7,7 %"),
    ],
)
def test_what_a_line_says(item: LineItem, english: str, german: str) -> None:
    assert Reader(Language.ENGLISH).line(item) == english
    assert Reader(Language.GERMAN).line(item) == german


@pytest.mark.parametrize(
    ("amount", "english", "german"),
    [
        (Money(1_250, "EUR"), "12.50 EUR", "12,50 EUR"),
        (Money(-5, "EUR"), "-0.05 EUR", "-0,05 EUR"),
        (Money(900, "JPY"), "900 JPY", "900 JPY"),
        (Money(1_250, "KWD"), "1.250 KWD", "1,250 KWD"),
    ],
)
def test_money_has_the_decimal_mark_of_the_language(amount: Money, english: str, german: str) -> None:
    assert Reader(Language.ENGLISH).money(amount) == english == str(amount)
    assert Reader(Language.GERMAN).money(amount) == german
