"""How a site was used lately, as its operators' page shows it: a chart for each figure, and the days as rows."""

from collections.abc import Callable, Sequence
from typing import Any

from db.queries.reports.site_use import DayOfUse
from texts.charts.bars import Column, column_chart
from texts.charts.shapes import Chart
from texts.reader import Reader

_HOUR_S = 3600


def use_charts(days: Sequence[DayOfUse], reader: Reader) -> Sequence[Chart]:
    """Empty: nothing was booked or charged."""
    if not any(one.booked_s or one.visits for one in days):
        return ()
    return (
        _chart(
            "booked", reader.page("operations.use.booked"), days, lambda one: one.booked_s / _HOUR_S, reader
        ),
        _chart(
            "charged",
            reader.page("operations.use.charged"),
            days,
            lambda one: one.charged_s / _HOUR_S,
            reader,
        ),
        _chart(
            "energy", reader.page("operations.use.energy"), days, lambda one: one.energy_wh / 1000, reader
        ),
    )


def use_rows(days: Sequence[DayOfUse], reader: Reader) -> list[dict[str, Any]]:
    """The latest first."""
    return [
        {
            "day": reader.dated(one.day),
            "booked": reader.decimal(one.booked_s / _HOUR_S, 1),
            "charged": reader.decimal(one.charged_s / _HOUR_S, 1),
            "visits": one.visits,
            "kwh": reader.decimal(one.energy_wh / 1000, 1),
        }
        for one in reversed(days)
    ]


def _chart(
    name: str, title: str, days: Sequence[DayOfUse], figure: Callable[[DayOfUse], float], reader: Reader
) -> Chart:
    columns = [
        Column(
            label=str(one.day.day),
            main=figure(one),
            said=f"{reader.dated(one.day)}: {reader.decimal(figure(one), 1)}",
        )
        for one in days
    ]
    total = reader.decimal(sum(map(figure, days)), 1)
    about = reader.page("operations.use.about", total=total, days=str(len(days)))
    return column_chart(name, title, about, columns, reader)
