"""Numbers and money as a language writes them."""

from domain.money.amount import Money
from texts.catalogue import Catalogue


def money(words: Catalogue, amount: Money) -> str:
    """`12.50 EUR`; in German `12,50 EUR`."""
    number, _, currency = str(amount).partition(" ")
    return f"{_localised(words, number)} {currency}"


def major_of(amount: Money) -> float:
    """In whole units of its currency, for a chart."""
    return float(str(amount).partition(" ")[0])


def decimal(words: Catalogue, number: float, digits: int) -> str:
    """Rounded to `digits` behind the decimal mark."""
    return _localised(words, f"{number:.{digits}f}")


def shortest(words: Catalogue, number: float) -> str:
    """Without zeros at its end: `19`, `7.7`."""
    return _localised(words, f"{number:g}")


def _localised(words: Catalogue, number: str) -> str:
    return number.replace(".", words.text("number.decimal_mark"))
