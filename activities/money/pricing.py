"""Loads what a settlement is priced from: the charging sessions and how busy it is. A step's bill is decided once.

It is kept before any money moves, so that a retry charges the same although the site has become busier meanwhile. A
further step prices the whole story again (what was waived, what a charger told of late); how busy it was is asked for
the first only, so that a site which fills up makes nothing dearer.
"""

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from activities.money.adjustment_records import with_adjustments
from activities.money.metered_sessions import legs_of
from activities.money.settlement_records import Decided, bill_of, keep_bill
from contracts.money import SettleReservation
from db.queries.place.connectors import connectors_at
from db.tables import Hold
from domain.money.bill import Bill
from domain.settlement.evidence import evidence_of
from domain.settlement.pricing import is_asked_around, settle
from domain.settlement.surroundings import NOWHERE, Surroundings, surroundings_of


async def bill_once(session: AsyncSession, ask: SettleReservation, before: Decided) -> Bill:
    """The bill of this step: decided now, or as it was decided `before`. The caller commits.

    Raises ApplicationError `superseded` when a later step has been decided.
    """
    standing, decided = before.standing, await bill_of(session, before.of(ask.step))
    if standing is not None and standing.step != ask.step and (decided or ask.now < standing.priced_at):
        raise before.superseded(ask.step)
    if decided is not None:
        return decided
    legs = await legs_of(session, ask.code, ask.terms)
    around = standing.around if standing else await _surroundings(session, ask)
    priced = settle(ask.progress, ask.terms, legs, around)
    bill = await with_adjustments(session, ask.code, priced, ask.terms.tariff)
    await keep_bill(session, ask, bill, around, evidence_of(legs))
    return bill


async def _surroundings(session: AsyncSession, ask: SettleReservation) -> Surroundings:
    assignment, slot_end = ask.progress.assignment, ask.progress.stay_ends
    if assignment is None or not is_asked_around(ask.progress):
        return NOWHERE
    others = (Hold.reservation_code != ask.code, Hold.released_at.is_(None))
    held = await session.scalars(select(Hold.connector_id).where(*others, Hold.during.contains(ask.now)))
    on_it = Hold.connector_id == assignment.connector_id
    return surroundings_of(
        assignment.connector_id,
        await connectors_at(session, assignment.site_id),
        held=frozenset(held),
        slot_end=slot_end,
        next_start=await session.scalar(
            select(func.min(Hold.slot_start)).where(*others, on_it, Hold.slot_start >= slot_end)
        ),
    )
