"""What of a charger's transactions belongs on the bill: which count, until when, and how much energy is believed."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import NamedTuple

from domain.charging.clocks import CLOCK_TRUST
from domain.charging.meter import metered
from domain.charging.readings import Basis, Context, Limits, Metered, Reading, Told
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
    transaction_id: str = ""
    readings: tuple[Reading, ...] = ()
    """As told. Empty: they are no longer kept, and the three above are what is known of them."""

    @property
    def known_readings(self) -> tuple[Reading, ...]:
        if self.readings:
            return self.readings
        begin = Reading(at=self.started_at, wh=self.meter_start_wh, context=Context.BEGIN, told=Told.START)
        if self.ended_at is None:
            return begin, Reading(at=self.meter_at, wh=self.meter_last_wh)
        return begin, Reading(at=self.ended_at, wh=self.meter_last_wh, context=Context.END, told=Told.STOP)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargingLeg:
    """One transaction on one connector, as it is billed. Energy in Wh."""

    connector: ConnectorName
    energy_wh: int
    started_at: datetime
    ended_at: datetime
    capped: bool = False
    """The meter says more than the connector can have delivered; `energy_wh` is what it can."""
    accepted_wh: int | None = None
    """Of the energy, what the driver has accepted to pay; None: all of it."""
    transaction_id: str = ""
    metered: Metered | None = None
    """Which readings the energy rests on."""

    @property
    def billed_wh(self) -> int:
        return self.energy_wh if self.accepted_wh is None else min(self.energy_wh, self.accepted_wh)

    @property
    def started_minutes(self) -> int:
        return max(0, -((self.started_at - self.ended_at) // timedelta(minutes=1)))


def charging_legs(transactions: Iterable[MeteredTransaction], slack_wh: int) -> tuple[ChargingLeg, ...]:
    """The driver's legs, in the order given. What was never authorised is not the driver's; nothing counts twice."""
    legs = [_leg(one, slack_wh) for one in transactions if one.authorised]
    return tuple(_without_what_counted(leg, legs) for leg in legs)


def _without_what_counted(leg: ChargingLeg, legs: Iterable[ChargingLeg]) -> ChargingLeg:
    """A start told again under a new time has the register of the first: what that leg counted is paid with it.

    A register that begins at nothing with each session says nothing of that.
    """
    span = _span(leg)
    before = [_span(one) for one in legs if one.started_at < leg.started_at and _is_beside(one, leg)]
    counted = [one.end - one.begin for one in before if span and one and 0 < one.begin == span.begin]
    if not counted:
        return leg
    return replace(leg, energy_wh=max(0, leg.energy_wh - max(counted)))


class _Span(NamedTuple):
    begin: int
    end: int


def _span(leg: ChargingLeg) -> _Span | None:
    """Of the register, where the leg is one piece of it."""
    found = leg.metered
    if found is None or len(found.parts) != 1 or found.begin is None or found.end is None:
        return None
    return _Span(found.begin.wh, found.end.wh)


def _is_beside(one: ChargingLeg, other: ChargingLeg) -> bool:
    ours, theirs = one.connector, other.connector
    return (ours.charger_id, ours.number) == (theirs.charger_id, theirs.number)


def _leg(transaction: MeteredTransaction, slack_wh: int) -> ChargingLeg:
    """One whose end is not known counts up to its last reading; one never ends before it starts."""
    started_at = transaction.started_at
    limits = Limits(
        power_w=transaction.power_w,
        slack_wh=slack_wh,
        started_at=started_at,
        ended_at=transaction.ended_at,
    )
    found = metered(transaction.known_readings, limits)
    last_at = found.end.at if found.end else transaction.meter_at
    ended_at = max(started_at, transaction.ended_at or last_at)
    duration = min(max(ended_at, last_at), ended_at + CLOCK_TRUST) - started_at
    energy = plausible_energy_wh(found.energy_wh, transaction.power_w, duration, slack_wh)
    return ChargingLeg(
        connector=transaction.connector,
        energy_wh=energy,
        started_at=started_at,
        ended_at=ended_at,
        capped=energy < found.energy_wh or found.basis is Basis.CONNECTOR_POWER,
        transaction_id=transaction.transaction_id,
        metered=found,
    )


def plausible_energy_wh(energy_wh: int, power_w: int, duration: timedelta, slack_wh: int) -> int:
    """What may be billed of a meter's energy: no more than the connector delivers in that time.

    10 % and `slack_wh` on top, for connectors that exceed their rating and clocks that differ. Never negative.
    """
    return min(max(0, energy_wh), Limits(power_w=power_w, slack_wh=slack_wh).deliverable_wh(duration))
