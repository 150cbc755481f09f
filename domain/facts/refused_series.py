"""Why a series is refused."""

from dataclasses import dataclass
from datetime import timedelta

from domain.facts.refusals import RefusalFact


@dataclass(frozen=True, slots=True, kw_only=True)
class NoEndOfSeries(RefusalFact):
    """A series ends on a day or after so many times; say one of them"""


@dataclass(frozen=True, slots=True, kw_only=True)
class TooManyDates(RefusalFact):
    """A series has up to {most} dates; end it earlier"""

    most: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NoDateLeft(RefusalFact):
    """The rule leaves no date to be booked"""


@dataclass(frozen=True, slots=True, kw_only=True)
class NobodyChosen(RefusalFact):
    """Choose for whom the week is booked"""


@dataclass(frozen=True, slots=True, kw_only=True)
class TooManyDrivers(RefusalFact):
    """A week is booked for up to {most} drivers at once; choose fewer, then the others"""

    most: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NoWeekdayChosen(RefusalFact):
    """Choose on which days of the week"""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotAllBookableYet(RefusalFact):
    """Bookings open {horizon} ahead, and all or nothing needs all dates; end it earlier, or take what there is"""

    horizon: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class NoSuchSeries(RefusalFact):
    """There is no series {series}"""

    series: str
