"""What becomes of a fleet's drivers and vehicles by a table that it hands over: each line, before anything is done.

A table says what is, not what is to be done: the same one again changes nothing, and who is not in it stays. A line
names a driver, a vehicle, or both; then it is what they usually drive.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

DETAILS = (
    "plugs", "length_cm", "width_cm", "height_cm", "trailer", "accessible_need", "battery_wh", "max_ac_w", "max_dc_w",
)  # fmt: skip
"""What a table says of a vehicle, by columns of `db.tables.Vehicle`."""


class Flaw(StrEnum):
    """Why nothing becomes of a line. The first five: of what it says by itself."""

    TEXT_UNUSABLE = "text_unusable"
    FIGURE_UNREADABLE = "figure_unreadable"
    ANSWER_UNREADABLE = "answer_unreadable"
    PLUG_UNKNOWN = "plug_unknown"
    PLUGS_MISSING = "plugs_missing"
    NOBODY = "nobody"
    DRIVER_TAKEN = "driver_taken"
    DRIVER_TWICE = "driver_twice"
    COST_CENTER_UNKNOWN = "cost_center_unknown"
    VEHICLE_UNKNOWN = "vehicle_unknown"
    VEHICLE_AMBIGUOUS = "vehicle_ambiguous"
    VEHICLE_DIFFERS = "vehicle_differs"


class Change(StrEnum):
    """What a line makes otherwise."""

    DRIVER_NEW = "driver_new"
    VEHICLE_NEW = "vehicle_new"
    VEHICLE = "vehicle"
    DRIVES = "drives"
    COST_CENTER = "cost_center"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """`driver_id`, `vehicle`: empty: of none. `cost_center` None, `vehicle` None: the table does not say.

    `details`: of the vehicle, by DETAILS; with its plugs all that the table says of it, else empty.
    """

    number: int
    driver_id: str = ""
    cost_center: str | None = None
    vehicle: str | None = None
    details: Mapping[str, Any] = field(default_factory=dict)
    flaw: Flaw | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownDriver:
    """`vehicle_id`: what they usually drive; empty: not said."""

    vehicle_id: str
    cost_center: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownVehicle:
    """`details`: as of a line, all there are."""

    id: str
    plate: str
    details: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Roster:
    """What a fleet has. `others`: ids that are known here and are no drivers of its own who may book. `centers`: codes
    that go on.
    """

    drivers: Mapping[str, KnownDriver]
    others: Collection[str]
    vehicles: Sequence[KnownVehicle]
    centers: Collection[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """Of one line. `vehicle_id`: empty: of none, or of one that is yet to be made. Without a flaw and changes: it is so
    already. `cost_center`: on which the driver's bookings go then.
    """

    line: Line
    changes: tuple[Change, ...] = ()
    flaw: Flaw | None = None
    vehicle_id: str = ""
    cost_center: str = ""


def plan(lines: Iterable[Line], roster: Roster) -> list[Planned]:
    """In their order: a line may name a vehicle that one before it brought."""
    planning = _Planning(roster)
    return [planning.planned(line) for line in lines]


def plate_key(plate: str) -> str:
    """The same of one plate however it is written: small, with blanks, with a dash."""
    return "".join(one for one in plate.casefold() if one.isalnum())


class _Planning:
    """What was said of whom by the lines so far."""

    def __init__(self, roster: Roster) -> None:
        self._roster = roster
        self._by_id = {one.id: one for one in roster.vehicles}
        self._by_plate: dict[str, list[KnownVehicle]] = {}
        for one in roster.vehicles:
            if key := plate_key(one.plate):
                self._by_plate.setdefault(key, []).append(one)
        self._made: dict[str, Mapping[str, Any]] = {}
        self._said: dict[str, Mapping[str, Any]] = {}
        self._drivers: set[str] = set()

    def planned(self, line: Line) -> Planned:
        flaw = line.flaw or self._flaw_of_driver(line)
        known, flaw = (None, flaw) if flaw is not None else self._vehicle(line)
        if flaw is not None:
            return Planned(line=line, flaw=flaw)
        changes = (*self._changes_of_vehicle(line, known), *self._changes_of_driver(line, known))
        before = self._roster.drivers.get(line.driver_id)
        center = line.cost_center
        if center is None:
            center = "" if before is None else before.cost_center
        return Planned(
            line=line,
            changes=tuple(one for one in Change if one in changes),
            vehicle_id=self._vehicle_then(line, known),
            cost_center=center,
        )

    def _flaw_of_driver(self, line: Line) -> Flaw | None:
        if not line.driver_id:
            return Flaw.NOBODY if not line.vehicle else None
        if line.driver_id in self._drivers:
            return Flaw.DRIVER_TWICE
        if line.driver_id in self._roster.others:
            return Flaw.DRIVER_TAKEN
        before = self._roster.drivers.get(line.driver_id)
        stays = before is not None and line.cost_center == before.cost_center
        if line.cost_center and not stays and line.cost_center not in self._roster.centers:
            return Flaw.COST_CENTER_UNKNOWN
        return None

    def _vehicle(self, line: Line) -> tuple[KnownVehicle | None, Flaw | None]:
        """None: of none, or of one that is not there yet."""
        if not line.vehicle:
            return None, None
        known = self._by_id.get(line.vehicle)
        key = plate_key(line.vehicle)
        if known is None:
            named = self._by_plate.get(key, ())
            if len(named) > 1:
                return None, Flaw.VEHICLE_AMBIGUOUS
            known = named[0] if named else None
        if known is None and not key:
            return None, Flaw.TEXT_UNUSABLE
        if known is None and not line.details and key not in self._made:
            return None, Flaw.VEHICLE_UNKNOWN
        said = self._said.get(known.id if known is not None else key)
        if line.details and said is not None and said != line.details:
            return None, Flaw.VEHICLE_DIFFERS
        return known, None

    def _changes_of_vehicle(self, line: Line, known: KnownVehicle | None) -> tuple[Change, ...]:
        if not line.vehicle or not line.details:
            return ()
        key = known.id if known is not None else plate_key(line.vehicle)
        again = key in self._said
        self._said[key] = line.details
        if again:
            return ()
        if known is None:
            self._made[key] = line.details
            return (Change.VEHICLE_NEW,)
        same = all(known.details[name] == value for name, value in line.details.items())
        return () if same else (Change.VEHICLE,)

    def _changes_of_driver(self, line: Line, known: KnownVehicle | None) -> tuple[Change, ...]:
        if not line.driver_id:
            return ()
        self._drivers.add(line.driver_id)
        before = self._roster.drivers.get(line.driver_id)
        found = [] if before is not None else [Change.DRIVER_NEW]
        drove = "" if before is None else before.vehicle_id
        if line.vehicle is not None and (known.id if known is not None else line.vehicle) != drove:
            found.append(Change.DRIVES)
        if line.cost_center is not None and line.cost_center != (
            "" if before is None else before.cost_center
        ):
            found.append(Change.COST_CENTER)
        return tuple(found)

    def _vehicle_then(self, line: Line, known: KnownVehicle | None) -> str:
        if line.vehicle is None:
            before = self._roster.drivers.get(line.driver_id)
            return "" if before is None else before.vehicle_id
        return "" if known is None else known.id
