"""Which readings of an energy register are billed: one rule for sessions that run and for bills. Pure.

Readings stand in the order of their context and time, never in that of their arrival. A transaction's energy is what
its register rose by along the best-supported path from its beginning to its end:

- the beginning and the end that the charger named (meterStart and meterStop; Transaction.Begin and Transaction.End)
  are the truth where the connector can have delivered what lies between them, until three readings of the transaction
  that agree with each other contradict one of them (`meter_bounds`);
- a step along the path is at most what the connector delivers in that time; what breaks it (one wild value, a zero in
  the middle) is left out, unless more readings stand for it than for the others;
- a register that falls to less than a quarter, and goes on from there, has begun anew: both parts count, each once;
  not after a single sample that stands alone: that one is wild, also where the end is a little below the beginning;
- a number that only fits its neighbours as kWh where Wh was told, or the other way round, is read so; a beginning and
  an end that fit each other, too, where the samples between them only fit them as kWh (`meter_scale`);
- what does not name the transaction (MeterValues without a transactionId), or was measured elsewhere than at the
  outlet, counts only where it continues the transaction's register, or where there is no other;
- where no register is told, what was taken in from one reading to the next is summed up (`meter_intervals`);
- what is called an end while the transaction goes on is a sample, and an end that is what was taken since the beginning
  is read so (`meter_named`);
- nothing told of the time after the end counts; a beginning that a clock stamped long after the transaction's own is
  read as of then: the clock was set back in between.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from domain.charging.clocks import CLOCK_TRUST
from domain.charging.meter_bounds import anchors_of, named_bounds, outvoted
from domain.charging.meter_intervals import outrank, summed
from domain.charging.meter_named import mere_samples, sessions_energy, wh_called_kwh
from domain.charging.meter_path import Path, best_path, readings_as
from domain.charging.meter_scale import KWH, told_in_kwh
from domain.charging.readings import (
    BATTERY_WH,
    Basis,
    Context,
    Discarded,
    Limits,
    Metered,
    Part,
    Reading,
    Told,
    Why,
)


def metered(readings: Iterable[Reading], limits: Limits) -> Metered:
    """The energy of one transaction. The same for every order of arrival, and for readings that came twice."""
    everything = set(readings)
    intervals = {one for one in everything if one.is_interval}
    found = _of_registers(everything - intervals, limits)
    if not intervals:
        return found
    if outrank(intervals, found):
        summed_up = summed(intervals, limits)
        rest = {one for part in found.parts for one in (part.begin, part.end)}
        odd = _each(sorted(rest, key=lambda one: one.order), Why.IMPLAUSIBLE)
        return replace(summed_up, discarded=(*summed_up.discarded, *found.discarded, *odd))
    ordered = sorted(intervals, key=lambda one: one.order)
    return replace(found, discarded=(*found.discarded, *_each(ordered, Why.OUTRANKED)))


def _of_registers(told: set[Reading], limits: Limits) -> Metered:
    read_as: list[dict[Reading, Reading]] = []
    for rule in (wh_called_kwh, mere_samples, sessions_energy, _stamped_too_late):
        moved = rule(told, limits)
        told = (told - set(moved.values())) | moved.keys()
        read_as.append(moved)
    found = _in_one_unit(told, limits)
    in_wh = read_as[0]
    for moved in reversed(read_as):
        found = _as_told(found, moved) if moved else found
    return replace(found, rescaled=(*in_wh.values(), *found.rescaled)) if in_wh else found


def _stamped_too_late(told: Collection[Reading], limits: Limits) -> dict[Reading, Reading]:
    """Beginnings by a clock that was set back since, as they are read: no later than the transaction began."""
    began = limits.started_at
    if began is None:
        return {}
    return {
        replace(one, at=began): one
        for one in sorted(told, key=lambda reading: reading.order)
        if one.claims and one.context is Context.BEGIN and one.at - began > CLOCK_TRUST
    }


def _in_one_unit(told: set[Reading], limits: Limits) -> Metered:
    in_wh = {replace(bound, wh=bound.wh * KWH): bound for bound in _bounds_in_kwh(told, limits)}
    if not in_wh:
        return _metered(told, limits)
    whole = _metered((told - set(in_wh.values())) | in_wh.keys(), limits, hidden_wh=KWH - 1)
    found = _as_told(whole, in_wh)
    rescaled = [one for one in found.rescaled if one not in in_wh.values()]
    return replace(found, rescaled=(*in_wh.values(), *rescaled))


def _bounds_in_kwh(told: Collection[Reading], limits: Limits) -> list[Reading]:
    """The beginning and the end that were told as if they were Wh, and are kWh."""
    begins = named_bounds(told, Context.BEGIN, Told.START)
    ends = named_bounds(told, Context.END, Told.STOP)
    if not begins or not ends or begins[0].unit or ends[0].unit:
        return []
    samples = [one for one in told if one.claims and one.context is Context.SAMPLE]
    if not told_in_kwh(begins[0], ends[0], samples, limits.deliverable_wh):
        return []
    return [one for one in (begins[0], ends[0]) if one.wh]


def _as_told(found: Metered, told: Mapping[Reading, Reading]) -> Metered:
    """With the readings as they came, for those that were read otherwise."""
    return replace(
        found,
        parts=tuple(
            replace(part, begin=told.get(part.begin, part.begin), end=told.get(part.end, part.end))
            for part in found.parts
        ),
        discarded=tuple(replace(one, reading=told.get(one.reading, one.reading)) for one in found.discarded),
        rescaled=tuple(told.get(one, one) for one in found.rescaled),
    )


def _metered(readings: Collection[Reading], limits: Limits, *, hidden_wh: int = 0) -> Metered:
    ordered = sorted(readings, key=lambda reading: reading.order)
    negative = [reading for reading in ordered if reading.wh < 0]
    told = [reading for reading in ordered if reading.wh >= 0]
    anchors = anchors_of(told, limits)
    denied = outvoted(told, anchors, limits, hidden_wh=hidden_wh)
    if denied:
        until = limits if anchors is None else replace(limits, ended_at=anchors[1].at)
        found = _metered([one for one in ordered if one not in denied], until, hidden_wh=hidden_wh)
        return replace(found, discarded=(*found.discarded, *_each(denied, Why.IMPLAUSIBLE)))
    during, late = _until_the_end(told, anchors, limits)
    own, others = _of_the_register(during, anchors, limits)
    middle = [one for one in own if one.context is Context.SAMPLE or not one.claims or not anchors]
    ways = readings_as(_line(middle, anchors), bounded=anchors is not None)
    path = best_path(ways, limits.deliverable_wh, forced=anchors is not None)
    if anchors is None and _is_merely_fast(own, path, limits):
        return _at_most(
            own[0], own[-1], (*_each(negative, Why.NEGATIVE), *_each(late, Why.AFTER_END)), limits
        )
    on_it = {node.reading for node in path.nodes}
    outranked = [one for one in own if anchors and one not in middle and one not in on_it]
    discarded = (
        *_each(negative, Why.NEGATIVE),
        *_each(late, Why.AFTER_END),
        *_each(others, Why.OTHER_REGISTER),
        *_each(outranked, Why.OUTRANKED),
        *_each((one for one in middle if one not in on_it), Why.IMPLAUSIBLE),
    )
    return _concluded(path, own, discarded, limits)


def _each(readings: Iterable[Reading], why: Why) -> list[Discarded]:
    return [Discarded(reading=reading, why=why) for reading in readings]


def _line(middle: Sequence[Reading], anchors: tuple[Reading, Reading] | None) -> list[Reading]:
    return list(middle) if anchors is None else [anchors[0], *middle, anchors[1]]


def _until_the_end(
    readings: Sequence[Reading], anchors: tuple[Reading, Reading] | None, limits: Limits
) -> tuple[list[Reading], list[Reading]]:
    """Those of the transaction's time, and those after it. An end that was named says when it was."""
    named = [one.at for one in readings if one.claims and one.context is Context.END]
    until = anchors[1].at if anchors else max(named, default=limits.ended_at)
    if until is None:
        return list(readings), []
    during = [
        one for one in readings if one.at <= until or (one.claims and one.context is not Context.SAMPLE)
    ]
    kept = set(during)
    return during, [one for one in readings if one not in kept]


