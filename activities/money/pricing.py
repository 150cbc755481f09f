"""Loads what a settlement is priced from: the charging sessions and how busy it is. A step's bill is decided once.

It is kept before any money moves, so that a retry charges the same although the site has become busier meanwhile. A
further step prices the whole story again (what was waived, what a charger told of late); how busy it was is asked for
the first only, so that a site which fills up makes nothing dearer.
"""

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from activities.money.settlement_records import Decided, bill_of, keep_bill
from contracts.money import SettleReservation
from db.queries.place.connectors import connectors_at
from db.tables import Bay, Charger, ChargingSession, Connector, Hold, Pool
from domain.money.bill import Bill
from domain.money.lines import ConnectorName
from domain.settlement.metering import MeteredTransaction, charging_legs
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
    legs = charging_legs(await _transactions(session, ask.code), ask.terms.policy.meter_slack_wh)
    around = standing.around if standing else await _surroundings(session, ask)
    bill = settle(ask.progress, ask.terms, legs, around)
    await keep_bill(session, ask, bill, around)
    return bill


async def _transactions(session: AsyncSession, code: str) -> list[MeteredTransaction]:
    """The reservation's, oldest first."""
    rows = await session.execute(
        select(ChargingSession, Bay.label, Charger.id, Connector.number, Pool.power_w)
        .join(Connector, Connector.id == ChargingSession.connector_id)
        .join(Pool, Pool.id == Connector.pool_id)
        .join(Charger, Charger.id == Connector.charger_id)
        .outerjoin(Bay, Bay.id == Connector.bay_id)
        .where(ChargingSession.reservation_code == code)
        .order_by(ChargingSession.started_at, ChargingSession.id)
    )
    return [
        MeteredTransaction(
            connector=ConnectorName(charger_id=charger, number=number, bay=bay),
            power_w=power_w,
            authorised=row.authorised,
            started_at=row.started_at,
            ended_at=row.ended_at,
            meter_start_wh=row.meter_start_wh,
            meter_last_wh=row.meter_last_wh,
            meter_at=row.meter_at,
        )
        for row, bay, charger, number, power_w in rows
    ]


async def _surroundings(session: AsyncSession, ask: SettleReservation) -> Surroundings:
    assignment, slot_end = ask.progress.assignment, ask.progress.slot.end
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
