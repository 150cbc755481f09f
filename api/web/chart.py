"""Energy over time as a line that is drawn on the server; its figures stand in a table beside it."""

from collections.abc import Sequence
from dataclasses import dataclass

from domain.settlement.so_far import Point

WIDTH, HEIGHT = 320, 120
_PAD = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """`line`, `area`: coordinates of a polyline and of what is below it, in a box of WIDTH × HEIGHT."""

    line: str
    area: str


def chart_of(points: Sequence[Point]) -> Chart | None:
    """None: fewer than two moments are no course."""
    if len(points) < 2 or points[-1].at <= points[0].at:
        return None
    span = (points[-1].at - points[0].at).total_seconds()
    most = max(points[-1].energy_wh, 1)
    placed = [
        (
            round(_PAD + (WIDTH - 2 * _PAD) * (one.at - points[0].at).total_seconds() / span, 1),
            round(HEIGHT - _PAD - (HEIGHT - 2 * _PAD) * one.energy_wh / most, 1),
        )
        for one in points
    ]
    line = " ".join(f"{x},{y}" for x, y in placed)
    floor = HEIGHT - _PAD
    return Chart(line=line, area=f"{placed[0][0]},{floor} {line} {placed[-1][0]},{floor}")