def _of_the_register(
    readings: Sequence[Reading], anchors: tuple[Reading, Reading] | None, limits: Limits
) -> tuple[list[Reading], list[Reading]]:
    """Those of the transaction's own register, and those of others."""
    claimed = [reading for reading in readings if reading.claims]
    if not claimed:
        return _of_the_best_known_place(readings)
    begin = anchors[0] if anchors else claimed[0]
    most = anchors[1].wh if anchors else None
    own: list[Reading] = []
    others: list[Reading] = []
    for reading in readings:
        rise = reading.wh - begin.wh
        continues = 0 <= rise <= limits.deliverable_wh(reading.at - begin.at)
        continues = continues and (most is None or reading.wh <= most)
        (own if reading.claims or continues else others).append(reading)
    return own, others


def _of_the_best_known_place(readings: Sequence[Reading]) -> tuple[list[Reading], list[Reading]]:
    """Of a transaction that never told a register: the outlet's, else the one that was read most often."""
    if not readings:
        return [], []
    places = {reading.location for reading in readings}
    often = {place: sum(one.location == place for one in readings) for place in places}
    place = min(places, key=lambda name: (bool(name), -often[name], name))
    return (
        [reading for reading in readings if reading.location == place],
        [reading for reading in readings if reading.location != place],
    )


