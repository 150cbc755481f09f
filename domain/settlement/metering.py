"""What of a charger's transactions belongs on the bill: which count, until when, and how much energy is believed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction

from domain.money.lines import ConnectorName


@dataclass(frozen=True, slots=True, kw_only=True)
class MeteredTransaction:
    """One transaction as its charger reported it: readings in Wh, instants aware UTC, `power_w` the connector's.

    `authorised` False: it started although it was refused. `ended_at` None: its end has not been reported.
    """

    connector: ConnectorName
    power_w: int
    authorised: bool
    started_at: datetime
    ended_at: datetime | None
    meter_start_wh: int
    meter_last_wh: int
    meter_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargingLeg:
    """One transaction on one connector, as it is billed. Energy in Wh."""

    connector: ConnectorName
    energy_wh: int
    started_at: datetime
    ended_at: datetime
    capped: bool = False
    """The meter says more than the connector can have delivered; `energy_wh` is what it can."""

    @property
    def started_minutes(self) -> int:
        return max(0, -((self.started_at - self.ended_at) // timedelta(minutes=1)))


def charging_legs(transactions: Iterable[MeteredTransaction], slack_wh: int) -> tuple[ChargingLeg, ...]:
    """The driver's legs, in the order given. What was never authorised is not the driver's."""
    return tuple(_leg(one, slack_wh) for one in transactions if one.authorised)


def _leg(transaction: MeteredTransaction, slack_wh: int) -> ChargingLeg:
    """One whose end is not known counts up to its last reading; one never ends before it starts."""
    started_at = transaction.started_at
    ended_at = max(started_at, transaction.ended_at or transaction.meter_at)
    reported_wh = max(0, transaction.meter_last_wh - transaction.meter_start_wh)
    energy = plausible_energy_wh(reported_wh, transaction.power_w, ended_at - started_at, slack_wh)
    return ChargingLeg(
        connector=transaction.connector,
        energy_wh=energy,
        started_at=started_at,
        ended_at=ended_at,
        capped=energy < reported_wh,
    )


def plausible_energy_wh(energy_wh: int, power_w: int, duration: timedelta, slack_wh: int) -> int:
    """What may be billed of a meter's energy: no more than the connector delivers in that time.

    10 % and `slack_wh` on top, for connectors that exceed their rating and clocks that differ. Never negative.
    """
    hours = Fraction(max(duration, timedelta(0)) // timedelta(milliseconds=1), 3_600_000)
    deliverable = Fraction(11, 10) * power_w * hours + slack_wh
    return min(max(0, energy_wh), int(deliverable))
