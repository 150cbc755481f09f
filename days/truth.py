"""What really happened: seen at the plugs, not in any message."""

from dataclasses import dataclass, field
from datetime import datetime

from domain.place.slots import Slot
from simulator.charge_point import Transaction


@dataclass(slots=True)
class Leg:
    """Current for one car from one plug. `seen`: the charger's own account of it, whose register is the truth."""

    visit: str
    driver: str
    card: str
    charger: str
    connector: int
    began: datetime
    seen: Transaction
    ended: datetime | None = None
    forgotten: bool = False
    """The charger lost it with its power, and will tell of no end."""

    def at_most(self, now: datetime, power_w: int) -> int:
        """Watt-hours that may still have flowed by now, through this plug."""
        return max(int((now - self.began).total_seconds() * power_w / 3600) - self.wh, 0)

    @property
    def wh(self) -> int:
        return self.seen.meter_wh - self.seen.meter_start


@dataclass(slots=True)
class Outage:
    """Of a charger or one of its connectors (0: all of them). `silent`: it works, and cannot be reached."""

    charger: str
    connector: int
    began: datetime
    silent: bool
    ended: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Try:
    """Somebody came to a bay. `own`: the one that their reservation (in `state`, if any) named then.

    `let_in`: we said yes to their card.
    """

    visit: str
    charger: str
    connector: int
    at: datetime
    own: bool
    state: str = ""
    let_in: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What a charger was told about a card. `action`: of the message that asked."""

    charger: str
    action: str
    card: str
    status: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Swapped:
    """A visit `giver` offered its slot, `gives`, for that of `taker`, `wants`, who took it. `held`: what each of them
    held right then, the giver first. `done`: what the taker was told; None: nothing at once.
    """

    giver: str
    taker: str
    gives: Slot
    wants: Slot
    held: tuple[Slot, ...]
    done: bool | None


@dataclass(slots=True)
class Truth:
    legs: list[Leg] = field(default_factory=list)
    outages: list[Outage] = field(default_factory=list)
    parked: list[tuple[str, str, int, datetime, datetime | None]] = field(default_factory=list)
    """(visit, charger, connector, plugged in, unplugged)."""
    refusals: list[tuple[str, str, int, datetime, str]] = field(default_factory=list)
    """(reservation, charger, connector, when, its state): a card that was not taken at its own bay in its own time."""
    tries: list[Try] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    swaps: list[Swapped] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    """The day as a story, for whoever has to understand it."""

    def running(self, charger: str, connector: int) -> Leg | None:
        here = (leg for leg in self.legs if (leg.charger, leg.connector) == (charger, connector))
        return next((leg for leg in here if leg.ended is None), None)
