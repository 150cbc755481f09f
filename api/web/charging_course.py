"""How charging went, as pages show it: power and energy over time, and the figures as a table."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from domain.settlement.course import stretches_of
from domain.settlement.so_far import Point
from texts.charts.charging import charging_charts
from texts.charts.shapes import Chart
from texts.reader import Reader

_MOST_ROWS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseShown:
    """`rows`: until when, kWh by then, kW on average since the row before."""

    charts: Sequence[Chart]
    rows: Sequence[tuple[str, str, str]]


def course_shown(points: Sequence[Point], reader: Reader, now: datetime) -> CourseShown | None:
    """On the reader's clock. None: fewer than two moments are no course."""
    charts = charging_charts(points, reader)
    if not charts:
        return None
    rows = [
        (
            reader.clock(one.end, now),
            reader.decimal(one.energy_wh / 1000, 2),
            reader.decimal(one.power_w / 1000, 1),
        )
        for one in stretches_of(points, _MOST_ROWS)
    ]
    return CourseShown(charts=charts, rows=rows)
