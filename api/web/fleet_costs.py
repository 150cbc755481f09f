"""A fleet's month as its page shows it: by cost center, with bars, and as a table for spreadsheets."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from db.queries.money.budgets import CenterSum, Charge
from db.tables import CostCenter, Site
from domain.money.amount import Money, zero
from domain.money.bookkeeping import Month
from domain.terms.budgets import WHOLE_FLEET, BudgetUse
from texts.tables import as_text, table

COLUMNS = (
    "reservation", "driver", "site", "begins", "ends", "cost_center", "currency", "spent", "promised",
)  # fmt: skip
_WIDTH = 1000
"""Units of a chart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CenterLine:
    """Of one cost center; `code` empty: of none. `use` None: it has no budget. `spent_width`, `promised_width`,
    `limit_at`: units of the chart, of `_WIDTH` in all.
    """

    code: str
    name: str
    count: int
    spent: Money
    promised: Money
    use: BudgetUse | None
    spent_width: int
    promised_width: int
    limit_at: int | None


def month_said(said: str | None, today: date) -> Month:
    """This one, unless another is named."""
    try:
        return Month.read(said or "")
    except ValueError:
        return Month(today.year, today.month)


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
    ends = [one.spent.minor + one.promised.minor for one in found.values()]
    most = max([1, *ends, *(use.limit.minor for use in budgets.values())])
    return [
        CenterLine(
            code=code,
            name=names.get(code, ""),
            count=one.count,
            spent=one.spent,
            promised=one.promised,
            use=budgets.get(code),
            spent_width=_width(one.spent.minor, most),
            promised_width=_width(one.promised.minor, most),
            limit_at=None if code not in budgets else _width(budgets[code].limit.minor, most),
        )
        for code, one in sorted(found.items())
    ]


def charges_csv(charges: Sequence[Charge], sites: dict[str, Site]) -> str:
    """One row a reservation; times on the site's clock, amounts with a point."""
    return table(COLUMNS, (_row(one, sites[one.site_id]) for one in charges))


def _row(one: Charge, site: Site) -> tuple[str, ...]:
    zone = ZoneInfo(site.zone)
    starts, ends = (at.astimezone(zone).isoformat() for at in (one.start, one.end))
    texts = (one.code, one.driver_id, site.name, starts, ends, one.cost_center, one.spent.currency)
    return (*map(as_text, texts), *(str(money).split(" ", 1)[0] for money in (one.spent, one.promised)))


def _width(minor: int, most: int) -> int:
    return max(0, minor) * _WIDTH // most
