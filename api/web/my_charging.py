"""A driver's charging as its page shows it: visits in words, and months as bars and rows."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from api.desk.charging_history import ChargedMonth
from db.queries.charging.history import Visit
from texts.amounts import major_of
from texts.charts.bars import Column, column_chart
from texts.charts.shapes import Chart
from texts.reader import Reader


def visit_shown(visit: Visit, reader: Reader) -> dict[str, Any]:
    """On the clock of its site."""
    there = replace(reader, zone=visit.zone)
    return {
        "reservation": visit.reservation,
        "span": there.span(visit.began_at, visit.ended_at or visit.began_at),
        "goes_on": visit.ended_at is None,
        "site": visit.site_name,
        "kwh": reader.decimal(visit.energy_wh / 1000, 2),
        "minutes": round(visit.seconds / 60),
        "cost": "" if visit.cost is None else reader.money(visit.cost),
        "receipt": visit.receipt,
    }


def month_charts(months: Sequence[ChargedMonth], reader: Reader) -> Sequence[Chart]:
    """Energy, and what it cost, a chart for each currency. Empty: there is no month."""
    if not months:
        return ()
    kwh = sum(one.energy_wh for one in months) / 1000
    energy = column_chart(
        "energy",
        reader.page("history.energy"),
        reader.page("history.energy.about", kwh=reader.decimal(kwh, 1), count=str(len(months))),
        [_column(one, one.energy_wh / 1000, _kwh(one, reader), reader) for one in months],
        reader,
    )
    currencies = sorted({cost.currency for one in months for cost in one.costs})
    return (energy, *(_costs(months, currency, reader) for currency in currencies))


def month_rows(months: Sequence[ChargedMonth], reader: Reader) -> list[dict[str, Any]]:
    """Those in which something was charged, the latest first."""
    return [
        {
            "month": reader.month(one.month),
            "visits": one.visits,
            "kwh": reader.decimal(one.energy_wh / 1000, 2),
            "costs": ", ".join(map(reader.money, one.costs)),
        }
        for one in reversed(months)
        if one.visits
    ]


def _costs(months: Sequence[ChargedMonth], currency: str, reader: Reader) -> Chart:
    by_month = [[cost for cost in one.costs if cost.currency == currency] for one in months]
    columns = [
        _column(one, sum(map(major_of, costs)), ", ".join(map(reader.money, costs)), reader)
        for one, costs in zip(months, by_month, strict=True)
    ]
    title = reader.page("history.costs", currency=currency)
    about = reader.page("history.costs.about", count=str(len(months)))
    return column_chart(f"costs-{currency}", title, about, columns, reader)


def _column(month: ChargedMonth, figure: float, said: str, reader: Reader) -> Column:
    named = reader.month(month.month)
    return Column(label=named.partition(" ")[0], main=figure, said=f"{named}: {said}")


def _kwh(month: ChargedMonth, reader: Reader) -> str:
    return f"{reader.decimal(month.energy_wh / 1000, 2)} kWh"
