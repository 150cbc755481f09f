"""Why a maintenance window is refused, or its end."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.facts.refusals import RefusalFact


@dataclass(frozen=True, slots=True, kw_only=True)
class MaintenanceEndsTooSoon(RefusalFact):
    """A maintenance window must end after it begins, {start}"""

    start: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MaintenanceBegunAlready(RefusalFact):
    """The window begins {start}, which has passed; leave the start out to begin now"""

    start: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MaintenanceLastsTooLong(RefusalFact):
    """A maintenance window lasts {longest} at most"""

    longest: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class MaintainedThenAlready(RefusalFact):
    """The window {window_id} closes the same place from {start} to {ends_at}; cancel it, or choose another time"""

    window_id: int
    start: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MaintenanceHasEnded(RefusalFact):
    """The window {window_id} was over {end}"""

    window_id: int
    end: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NoSuchMaintenance(RefusalFact):
    """The site has no maintenance window {window_id}; see the list"""

    window_id: int
