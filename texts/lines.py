"""A bill's line in words."""

from domain.money.lines import ConnectorName, LineItem, Unit
from texts import amounts
from texts.catalogue import Catalogue
from texts.words import word


def line_text(words: Catalogue, line: LineItem) -> str:
    """`10.00 kWh at Bay 1`, `Overstay, 24 x 0.50 EUR, capped`, `Tax 19 %`."""
    text = _what(words, line)
    return words.text(f"limit.{line.limited_by}", line=text) if line.limited_by else text


def _what(words: Catalogue, line: LineItem) -> str:
    name, quantity = word(words, line.kind), line.quantity
    if line.rate_basis_points is not None:
        percent = amounts.shortest(words, line.rate_basis_points / 100)
        return words.text("quantity.rate", line=name, percent=percent)
    if quantity is None:
        return name
    where = _where(words, line.connector)
    match quantity.unit:
        case Unit.WATT_HOUR:
            kwh = amounts.decimal(words, quantity.count / 1000, 2)
            return words.text("quantity.energy", kwh=kwh) + where
        case Unit.MINUTE:
            return words.text("quantity.time", minutes=str(quantity.count)) + where
        case Unit.STEP:
            price = amounts.money(words, line.unit_price) if line.unit_price else ""
            return words.text("quantity.steps", line=name, count=str(quantity.count), price=price)


def _where(words: Catalogue, at: ConnectorName | None) -> str:
    if at is None:
        return ""
    name = at.bay or words.text("quantity.connector", charger_id=at.charger_id, number=str(at.number))
    return words.text("quantity.where", connector=name)
