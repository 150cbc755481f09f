"""The times that a pool is free, as a site's page lists them."""

from collections.abc import Sequence
from typing import Any

from api.web import words
from domain.charging.plugs import spoken
from domain.money.amount import Money
from domain.place.availability import FreeWindow, PoolAvailability
from domain.terms.priced import Prices
from texts.reader import Reader

_FEW = 2


def pool_shown(pool: PoolAvailability, reader: Reader) -> dict[str, Any]:
    """Of `windows.html`. `reader`: on the site's clock. `price`: of a time, what is not the same at all of them."""
    free = [window for window in pool.windows if window.free]
    varying = _varying(free)
    return {
        "id": pool.pool.id,
        "name": pool.pool.name,
        "kw": round(pool.pool.power_w / 1000),
        "plug": spoken(pool.pool.connector_type),
        "windows": [
            {
                "start": window.slot.start,
                "clock": reader.clock(window.slot.start),
                "free": window.free,
                "few": window.free <= _FEW,
                "percent": None if window.certainty is None else window.certainty.percent,
                "price": _price(window, varying, reader),
            }
            for window in free
        ],
    }


def _varying(free: Sequence[FreeWindow]) -> list[str]:
    """Which of the prices are not the same at all of these times."""
    told = [window.prices for window in free if window.prices is not None]
    return [name for name in words.PRICES if len({_of(prices, name) for prices in told}) > 1]


def _price(window: FreeWindow, varying: Sequence[str], reader: Reader) -> str:
    if window.prices is None:
        return ""
    figures = {words.PRICES[name]: reader.money(_of(window.prices, name)) for name in varying}
    return " · ".join(reader.page(key, price=figure) for key, figure in figures.items())


def _of(prices: Prices, name: str) -> Money:
    figure: Money = getattr(prices, name)
    return figure
