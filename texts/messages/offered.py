"""What a letter names of what can be booked instead."""

from dataclasses import dataclass, replace
from urllib.parse import urlencode

from domain.place.slots import Slot
from texts.catalogue import catalogue
from texts.reader import Reader

SAID = ("instead", "instead.away", "instead.brief", "instead.here")


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """`distance_m`: from the site that was booked, 0: there. `zone`: IANA name, of the clock that it is told by."""

    site_id: str
    site_name: str
    pool_id: str
    slot: Slot
    power_w: int
    distance_m: int
    zone: str

    @property
    def query(self) -> str:
        """Of the page that shows its price, whoever opens it and whenever."""
        minutes = round(self.slot.length.total_seconds() / 60)
        start = self.slot.start.isoformat()
        return urlencode({"site": self.site_id, "pool": self.pool_id, "start": start, "minutes": minutes})


def named(offer: Offered, reader: Reader) -> str:
    there = replace(reader, zone=offer.zone)
    values = {
        "span": there.span(offer.slot.start, offer.slot.end),
        "site": offer.site_name,
        "power": reader.shortest(offer.power_w / 1_000),
    }
    words = catalogue(reader.language)
    if offer.distance_m == 0:
        return words.text("letter.instead.here", **values)
    km = reader.shortest(max(0.1, round(offer.distance_m / 1_000, 1)))
    return words.text("letter.instead.away", **values, km=km)