def _concluded(
    path: Path[Reading], own: Sequence[Reading], discarded: tuple[Discarded, ...], limits: Limits
) -> Metered:
    begins = named_bounds(own, Context.BEGIN, Told.START)
    ends = named_bounds(own, Context.END, Told.STOP)
    alone = _one_against_both(path, begins, ends)
    if begins and ends and (len(path.nodes) < 2 or alone):
        kept = tuple(one for one in discarded if one.reading not in (begins[0], ends[0]))
        return _at_most(begins[0], ends[0], (*kept, *_each(alone, Why.IMPLAUSIBLE)), limits)
    parts = tuple(
        Part(begin=nodes[0].reading, end=nodes[-1].reading, energy_wh=energy) for nodes, energy in path.parts
    )
    is_stop = bool(parts) and parts[-1].end in ends
    basis = Basis.STOP if is_stop else Basis.LAST_READING
    return Metered(
        energy_wh=path.energy_wh,
        basis=basis if len(path.nodes) > 1 else Basis.NOTHING,
        parts=parts,
        discarded=discarded,
        rescaled=tuple(node.reading for node in path.nodes if node.rescaled),
    )


def _one_against_both(
    path: Path[Reading], begins: Sequence[Reading], ends: Sequence[Reading]
) -> list[Reading]:
    """The only sample, where it alone says that something was delivered and the end lies below the beginning."""
    samples = [node.reading for node in path.nodes if node.reading.context is Context.SAMPLE]
    others = [node.reading for node in path.nodes if node.reading.context is not Context.SAMPLE]
    ran_back = bool(begins) and bool(ends) and ends[0].wh < begins[0].wh
    return samples if ran_back and len(samples) == 1 and others == begins[:1] else []


def _is_merely_fast(own: Sequence[Reading], path: Path[Reading], limits: Limits) -> bool:
    """Nothing contradicts anything but how fast the register rose; and it is not the last reading alone that is odd."""
    if len(own) < 2 or len(path.nodes) in (len(own), len(own) - 1 if len(own) > 2 else 0):
        return False
    rises = [after.wh - before.wh for before, after in pairwise(own)]
    most = limits.deliverable_wh(own[-1].at - own[0].at) + BATTERY_WH
    return min(rises) >= 0 and sum(rises) <= most


def _at_most(begin: Reading, end: Reading, discarded: tuple[Discarded, ...], limits: Limits) -> Metered:
    """No more than can have been delivered in that time, nor than a battery where the end is wild; nothing where the
    register ran backwards."""
    rise, most = max(0, end.wh - begin.wh), limits.deliverable_wh(end.at - begin.at)
    energy = min(rise, most, BATTERY_WH if rise > most + BATTERY_WH else rise)
    return Metered(
        energy_wh=energy,
        basis=Basis.CONNECTOR_POWER if end.wh > begin.wh else Basis.NOTHING,
        parts=(Part(begin=begin, end=end, energy_wh=energy),),
        discarded=discarded,
    )
