"""What is said of a register, and what is made of it: the words of the rule in `meter`. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

_NOTHING = timedelta(0)
BATTERY_WH = 100_000
"""A rise of no more than that may be real although it came too fast: a clock that stands still, a rating that is wrong.
What is more was told by another register, or is wild."""


class Context(StrEnum):
    """OCPP ReadingContext, as far as it matters here."""

    BEGIN = "begin"
    SAMPLE = "sample"
    END = "end"


class Told(StrEnum):
    """In what a reading came."""

    START = "start"
    """meterStart of a 1.6 StartTransaction."""
    STOP = "stop"
    """meterStop of a 1.6 StopTransaction."""
    TRANSACTION = "transaction"
    """A message that names the transaction: transactionData, MeterValues with its id, TransactionEvent."""
    CONNECTOR = "connector"
    """MeterValues that name a connector only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One reading of Energy.Active.Import.Register. `at`: aware UTC. `unit`: as told, empty where none was.

    `location`: empty is the outlet, which is what the specifications mean when none is told.
    `is_interval`: of Energy.Active.Import.Interval: what was taken in since the reading before.
    """

    at: datetime
    wh: int
    context: Context = Context.SAMPLE
    told: Told = Told.TRANSACTION
    location: str = ""
    unit: str = ""
    is_interval: bool = False

    @property
    def claims(self) -> bool:
        """Does it say that it is this transaction's?"""
        return self.told is not Told.CONNECTOR and not self.location

    @property
    def order(self) -> tuple[int, datetime, int, str, str, str, str, bool]:
        rank = _RANKS[self.context] if self.claims else 1
        return (rank, self.at, self.wh, self.told, self.location, self.unit, self.context, self.is_interval)


_RANKS = {Context.BEGIN: 0, Context.SAMPLE: 1, Context.END: 2}


class Basis(StrEnum):
    """What the energy of a transaction rests on."""

    STOP = "stop"
    """The end that the charger named."""
    LAST_READING = "last_reading"
    """No end was named, or it makes no sense: the last reading that fits."""
    INTERVALS = "intervals"
    """No register was told: the sum of what was taken in from one reading to the next."""
    CONNECTOR_POWER = "connector_power"
    """The register rose faster than it can have, and nothing else was told: what the connector can deliver."""
    NOTHING = "nothing"
    """No two readings that belong together."""


class Why(StrEnum):
    """Why a reading does not count."""

    NEGATIVE = "negative"
    OTHER_REGISTER = "other_register"
    AFTER_END = "after_end"
    IMPLAUSIBLE = "implausible"
    OUTRANKED = "outranked"
    """Another beginning or end was told, which comes first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Discarded:
    reading: Reading
    why: Why


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The register rose by `energy_wh` from `begin` to `end`. Several: it began anew in between, from zero."""

    begin: Reading
    end: Reading
    energy_wh: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Metered:
    """What a transaction took, and why we think so. `rescaled`: read as kWh for Wh, or the other way round."""

    energy_wh: int
    basis: Basis
    parts: tuple[Part, ...] = ()
    discarded: tuple[Discarded, ...] = ()
    rescaled: tuple[Reading, ...] = ()

    @property
    def begin(self) -> Reading | None:
        return self.parts[0].begin if self.parts else None

    @property
    def end(self) -> Reading | None:
        return self.parts[-1].end if self.parts else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """`power_w`: the connector's. `slack_wh`: believed beyond power times duration.

    `started_at` None: nobody knows; `ended_at` None: the transaction runs.
    """

    power_w: int
    slack_wh: int
    ended_at: datetime | None = None
    started_at: datetime | None = None

    def deliverable_wh(self, duration: timedelta) -> int:
        """At most, in that time: 10 % more than the rating, and the slack."""
        millis = max(duration, _NOTHING) // timedelta(milliseconds=1)
        return self.power_w * 11 * millis // 36_000_000 + self.slack_wh
