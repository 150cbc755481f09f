"""What a day is made of: site, people, and what happens minute by minute. Plain data: it can be replayed."""

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from pydantic import TypeAdapter

Version = Literal["1.6", "2.0.1", "2.1"]
Value = str | int | float | bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargerPlan:
    """`shared`: its connectors stand at one bay. `plugs`: of each EVSE (2.x), for one car at a time. `knobs`: of
    `simulator.charge_point.Misbehaviour`, by name.

    `site`: 0, or 1 where there are two. `clock_h`: hours that its clock is ahead. `vendor`: how the simulator calls it;
    empty: a decent one.
    """

    version: Version
    connectors: int = 1
    plugs: int = 1
    shared: bool = False
    site: int = 0
    knobs: dict[str, Value] = field(default_factory=dict)
    clock_h: int = 0
    tx_start_point: Literal["Authorized", "EVConnected", "PowerPathClosed"] = "PowerPathClosed"
    vendor: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DriverPlan:
    """`cards`: how many. `group`: they share a parent tag, as a fleet does; empty: none."""

    cards: int = 1
    group: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """`minute` of the day. `who`: a visit (`v3`) or a charger (`c1`). `what`: a method of `days.deeds.Deeds`."""

    minute: float
    what: str
    who: str
    how: dict[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A driver, with one of their cards, for once."""

    driver: int
    card: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    seed: int
    chargers: tuple[ChargerPlan, ...]
    drivers: tuple[DriverPlan, ...]
    visits: dict[str, Visit]
    deeds: tuple[Deed, ...]
    rules: dict[str, Value] = field(default_factory=dict)
    """What differs from the days' policy, by name."""
    evening: int = 540
    """The minute when whoever is still there leaves, and whatever is broken is repaired."""

    def with_deeds(self, deeds: tuple[Deed, ...]) -> "Script":
        return replace(self, deeds=deeds)

    def written(self) -> str:
        return _SCRIPT.dump_json(self, indent=1).decode()


_SCRIPT: TypeAdapter[Script] = TypeAdapter(Script)


def read_script(file: Path) -> Script:
    """Raises OSError, ValueError."""
    return _SCRIPT.validate_json(file.read_text())


def explained(deed: Deed) -> str:
    how: Any = " ".join(f"{name}={value}" for name, value in deed.how.items())
    hour, minute = divmod(deed.minute + 8 * 60, 60)
    return f"{int(hour):02d}:{minute:04.1f} {deed.who} {deed.what} {how}".rstrip()
