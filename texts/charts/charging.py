"""How charging went: power and energy over the same time."""

from collections.abc import Sequence

from domain.settlement.course import stretches_of
from domain.settlement.so_far import Point
from texts.catalogue import catalogue
from texts.charts.courses import Course, course_chart
from texts.charts.shapes import Chart
from texts.reader import Reader

STRETCHES = 48
"""So many are more than a phone shows apart."""
KEYS = tuple(f"chart.{name}" for name in ("energy", "energy.about", "power", "power.about"))


def charging_charts(points: Sequence[Point], reader: Reader) -> Sequence[Chart]:
    """On the reader's clock. Empty: fewer than two moments are no course."""
    stretches = stretches_of(points, STRETCHES)
    if not stretches:
        return ()
    words = catalogue(reader.language)
    start, end = (reader.clock(at.replace(microsecond=0)) for at in (stretches[0].start, stretches[-1].end))
    most = reader.decimal(max(one.power_w for one in stretches) / 1000, 1)
    kwh = reader.decimal(stretches[-1].energy_wh / 1000, 2)
    power = Course(
        name="power",
        title=words.text("chart.power"),
        about=words.text("chart.power.about", kw=most, start=start, end=end),
        points=[(at, one.power_w / 1000) for one in stretches for at in (one.start, one.end)],
    )
    energy = Course(
        name="energy",
        title=words.text("chart.energy"),
        about=words.text("chart.energy.about", kwh=kwh, start=start, end=end),
        points=[
            (stretches[0].start, points[0].energy_wh / 1000),
            *((one.end, one.energy_wh / 1000) for one in stretches),
        ],
    )
    return course_chart(power, reader), course_chart(energy, reader)
