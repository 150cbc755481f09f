"""What is called a beginning or an end and is a sample, or the energy of the session; kWh that are Wh. Pure.

Some chargers write one context on every sample, write Transaction.End on a pause, or repeat in their Ended what they
cached a while ago, with the stamp of then. What the transaction goes on from, by its own later readings, is no end.
"""

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

from domain.charging.clocks import CLOCK_TRUST
from domain.charging.meter_bounds import named_bounds
from domain.charging.meter_path import fell
from domain.charging.meter_scale import KWH
from domain.charging.readings import BATTERY_WH, Context, Limits, Reading, Told

_NOTHING = timedelta(0)
_SAMPLES = 2
"""So many later readings that go on from an end say that it was none; one, where it was read long before the end."""
_AGREEING = 5
"""A beginning, an end and three samples, all in one wrong unit."""
_BEGINNINGS = 3
"""At so many instants nothing begins."""


def mere_samples(told: Collection[Reading], limits: Limits) -> dict[Reading, Reading]:
    """Beginnings and ends that are none, as they are read."""
    claimed = sorted((one for one in told if one.claims and one.wh >= 0), key=lambda one: one.order)
    odd = [*_later_beginnings(claimed, limits), *_no_ends(claimed, limits)]
    return {replace(one, context=Context.SAMPLE): one for one in odd}


def _later_beginnings(claimed: Collection[Reading], limits: Limits) -> list[Reading]:
    begins = sorted(
        (one for one in claimed if one.context is Context.BEGIN), key=lambda one: (one.at, one.wh)
    )
    is_habit = len({one.at for one in begins}) >= _BEGINNINGS
    return [
        one
        for one in begins
        if one.told is Told.TRANSACTION
        and one.at - begins[0].at > (_NOTHING if is_habit else CLOCK_TRUST)
        and _goes_on(begins[0], one, limits)
    ]


def _no_ends(claimed: Collection[Reading], limits: Limits) -> list[Reading]:
    ends = [one for one in claimed if one.context is Context.END and one.told is Told.TRANSACTION]
    rest = [one for one in claimed if one.context is not Context.BEGIN]
    return [one for one in ends if _is_late(one, rest, limits) or _is_early(one, rest, limits)]


def _is_late(end: Reading, rest: Iterable[Reading], limits: Limits) -> bool:
    """Told of long after the transaction was over, which was read before."""
    until = limits.ended_at
    return until is not None and end.at - until > CLOCK_TRUST and any(one.at <= until for one in rest)


def _is_early(end: Reading, rest: Iterable[Reading], limits: Limits) -> bool:
    until = limits.ended_at
    later = [
        one
        for one in rest
        if one.at > end.at and (until is None or one.at <= until) and _goes_on(end, one, limits)
    ]
    is_cached = until is not None and until - end.at > CLOCK_TRUST
    enough = 1 if is_cached else _SAMPLES
    return len({one.at for one in later}) >= enough or any(one.context is Context.END for one in later)


def _goes_on(before: Reading, after: Reading, limits: Limits) -> bool:
    return 0 <= after.wh - before.wh <= limits.deliverable_wh(after.at - before.at)


def sessions_energy(told: Collection[Reading], limits: Limits) -> dict[Reading, Reading]:
    """An end that tells what was taken since the beginning, beside samples of a lifetime's register; as it is read."""
    begins = named_bounds(told, Context.BEGIN, Told.START)
    ends = named_bounds(told, Context.END, Told.STOP)
    if not begins or not ends or ends[0].wh <= 0 or not fell(begins[0].wh, ends[0].wh):
        return {}
    begin, end = begins[0], ends[0]
    samples = sorted(
        (one for one in told if one.claims and one.context is Context.SAMPLE and one.at <= end.at),
        key=lambda one: one.order,
    )
    if len(samples) < _SAMPLES or not all(_goes_on(begin, one, limits) for one in samples):
        return {}
    read = replace(end, wh=begin.wh + end.wh)
    return {read: end} if _goes_on(samples[-1], read, limits) else {}


def wh_called_kwh(told: Collection[Reading], limits: Limits) -> dict[Reading, Reading]:
    """A whole register of kWh by its word that rose by far too much so, and step by step as it can have in Wh."""
    claimed = sorted((one for one in told if one.claims and one.wh >= 0), key=lambda one: one.order)
    if len(claimed) < _AGREEING or any(one.unit != "kWh" or one.wh % KWH for one in claimed):
        return {}
    begin, end = claimed[0], claimed[-1]
    if end.wh - begin.wh <= limits.deliverable_wh(end.at - begin.at) + BATTERY_WH:
        return {}
    read = [replace(one, wh=one.wh // KWH) for one in claimed]
    if not all(_goes_on(before, after, limits) for before, after in pairwise(read)):
        return {}
    return dict(zip(read, claimed, strict=True))
