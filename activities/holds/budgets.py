"""A booking at a fleet's expense: on which cost center it goes, and does it fit into what may be spent in its month?

The row of the fleet's invoice account is locked already (`booked_on`): of bookings that race for the
last of a budget each counts those before it.
"""

from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from contracts.holds import PlaceHold
from db.notifications import record_notice
from db.queries.money.billing import note_cost_center
from db.queries.money.budgets import BookedOn, uses_of
from db.tables import Site
from domain.facts.money_notices import BudgetOfFleetReached, BudgetReached
from domain.facts.notices import NoticeFact
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
    fleet_id = terms.payer.account
    if known.usual and not known.noted:
        await note_cost_center(session, ask.code, known.usual, ask.now)
    if not known.has_budgets:
        return
    local = ask.slot.start.astimezone(ZoneInfo(site.zone))
    month, expected = Month(local.year, local.month), expected_session(terms, ask.slot)
    centers = {WHOLE_FLEET, known.noted or known.usual}
    uses = [
        use
        for use in await uses_of(session, fleet_id, month, but=ask.code)
        if use.cost_center in centers and use.limit.currency == expected.currency
    ]
    check_budgets(uses, expected)
    for use in uses:
        await _tell(session, ask, fleet_id, month, use.with_promise(expected), site.zone)


async def _tell(
    session: AsyncSession,
    ask: PlaceHold,
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
