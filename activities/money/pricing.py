"""Loads what a settlement is priced from: the charging sessions and how busy it is; decides the bill that should stand.

It is kept before any money moves. Asked again, the bill stands unless what it rests on has changed (a fee was waived,
a charger has told of more energy): then a further step is decided. How busy it was is asked only once, so that a
site which fills up meanwhile makes nothing dearer.
"""

from dataclasses import replace

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from activities.money.ledger import lock_ledger
from activities.money.settlement_records import Decided, decisions_of, keep_bill
from contracts.money import SettleReservation
from db.queries.place.connectors import connectors_at
from db.tables import Bay, Charger, ChargingSession, Connector, Hold, Pool
from domain.money.lines import ConnectorName
from domain.settlement.metering import MeteredTransaction, charging_legs
from domain.settlement.pricing import settle
from domain.settlement.surroundings import NOWHERE, Surroundings, surroundings_of


async def bill_to_stand(session: AsyncSession, ask: SettleReservation) -> Decided:
    """Decided now, or before and still right. The caller commits."""
    await lock_ledger(session, ask.code)
    earlier = await decisions_of(session, ask.code)
    legs = charging_legs(await _transactions(session, ask.code), ask.terms.policy.meter_slack_wh)
    around = earlier[0].around if earlier else await _surroundings(session, ask)
    decided = Decided(
        step=earlier[-1].step if earlier else ask.step,
        outcome=ask.progress.state.value,
        bill=settle(ask.progress, ask.terms, legs, around),
        around=around,
    )
    if earlier and decided == earlier[-1]:
        return decided
    if earlier:
        decided = replace(decided, step=f"{ask.step}-{len(earlier) + 1}")
    await keep_bill(session, ask, decided)
    return decided


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
    if assignment is None:
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
