"""A bill's line in words."""

from typing import Protocol

from domain.money.amount import Money
from domain.money.lines import LineKind
from texts import amounts
from texts.catalogue import Catalogue
from texts.words import word


class Quantity(Protocol):
    """`unit`: `watt_hour`, `minute` or `step`."""

    @property
    def count(self) -> int: ...
    @property
    def unit(self) -> str: ...


class Connector(Protocol):
    @property
    def charger_id(self) -> str: ...
    @property
    def number(self) -> int: ...
    @property
    def bay(self) -> str | None: ...


class Line(Protocol):
    """What the words of a bill's line are made from. `limited_by`: why it is smaller than what was measured."""

    @property
    def kind(self) -> LineKind: ...
    @property
    def quantity(self) -> Quantity | None: ...
    @property
    def unit_price(self) -> Money | None: ...
    @property
    def connector(self) -> Connector | None: ...
    @property
    def rate_basis_points(self) -> int | None: ...
    @property
    def limited_by(self) -> str | None: ...


def line_text(words: Catalogue, line: Line) -> str:
    """`10.00 kWh at Bay 1`, `Overstay, 24 x 0.50 EUR, capped`, `Tax 19 %`."""
    text = _what(words, line)
    return words.text(f"limit.{line.limited_by}", line=text) if line.limited_by else text


def _what(words: Catalogue, line: Line) -> str:
    name, quantity = word(words, line.kind), line.quantity
    if line.rate_basis_points is not None:
        percent = amounts.shortest(words, line.rate_basis_points / 100)
        return words.text("quantity.rate", line=name, percent=percent)
    if quantity is None:
        return name
    where = _where(words, line.connector)
    match quantity.unit:
        case "watt_hour":
            kwh = amounts.decimal(words, quantity.count / 1000, 2)
            return words.text("quantity.energy", kwh=kwh) + where
        case "minute":
            return words.text("quantity.time", minutes=str(quantity.count)) + where
        case _:
            price = amounts.money(words, line.unit_price) if line.unit_price else ""
            return words.text("quantity.steps", line=name, count=str(quantity.count), price=price)


def _where(words: Catalogue, at: Connector | None) -> str:
    if at is None:
        return ""
    name = at.bay or words.text("quantity.connector", charger_id=at.charger_id, number=str(at.number))
    return words.text("quantity.where", connector=name)
