"""How long a slot has to be for so much energy, or for a battery to be so full.

The power is the least of what the connector gives (its share of the pool's), and what the car takes of its kind of
current. A battery takes less the fuller it is: at direct current, above TAPER_FROM_PERCENT, this reckons with
TAPERED_PERCENT of the power: so the last 20 % take as long as the 60 % before them. Drivers' guides say the first 50 to
60 (engineerfix.com/why-does-ev-charging-slow-down), and for one car at 350 kW 17 minutes from 10 to 80 % and 29 for the
rest (chargecalcs.com/blog/why-ev-charging-slows-down): cars differ, and who asks for less than 80 % need not care. At
alternating current the on-board charger is the limit nearly to the end, so that nothing is taken off.

Energy is what the meter counts. Losses in the car are not reckoned with: they differ by more than they are.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from fractions import Fraction

from domain.errors import EnergyBeyondSlot, SlotInvalid
from domain.facts.refused_bookings import BatteryNotKnown, MoreThanLongestSlot
from domain.place.pool_facts import PoolFacts
from domain.place.slots import Slot, next_grid_start
from domain.terms.policy import SlotRules

TAPER_FROM_PERCENT = 80
TAPERED_PERCENT = 33
_ALL = 100
_HOUR = timedelta(hours=1)
_MICROSECOND = timedelta(microseconds=1)
_DIRECT = ("COMBO", "CHADEMO", "CHAOJI", "GBT_DC", "MCS", "NACS", "TESLA_S")
"""Ends of the OCPI types of plugs for direct current."""


class PowerLimit(StrEnum):
    CONNECTOR = "connector"
    VEHICLE = "vehicle"


@dataclass(frozen=True, slots=True, kw_only=True)
class EnergyWanted:
    """`tapered_wh`: of the energy, what lies above TAPER_FROM_PERCENT. A power that is None: not known, no limit."""

    energy_wh: int
    tapered_wh: int = 0
    max_ac_w: int | None = None
    max_dc_w: int | None = None

    def taken_w(self, plug: str) -> int | None:
        """What the car takes by that type of plug."""
        return self.max_dc_w if is_direct(plug) else self.max_ac_w


@dataclass(frozen=True, slots=True, kw_only=True)
class EnergyAsked:
    """Either `energy_wh`, or percent of a battery, from and to."""

    energy_wh: int | None = None
    battery_wh: int | None = None
    soc_now: int | None = None
    soc_target: int | None = None
    max_ac_w: int | None = None
    max_dc_w: int | None = None

    def beside(self, *, battery_wh: int | None, max_ac_w: int | None, max_dc_w: int | None) -> "EnergyAsked":
        """What is not said is as of the vehicle."""
        return replace(
            self,
            battery_wh=self.battery_wh or battery_wh,
            max_ac_w=self.max_ac_w or max_ac_w,
            max_dc_w=self.max_dc_w or max_dc_w,
        )

    def wanted(self) -> EnergyWanted:
        """Raises SlotInvalid of a battery that is not known."""
        if self.energy_wh is not None:
            return EnergyWanted(energy_wh=self.energy_wh, max_ac_w=self.max_ac_w, max_dc_w=self.max_dc_w)
        if self.battery_wh is None or self.soc_now is None or self.soc_target is None:
            raise SlotInvalid(BatteryNotKnown())
        return for_battery(
            self.battery_wh, self.soc_now, self.soc_target, max_ac_w=self.max_ac_w, max_dc_w=self.max_dc_w
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Reckoned:
    """Why a slot is as long as it is. `exact`: without the grid. `length`: on it, at least the shortest slot.

    `tapered_wh`: of the energy, what was reckoned at less power.
    """

    energy_wh: int
    tapered_wh: int
    power_w: int
    limit: PowerLimit
    exact: timedelta
    length: timedelta


def for_battery(
    battery_wh: int,
    soc_now: int,
    soc_target: int,
    *,
    max_ac_w: int | None = None,
    max_dc_w: int | None = None,
) -> EnergyWanted:
    """From so many percent to so many, more than now. Begun watt-hours count whole."""
    above = max(0, soc_target - max(soc_now, TAPER_FROM_PERCENT))
    return EnergyWanted(
        energy_wh=_share(battery_wh, soc_target - soc_now),
        tapered_wh=_share(battery_wh, above),
        max_ac_w=max_ac_w,
        max_dc_w=max_dc_w,
    )


def is_direct(plug: str) -> bool:
    """`plug`: an OCPI ConnectorType."""
    return plug.endswith(_DIRECT)


def for_each_of(
    wanted: EnergyWanted, pools: Sequence[PoolFacts], rules: Mapping[str, SlotRules]
) -> dict[str, Reckoned]:
    """By pool, long enough with whichever plug of it that is listed; `rules`: by pool. Without pools whose longest slot
    is not. Raises EnergyBeyondSlot where none's is, which says what would fit into the longest slot.
    """
    found: dict[str, Reckoned] = {}
    for pool in pools:
        one = reckon(wanted, pool.connector_type, pool.power_w, rules[pool.id])
        found[pool.id] = max(one, found.get(pool.id, one), key=lambda each: each.length)
    fitting = {id_: one for id_, one in found.items() if one.length <= rules[id_].longest}
    if pools and not fitting:
        best = max(pools, key=lambda pool: (rules[pool.id].longest, pool.power_w)).id
        raise _beyond(found[best], rules[best].longest)
    return fitting


def _beyond(found: Reckoned, longest: timedelta) -> EnergyBeyondSlot:
    fits = fitting_wh(found, longest)
    return EnergyBeyondSlot(
        MoreThanLongestSlot(
            energy=found.energy_wh / 1000,
            longest=longest,
            fits=fits // 100 / 10,
            power=found.power_w / 1000,
        )
    )


def wished_first(pools: Iterable[PoolFacts], rules: SlotRules) -> list[PoolFacts]:
    """In which to look for a place: the most powerful first, and last those with slot lengths of their own."""
    return sorted(pools, key=lambda pool: (rules.of(pool.id) != rules.of(None), *pool.by_power))


def slot_for(
    found: Reckoned, start: datetime, rules: SlotRules, zone: str = "UTC", *, on_the_spot: bool = False
) -> Slot:
    """`on_the_spot`: it starts off the grid and ends on it."""
    if not on_the_spot:
        return Slot(start, start + found.length)
    return Slot(start, next_grid_start(start + max(found.exact, rules.shortest), rules.step, zone))


def reckon(wanted: EnergyWanted, plug: str, power_w: int, rules: SlotRules) -> Reckoned:
    """At a connector of `power_w`. May be longer than the longest slot: see `fitting_wh`."""
    power, whole = _power(wanted, plug, power_w), _exact(wanted, plug, power_w)
    return Reckoned(
        energy_wh=wanted.energy_wh,
        tapered_wh=_tapered_wh(wanted, plug),
        power_w=power,
        limit=PowerLimit.CONNECTOR if power == power_w else PowerLimit.VEHICLE,
        exact=whole,
        length=_on_grid(max(whole, rules.shortest), rules.step),
    )


def gives(pool: PoolFacts, wanted: EnergyWanted | None, length: timedelta) -> bool:
    """Is it done there in that time, by the plug that is looked for? `wanted` None: whatever it gives will do."""
    return wanted is None or _exact(wanted, pool.connector_type, pool.power_w) <= length


def _power(wanted: EnergyWanted, plug: str, power_w: int) -> int:
    taken = wanted.taken_w(plug)
    return power_w if taken is None else min(power_w, taken)


def _tapered_wh(wanted: EnergyWanted, plug: str) -> int:
    return wanted.tapered_wh if is_direct(plug) else 0


def _exact(wanted: EnergyWanted, plug: str, power_w: int) -> timedelta:
    power, tapered = _power(wanted, plug, power_w), _tapered_wh(wanted, plug)
    return _microseconds(_time_for(wanted.energy_wh - tapered, power) + _time_for(tapered, _tapered(power)))


def fitting_wh(found: Reckoned, length: timedelta) -> int:
    """How much of it a slot of that length would be long enough for: at full power first."""
    hours = Fraction(length // _MICROSECOND, _HOUR // _MICROSECOND)
    full = found.energy_wh - found.tapered_wh
    at_full = hours * found.power_w
    if at_full <= full:
        return int(at_full)
    left = hours - Fraction(full, found.power_w)
    return min(found.energy_wh, full + int(left * _tapered(found.power_w)))


def _time_for(energy_wh: int, power_w: Fraction | int) -> Fraction:
    """In hours."""
    return Fraction(energy_wh) / power_w


def _tapered(power_w: int) -> Fraction:
    return Fraction(power_w * TAPERED_PERCENT, _ALL)


def _microseconds(hours: Fraction) -> timedelta:
    """Begun ones count whole."""
    return -int(-hours * (_HOUR // _MICROSECOND) // 1) * _MICROSECOND


def _on_grid(length: timedelta, step: timedelta) -> timedelta:
    return length if not step else -(-length // step) * step


def _share(battery_wh: int, percent: int) -> int:
    return -(-battery_wh * percent // _ALL)
