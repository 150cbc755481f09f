"""What is odd about a session's energy although a bill can be made of it: for operators, who know the model. Pure."""

from collections.abc import Collection
from datetime import timedelta

from domain.charging.meter_scale import KWH
from domain.charging.quirks import QuirkKind
from domain.charging.readings import BATTERY_WH, Context, Limits, Reading

BRIEF = timedelta(minutes=5)
"""Who unplugs sooner may have taken nothing."""
LITTLE_WH = 100
"""Less than this is looked at."""
_IDLE_W = 100
"""No car charges with less."""


def doubt_about(readings: Collection[Reading], energy_wh: int, limits: Limits) -> QuirkKind | None:
    """Of a session that has ended and shows `energy_wh`; None: nothing is odd."""
    if limits.started_at is None or limits.ended_at is None or limits.ended_at - limits.started_at < BRIEF:
        return None
    told = [one for one in readings if one.wh >= 0]
    told = [one for one in told if not one.location] or told
    lasted = limits.ended_at - limits.started_at
    if energy_wh <= 0:
        is_shown = any(one.is_interval for one in told) or len({one.at for one in told}) > 1
        return None if is_shown else QuirkKind.UNMETERED
    if _is_wild(told, limits.deliverable_wh(lasted)):
        return QuirkKind.UNMETERED
    is_idle = energy_wh * timedelta(hours=1) < _IDLE_W * lasted
    is_likely = energy_wh * KWH <= limits.deliverable_wh(lasted)
    is_in_kwh = any(one.unit == "kWh" for one in told)
    return QuirkKind.UNIT_IN_DOUBT if is_idle and is_likely and not is_in_kwh else None


def _is_wild(told: Collection[Reading], most: int) -> bool:
    """Only a beginning and an end, which are further apart than anything delivers?"""
    if any(one.context is Context.SAMPLE for one in told):
        return False
    begins = [one.wh for one in told if one.context is Context.BEGIN]
    ends = [one.wh for one in told if one.context is Context.END]
    return bool(begins) and bool(ends) and min(ends) - max(begins) > most + BATTERY_WH
