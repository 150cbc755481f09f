"""What slots cost, each price once, as JSON."""

from api.v1.schemas.fields import MoneyOut
from api.v1.schemas.sites import SlotPriceOut
from api.v1.views.terms import price_reasons_out
from domain.money.amount import Money
from domain.terms.accepted import Terms
from domain.terms.priced import Prices
from texts.reader import Reader


class PricesShown:
    """Collects what windows refer to. `terms`: of who asks."""

    def __init__(self, terms: Terms | None, reader: Reader) -> None:
        self._terms = terms
        self._reader = reader
        self._places: dict[int, int] = {}
        self.shown: list[SlotPriceOut] = []

    def place_of(self, prices: Prices | None) -> int:
        """In `shown`. None: as the terms have them. Of what is kept while this is: the same prices are one object."""
        place = self._places.get(id(prices))
        if place is None:
            place = self._places[id(prices)] = len(self.shown)
            self.shown.append(self._out(prices))
        return place

    def _out(self, prices: Prices | None) -> SlotPriceOut:
        if self._terms is None:
            raise ValueError("nothing is offered without terms")
        terms = self._terms if prices is None else self._terms.at(prices)
        return SlotPriceOut(
            energy_per_kwh=_money(terms.tariff.energy_per_kwh),
            time_per_minute=_money(terms.tariff.time_per_minute),
            reservation_fee=_money(terms.reservation_fee),
            price_rules_version=None if prices is None else prices.version,
            reasons=price_reasons_out(terms, self._reader),
        )


def _money(money: Money) -> MoneyOut:
    return MoneyOut(minor=money.minor, currency=money.currency)
