"""What has been reported of a reservation and has not reached it yet: heard before a deadline costs somebody money."""

from dataclasses import dataclass
from datetime import datetime

from contracts.declaration import Activity, Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class HearOut:
    """Wait until the reservation has been told all that was reported up to `up_to`."""

    code: str
    up_to: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardOut:
    """`missing`: how many reports are still under way, after as much patience as there is."""

    missing: int


HEAR_OUT = Activity("hear_out", HearOut, HeardOut, Kind.READS)
