"""What is odd about a session's energy although a bill can be made of it: for operators, who know the model. Pure."""

from collections.abc import Collection
from datetime import timedelta

from domain.charging.meter_scale import KWH
from domain.charging.quirks import QuirkKind
from domain.charging.readings import Context, Limits, Reading

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
    if energy_wh <= 0:
        is_shown = any(one.is_interval for one in told) or len({one.at for one in told}) > 1
        return None if is_shown else QuirkKind.UNMETERED
    lasted = limits.ended_at - limits.started_at
    is_bounds_only = all(one.context is not Context.SAMPLE and not one.unit for one in told)
    is_idle = energy_wh * timedelta(hours=1) < _IDLE_W * lasted
    is_likely = energy_wh * KWH <= limits.deliverable_wh(lasted)
    return QuirkKind.UNIT_IN_DOUBT if is_bounds_only and is_idle and is_likely else None
