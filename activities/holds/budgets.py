"""A booking at a fleet's expense, or another slot for one: on which cost center it goes, and does it fit into what may
be spent in its month?

The row of the fleet's invoice account is locked already (`booked_on`, `lock_accounts`): of bookings that race for the
last of a budget each counts those before it.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from contracts.holds import MoveHold, PlaceHold
from db.notifications import record_notice
from db.queries.money.billing import note_cost_center
from db.queries.money.budgets import BookedOn, uses_of
from db.tables import BillingNote, Hold, Site
from domain.facts.money_notices import BudgetOfFleetReached, BudgetReached
from domain.facts.notices import NoticeFact
from domain.money.amount import Money
from domain.money.bookkeeping import Month
from domain.settlement.agreed import expected_session
from domain.terms.accepted import Terms
from domain.terms.budgets import WHOLE_FLEET, BudgetUse, check_budgets, reached
from domain.terms.payer import PayerKind


async def charge(
    session: AsyncSession, ask: PlaceHold, terms: Terms, known: BookedOn | None, site: Site
) -> None:
    """Before its hold is written. What was named with it counts more than what is usual for its driver.

    The fleet is told that its budget is used up to there. Raises BudgetExceeded.
    """
    if known is None or terms.payer.kind is not PayerKind.INVOICE:
        return
    if known.usual and not known.noted:
        await note_cost_center(session, ask.code, known.usual, ask.now)
    if known.has_budgets:
        expected, center = expected_session(terms, ask.slot), known.noted or known.usual
        await _fit(session, ask, terms.payer.account, center, expected, site.zone)


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """What a hold is expected to come to, minor units, and when its slot begins."""

    start: datetime
    expected: int


def standing_charge(hold: Hold) -> Charge:
    """Before it takes another place."""
    return Charge(start=hold.slot_start, expected=hold.account_minor)


async def charge_moved(
    session: AsyncSession,
    hold: Hold,
    ask: MoveHold,
    terms: Terms | None,
    had: Charge,
    budgeted: Collection[str],
) -> None:
    """Of a slot that is asked for anew, once its hold has it; `had`: before. `budgeted`: fleets with budgets, whose
    accounts are locked.

    In the month that it was in, only what costs more than before has to fit. Raises BudgetExceeded.
    """
    fleet_id = hold.account_fleet
    if not ask.by_request or terms is None or fleet_id is None or fleet_id not in budgeted:
        return
    expected = expected_session(terms, ask.slot)
    months = {_month(start, terms.site_zone) for start in (had.start, ask.slot.start)}
    if len(months) == 1 and expected.minor <= had.expected:
        return
    noted = await session.get(BillingNote, ask.code)
    center = "" if noted is None else noted.cost_center
    await _fit(session, ask, fleet_id, center, expected, terms.site_zone)


async def _fit(
    session: AsyncSession,
    ask: PlaceHold | MoveHold,
    fleet_id: str,
    center: str,
    expected: Money,
    zone: str,
) -> None:
    """Raises BudgetExceeded."""
    month = _month(ask.slot.start, zone)
    uses = [
        use
        for use in await uses_of(session, fleet_id, month, but=ask.code)
        if use.cost_center in (WHOLE_FLEET, center) and use.limit.currency == expected.currency
    ]
    check_budgets(uses, expected)
    for use in uses:
        await _tell(session, ask, fleet_id, month, use.with_promise(expected), zone)


def _month(start: datetime, zone: str) -> Month:
    local = start.astimezone(ZoneInfo(zone))
    return Month(local.year, local.month)


async def _tell(
    session: AsyncSession,
    ask: PlaceHold | MoveHold,
    fleet_id: str,
    month: Month,
    use: BudgetUse,
    zone: str,
) -> None:
    """Once a budget, limit, month and figure: of another limit the same figure is news."""
    percent = reached(use)
    if percent is not None:
        await record_notice(
            session,
            _told(use, percent, month),
            key=f"budget:{fleet_id}:{use.cost_center}:{month}:{use.limit.minor}:{percent}",
            fleet_id=fleet_id,
            reservation_code=ask.code,
            at=ask.now,
            zone=zone,
        )


def _told(use: BudgetUse, percent: int, month: Month) -> NoticeFact:
    if use.cost_center == WHOLE_FLEET:
        return BudgetOfFleetReached(percent=percent, used=use.used, limit=use.limit, month=str(month))
    return BudgetReached(
        cost_center=use.cost_center, percent=percent, used=use.used, limit=use.limit, month=str(month)
    )
