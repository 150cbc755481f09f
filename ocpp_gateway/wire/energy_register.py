"""From sampled values to readings of the one figure we bill by: the imported energy register, in Wh.

Export and signed data are no readings of it. Where only its phases are told, their sum is the register; where no
register is told, the energy of intervals is read instead, of each message.
What belongs to which transaction, and what makes sense, is decided by `domain.charging.meter`; here only what no
register can show is left out.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from domain.charging.readings import Context, Reading, Told
from ocpp_gateway.wire.problems import OcppProblem
from ocpp_gateway.wire.timestamps import meant_time, read_time

REGISTER = "Energy.Active.Import.Register"
"""The measurand, also of samples that name none."""
INTERVAL = "Energy.Active.Import.Interval"
"""The measurand of what was taken in since the sample before."""
_BY_THE_CLOCK = "sample.clock"
"""Intervals that end at full quarters overlap with those between other samples."""
MOST_READINGS = 100
"""Of one message."""
_OUTLET = "outlet"
_UNITS = {
    "wh": ("Wh", 1),
    "kwh": ("kWh", 1000),
    "kw/h": ("kWh", 1000),
    "kw h": ("kWh", 1000),
    "mwh": ("Wh", 1_000_000),
    "": ("", 1),
}
_CONTEXTS = {"transaction.begin": Context.BEGIN, "transaction.end": Context.END}
_PHASES = {"l1": "l1", "l2": "l2", "l3": "l3", "l1-n": "l1", "l2-n": "l2", "l3-n": "l3"}
_ALL_PHASES = frozenset({"", "all", "total", "sum", "l1+l2+l3", "l1,l2,l3", "l1-l2-l3", "l1l2l3"})
"""Other ways to say that a value is of all phases, which is said by naming none."""
_LARGEST_WH = 10**12
_LONGEST_WORD = 20


@dataclass(slots=True)
class Sample:
    """A reading of the register as told. `unit` empty: none was. `multiplier`: power of ten (2.x)."""

    value: float
    unit: str
    phase: str | None
    multiplier: int = 0
    location: str | None = None
    context: str | None = None
    at: datetime | None = None
    """None: of the message."""
    is_interval: bool = False


def is_energy(measurand: str | None) -> bool:
    """One that is read here, in whatever letters; what names none is the register."""
    return measurand is None or measurand.strip().lower() in ("", REGISTER.lower(), INTERVAL.lower())


def is_interval(measurand: str | None) -> bool:
    return measurand is not None and measurand.strip().lower() == INTERVAL.lower()


def is_phase(phase: str) -> bool:
    """A single one, or what lies between two: no register by itself."""
    return phase.strip().lower() in _PHASES or phase.strip().upper() in ("N", "L1-L2", "L2-L3", "L3-L1")


def is_whole(phase: str | None) -> bool:
    """Of all phases together."""
    return phase is None or phase.strip().lower() in _ALL_PHASES


def read_unit(unit: str) -> tuple[str, int] | None:
    """The unit as bills know it, and how many Wh it is; None for what measures no energy."""
    return _UNITS.get(unit.strip().lower())


def readings_of(samples: Iterable[Sample], told: Told, at: datetime) -> tuple[Reading, ...]:
    """Readings of the whole register that are numbers. `at`: the message's.

    Only what names its transaction may be its beginning or end.
    """
    said = list(samples)
    found = _read([sample for sample in said if not sample.is_interval], told, at)
    if not found:
        return _together(_read([sample for sample in said if _is_part(sample)], told, at))
    if len(found) > MOST_READINGS:
        found = _some(found)
    return tuple(found)


def _read(samples: list[Sample], told: Told, at: datetime) -> list[Reading]:
    return [reading for sample in _whole(samples) if (reading := _reading(sample, told, at)) is not None]


def _is_part(sample: Sample) -> bool:
    return sample.is_interval and (sample.context or "").strip().lower() != _BY_THE_CLOCK


def _together(intervals: list[Reading]) -> tuple[Reading, ...]:
    """At most so many, none of their energy left out: neighbours become one, which ends where the last of them does."""
    ordered = sorted(intervals, key=lambda one: one.order)
    size = -(-len(ordered) // MOST_READINGS) or 1
    groups = [ordered[n : n + size] for n in range(0, len(ordered), size)]
    return tuple(replace(group[-1], wh=sum(one.wh for one in group)) for group in groups)


def _whole(samples: list[Sample]) -> Iterable[Sample]:
    """Those of all phases together. In a message without any: the sum of the phases that were read at one time."""
    totals = [sample for sample in samples if is_whole(sample.phase) and math.isfinite(sample.value)]
    if totals or not samples:
        return totals
    parts: dict[tuple[object, ...], dict[str, Sample]] = {}
    for sample in samples:
        phase = _PHASES.get((sample.phase or "").strip().lower())
        if phase is not None:
            read_together = (sample.at, sample.location, sample.context, sample.unit, sample.multiplier)
            parts.setdefault(read_together, {})[phase] = sample
    return [
        replace(next(iter(phases.values())), phase=None, value=sum(one.value for one in phases.values()))
        for phases in parts.values()
    ]


def _reading(sample: Sample, told: Told, at: datetime) -> Reading | None:
    unit = read_unit(sample.unit)
    if unit is None or not -9 <= sample.multiplier <= 9:
        return None
    wh = sample.value * unit[1] * 10.0**sample.multiplier
    if not (math.isfinite(wh) and abs(wh) <= _LARGEST_WH):
        return None
    location = (sample.location or "").strip()
    context = _CONTEXTS.get((sample.context or "").strip().lower(), Context.SAMPLE)
    return Reading(
        at=sample.at or at,
        wh=round(wh),
        context=Context.SAMPLE if told is Told.CONNECTOR or sample.is_interval else context,
        told=told,
        location="" if location.lower() == _OUTLET else location[:_LONGEST_WORD],
        unit="Wh" if sample.multiplier and not unit[0] else unit[0],
        is_interval=sample.is_interval,
    )


def _some(readings: list[Reading]) -> list[Reading]:
    """Beginnings and ends, and samples from the whole message, first and last among them; in their order."""
    half = MOST_READINGS // 2
    named = [n for n, one in enumerate(readings) if one.context is not Context.SAMPLE]
    if len(named) > half:
        named = [*named[: half // 2], *named[-(half // 2) :]]
    rest = [n for n, one in enumerate(readings) if one.context is Context.SAMPLE][::-1]
    step = -(-len(rest) // (half - 1)) or 1
    return [readings[n] for n in sorted({*named, *rest[::step], *rest[-1:]})]


def with_bounds(readings: Sequence[Reading], *, begins: bool, ends: bool) -> tuple[Reading, ...]:
    """Of a message that begins or ends a transaction: its first or last reading is that, unless others say so."""
    marked = list(readings)
    for wanted, context, place in ((begins, Context.BEGIN, 0), (ends, Context.END, -1)):
        if wanted and not any(one.context is context for one in marked):
            own = [n for n, one in enumerate(marked) if _may_bound(one)]
            if own:
                marked[own[place]] = replace(marked[own[place]], context=context)
    return tuple(marked)


def _may_bound(reading: Reading) -> bool:
    return reading.claims and reading.context is Context.SAMPLE and not reading.is_interval


def shown_wh(readings: Sequence[Reading]) -> int | None:
    """The last reading of a message that makes sense by itself; one at the outlet before those elsewhere."""
    sensible = [one for one in readings if one.wh >= 0 and not one.is_interval]
    at_outlet = [one for one in sensible if not one.location]
    return next((one.wh for one in reversed(at_outlet or sensible)), None)


def sampled_at(text: str | None, received_at: datetime) -> datetime | None:
    """When a sample was taken; None where its time cannot be read, which is no reason to refuse the message."""
    try:
        return read_time(text, received_at)
    except OcppProblem:
        meant = meant_time(text or "")
        return None if meant is None else read_time(meant, received_at)
