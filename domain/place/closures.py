"""When something cannot be used by plan: a site is closed, or its bays are maintained. What says so is read elsewhere;
here they are spans.
"""

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from domain.place.slots import Slot


class ClosureCause(StrEnum):
    SITE_CLOSED = "site_closed"
    MAINTENANCE = "maintenance"
    """Of berths: to packing a hold of somebody else's that nothing moves (`domain.place.maintenance`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Closure:
    """`connector_ids`: which cannot be used in `span`; None: none of the site."""

    span: Slot
    cause: ClosureCause
    connector_ids: frozenset[int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """When a site is open: OSM `opening_hours`, empty for always, on the clock of `zone` (IANA).

    `country` (ISO 3166-1, two letters) says which days are public holidays; empty: not known.
    """

    text: str
    zone: str
    country: str = ""


class Shut:
    """The spans in which a site is closed, for who asks of many slots."""

    def __init__(self, closures: Iterable[Closure]) -> None:
        spans = sorted(
            (c.span for c in closures if c.connector_ids is None), key=lambda span: (span.start, span.end)
        )
        self._starts = [span.start for span in spans]
        self._ends = [span.end for span in spans]

    def touches(self, slot: Slot) -> bool:
        """They lie one after another, so that the last one that begins before the slot's end decides."""
        before = bisect_left(self._starts, slot.end)
        return before > 0 and self._ends[before - 1] > slot.start
