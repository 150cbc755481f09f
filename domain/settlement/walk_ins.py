"""What whoever bills walk-ins is told of a session, and when it is told again or taken back. Pure.

Everything that charged without a reservation is told once it has ended: also who was refused and charged all the
same, as nobody else accounts for that energy. A correction is told as a whole, under the next revision; a session that
runs on after all, or that a reservation prices, is taken back.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.charging.trouble import Trouble
from domain.money.bill import Bill
from domain.settlement.evidence import LegEvidence
from domain.settlement.metering import ChargingLeg
from domain.settlement.session_lines import charging_lines
from domain.settlement.totals import added_up
from domain.terms.tariff import Tariff


class WalkInNews(StrEnum):
    """The types of events."""

    ENDED = "session.walk_in_ended"
    WITHDRAWN = "session.walk_in_withdrawn"


class Withdrawal(StrEnum):
    """Why a session that was told is taken back."""

    RUNS = "runs"
    """Its end was inferred, and it goes on."""
    RESERVED = "reserved"
    """A reservation prices it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WalkIn:
    """One session, as it is billed. Instants aware UTC, energy in Wh.

    `connector`: the number in the charger's own count; `evse`: None in 1.6, which has none. `driver_id`: where the card
    is a known driver's; else `card`, a keyed hash of it. `started_known`, `ended_known`: as
    domain.charging.clocks.InstantBasis. `ended_inferred`: nobody told the end, it is the last sign of life. `admitted`
    False: it ran although it was refused, for `refused_for` (`domain.charging.access_reasons`). `price` None: whoever
    bills it prices it; else `tariff_version` is that of the site's tariff for walk-ins.
    """

    session: int
    transaction_id: str
    site: str
    charger: str
    evse: int | None
    connector: int
    driver_id: str | None
    card: str | None
    admitted: bool
    refused_for: str
    started_at: datetime
    started_known: str
    started_inferred: bool
    ended_at: datetime
    ended_known: str
    ended_inferred: bool
    stop_reason: str
    energy_wh: int
    evidence: LegEvidence
    price: Bill | None = None
    tariff_version: int | None = None


def taken_back(*, ended: bool, reserved: bool) -> Withdrawal | None:
    """Why a session is no walk-in's that has ended; None: it is."""
    if reserved:
        return Withdrawal.RESERVED
    return None if ended else Withdrawal.RUNS


def walk_in_bill(leg: ChargingLeg, tariff: Tariff, troubles: Collection[Trouble]) -> Bill:
    """Energy, time, session fee and tax by the same rules as a reservation's; no fee that only a promise has."""
    lines = [line for line in charging_lines((leg,), tariff, troubles) if not line.amount.is_zero]
    return added_up(lines, tariff, energy_wh=leg.energy_wh)
