"""What a letter names of what can be booked instead."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from contracts.alternatives import Alternative
from texts.catalogue import catalogue
from texts.reader import Reader

SAID = ("instead", "instead.away", "instead.brief", "instead.here")


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """Best first. `zone`: IANA name, of the clock of the site that was booked, by which all of them are told."""

    found: Sequence[Alternative]
    zone: str


def query_of(offer: Alternative) -> str:
    """Of the page that shows its price, whoever opens it and whenever."""
    minutes = round(offer.slot.length.total_seconds() / 60)
    start = offer.slot.start.isoformat()
    return urlencode({"site": offer.site_id, "pool": offer.pool_id, "start": start, "minutes": minutes})


def named(offer: Alternative, zone: str, reader: Reader) -> str:
    values = {
        "span": replace(reader, zone=zone).span(offer.slot.start, offer.slot.end),
        "site": offer.site_name,
        "power": reader.shortest(offer.power_w / 1_000),
    }
    words = catalogue(reader.language)
    if offer.distance_m == 0:
        return words.text("letter.instead.here", **values)
    km = reader.shortest(max(0.1, round(offer.distance_m / 1_000, 1)))
    return words.text("letter.instead.away", **values, km=km)
