"""A fleet's month as its page shows it: by cost center, with bars, and as a table for spreadsheets."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from db.queries.money.budgets import CenterSum, Charge, MonthTotal
from db.tables import CostCenter, Site
from domain.money.amount import Money, zero
from domain.money.bookkeeping import Month
from domain.terms.budgets import WHOLE_FLEET, BudgetUse
from texts.amounts import major_of
from texts.charts.bars import Column, Row, column_chart, row_chart
from texts.charts.shapes import Chart
from texts.reader import Reader
from texts.tables import as_text, table

COLUMNS = (
    "reservation", "driver", "site", "begins", "ends", "cost_center", "currency", "spent", "promised",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class CenterLine:
    """Of one cost center; `code` empty: of none. `use` None: it has no budget."""

    code: str
    name: str
    count: int
    spent: Money
    promised: Money
    use: BudgetUse | None


def month_said(said: str | None, this: Month) -> Month:
    """`this` one, unless another is named."""
    try:
        return Month.read(said or "")
    except ValueError:
        return this


def beside(month: Month) -> tuple[Month, Month]:
    """The one before, and the one after."""
    before, after = month.first - timedelta(days=1), month.last + timedelta(days=1)
    return Month(before.year, before.month), Month(after.year, after.month)


def by_center(
    sums: Sequence[CenterSum], centers: Iterable[CostCenter], uses: Sequence[BudgetUse]
) -> list[CenterLine]:
    """In the order of their codes: those with a charge or a budget, or that go on. Empty: there is neither."""
    currency = next(
        (money.currency for money in (*(one.spent for one in sums), *(use.limit for use in uses))), None
    )
    if currency is None:
        return []
    nothing = zero(currency)
    rows = [*centers]
    names = {row.code: row.name for row in rows}
    budgets = {use.cost_center: use for use in uses if use.cost_center != WHOLE_FLEET}
    going_on = {row.code for row in rows if row.ended_at is None}
    found = {
        code: CenterSum(cost_center=code, count=0, spent=nothing, promised=nothing)
        for code in going_on | budgets.keys()
    }
    found.update({one.cost_center: one for one in sums})
    return [
        CenterLine(
            code=code,
            name=names.get(code, ""),
            count=one.count,
            spent=one.spent,
            promised=one.promised,
            use=budgets.get(code),
        )
        for code, one in sorted(found.items())
    ]


def center_chart(lines: Sequence[CenterLine], reader: Reader) -> Chart | None:
    """What is spent and booked of each, against its budget. None: there is no line."""
    if not lines:
        return None
    rows = [
        Row(
            label=" · ".join(
                (line.code or reader.page("fleet.costs.no_center"), *filter(None, (line.name,)))
            ),
            main=major_of(line.spent),
            soft=major_of(line.promised),
            limit=None if line.use is None else major_of(line.use.limit),
            said=f"{reader.money(line.spent)} + {reader.money(line.promised)}",
        )
        for line in lines
    ]
    title = reader.page("fleet.costs.chart", currency=lines[0].spent.currency)
    return row_chart("centers", title, reader.page("fleet.costs.legend"), rows, reader)


def months_chart(months: Sequence[MonthTotal], reader: Reader) -> Chart | None:
    """What each came to. None: nothing goes on an account, or nothing went on it so far."""
    if not any(one.count for one in months):
        return None
    columns = [
        Column(
            label=reader.month(one.month).partition(" ")[0],
            main=major_of(one.spent),
            soft=major_of(one.promised),
            said=f"{reader.month(one.month)}: {reader.money(one.spent)} + {reader.money(one.promised)}",
        )
        for one in months
    ]
    title = reader.page("fleet.costs.months", currency=months[0].spent.currency)
    about = reader.page("fleet.costs.months_about", count=str(len(months)))
    return column_chart("months", title, about, columns, reader)


def charges_csv(charges: Sequence[Charge], sites: dict[str, Site]) -> str:
    """One row a reservation; times on the site's clock, amounts with a point."""
    return table(COLUMNS, (_row(one, sites[one.site_id]) for one in charges))


def _row(one: Charge, site: Site) -> tuple[str, ...]:
    zone = ZoneInfo(site.zone)
    starts, ends = (at.astimezone(zone).isoformat() for at in (one.start, one.end))
    texts = (one.code, one.driver_id, site.name, starts, ends, one.cost_center, one.spent.currency)
    return (*map(as_text, texts), *(str(money).split(" ", 1)[0] for money in (one.spent, one.promised)))
