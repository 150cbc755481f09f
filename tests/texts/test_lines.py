"""A bill's lines in words."""

from dataclasses import dataclass

import pytest

from domain.money.amount import Money
from domain.money.lines import LineKind
from texts.languages import Language
from texts.reader import Reader


@dataclass(frozen=True)
class Quantity:
    count: int
    unit: str


@dataclass(frozen=True)
class Connector:
    charger_id: str
    number: int
    bay: str | None


@dataclass(frozen=True)
class Line:
    kind: LineKind
    quantity: Quantity | None = None
    unit_price: Money | None = None
    connector: Connector | None = None
    rate_basis_points: int | None = None
    limited_by: str | None = None


BAY = Connector("CP-1", 2, "Bay 1")
FIFTY = Money(50, "EUR")


@pytest.mark.parametrize(
    ("line", "english", "german"),
    [
        (Line(LineKind.NO_SHOW), "No-show fee", "Gebühr für Nichterscheinen"),
        (
            Line(LineKind.ENERGY, Quantity(10_000, "watt_hour"), FIFTY, BAY),
            "10.00 kWh at Bay 1",
            "10,00 kWh an Bay 1",
        ),
        (
            Line(LineKind.ENERGY, Quantity(9_000, "watt_hour"), FIFTY, BAY, limited_by="connector_power"),
            "9.00 kWh at Bay 1, capped: the meter told more than the connector delivers",
            "9,00 kWh an Bay 1, gedeckelt: Der Zähler nannte mehr, als der Anschluss liefert",
        ),
        (
            Line(LineKind.TIME, Quantity(31, "minute"), FIFTY, Connector("CP-1", 2, None)),
            "31 min at CP-1 connector 2",
            "31 Min. an CP-1 Anschluss 2",
        ),
        (Line(LineKind.TIME, Quantity(31, "minute"), FIFTY), "31 min", "31 Min."),
        (
            Line(LineKind.OVERSTAY, Quantity(24, "step"), FIFTY, limited_by="policy_cap"),
            "Overstay, 24 x 0.50 EUR, capped",
            "Standgebühr, 24 × 0,50 EUR, gedeckelt",
        ),
        (Line(LineKind.TAX, rate_basis_points=1_900), "Tax 19 %", "Umsatzsteuer 19 %"),
        (Line(LineKind.TAX, rate_basis_points=770), "Tax 7.7 %", "Umsatzsteuer 7,7 %"),
    ],
)
def test_what_a_line_says(line: Line, english: str, german: str) -> None:
    assert Reader(Language.ENGLISH).line(line) == english
    assert Reader(Language.GERMAN).line(line) == german


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
