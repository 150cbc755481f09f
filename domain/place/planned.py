"""Maintenance windows as operators plan them: what one may be, and how it stands."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from domain.charging.maintenance import OnConflict
from domain.errors import MaintenanceInPast, MaintenanceSpanInvalid, MaintenanceTooLong
from domain.facts.refused_maintenance import (
    MaintenanceBegunAlready,
    MaintenanceEndsTooSoon,
    MaintenanceLastsTooLong,
)
from domain.place.slots import Slot

LONGEST = timedelta(days=92)
"""What is closed for longer is taken out of its pool."""


class Scope(StrEnum):
    """What a window closes. Of a connector, a charger and a bay: all berths that they have a part in."""

    CONNECTOR = "connector"
    CHARGER = "charger"
    BAY = "bay"
    SITE = "site"


class WindowStanding(StrEnum):
    PLANNED = "planned"
    UNDER_WAY = "under_way"
    OVER = "over"
    CANCELLED = "cancelled"


class Fate(StrEnum):
    """What becomes of a reservation that stands in a window, as decided when it was planned."""

    REPACKED = "repacked"
    """It has another connector of its pool. Which one it would be was told nobody yet."""
    MOVED = "moved"
    ASKED = "asked"
    COMPENSATED = "compensated"
    STAYS = "stays"
    """Its driver is there: nobody is cut off."""


FATES = {
    OnConflict.MOVE: Fate.MOVED,
    OnConflict.ASK: Fate.ASKED,
    OnConflict.COMPENSATE: Fate.COMPENSATED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Of the scope, the one that is named; none: the site."""

    charger_id: str | None = None
    connector_id: int | None = None
    bay: str | None = None

    @property
    def scope(self) -> Scope:
        if self.connector_id is not None:
            return Scope.CONNECTOR
        if self.charger_id is not None:
            return Scope.CHARGER
        return Scope.SITE if self.bay is None else Scope.BAY


def window_span(start: datetime | None, end: datetime, now: datetime) -> Slot:
    """`start` None: from now on. Raises MaintenanceInPast, MaintenanceSpanInvalid, MaintenanceTooLong."""
    begins = now if start is None else start
    if end <= begins:
        raise MaintenanceSpanInvalid(MaintenanceEndsTooSoon(start=begins))
    if begins < now:
        raise MaintenanceInPast(MaintenanceBegunAlready(start=begins))
    if end - begins > LONGEST:
        raise MaintenanceTooLong(MaintenanceLastsTooLong(longest=LONGEST))
    return Slot(begins, end)


def standing_of(span: Slot, cancelled_at: datetime | None, now: datetime) -> WindowStanding:
    if cancelled_at is not None:
        return WindowStanding.CANCELLED
    if span.end <= now:
        return WindowStanding.OVER
    return WindowStanding.UNDER_WAY if span.start <= now else WindowStanding.PLANNED
