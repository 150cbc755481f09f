"""Loads charging sessions, a reservation's or one alone, with the readings that their energy is billed from."""

from collections import defaultdict
from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession

from db.tables import Bay, Charger, ChargingSession, Connector, MeterReading, Pool
from domain.charging.readings import Context, Reading, Told
from domain.money.lines import ConnectorName
from domain.settlement.metering import ChargingLeg, MeteredTransaction, charging_legs
from domain.terms.accepted import Terms


async def legs_of(session: AsyncSession, code: str, terms: Terms) -> tuple[ChargingLeg, ...]:
    """The driver's legs, oldest first."""
    return charging_legs(await transactions_of(session, code), terms.policy.meter_slack_wh)


async def transactions_of(session: AsyncSession, code: str) -> list[MeteredTransaction]:
    """All that ran for the reservation, oldest first."""
    return await _transactions(session, ChargingSession.reservation_code == code)


async def transaction_of(session: AsyncSession, session_id: int) -> MeteredTransaction:
    """One session, whosever it is; it exists."""
    (found,) = await _transactions(session, ChargingSession.id == session_id)
    return found


async def _transactions(session: AsyncSession, which: ColumnElement[bool]) -> list[MeteredTransaction]:
    found = await session.execute(
        select(ChargingSession, Bay.label, Charger.id, Connector.number, Pool.power_w)
        .join(Connector, Connector.id == ChargingSession.connector_id)
        .join(Pool, Pool.id == Connector.pool_id)
        .join(Charger, Charger.id == Connector.charger_id)
        .outerjoin(Bay, Bay.id == Connector.bay_id)
        .where(which)
        .order_by(ChargingSession.started_at, ChargingSession.id)
    )
    rows = found.all()
    readings = await _readings(session, [row.id for row, *_ in rows])
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
            transaction_id=row.transaction_id,
            readings=tuple(readings[row.id]),
        )
        for row, bay, charger, number, power_w in rows
    ]


async def _readings(session: AsyncSession, session_ids: Collection[int]) -> dict[int, list[Reading]]:
    found: dict[int, list[Reading]] = defaultdict(list)
    if session_ids:
        told = select(MeterReading).where(MeterReading.session_id.in_(session_ids)).order_by(MeterReading.id)
        for row in await session.scalars(told):
            found[row.session_id].append(_reading(row))
    return found


def _reading(row: Any) -> Reading:
    return Reading(
        at=row.at,
        wh=row.wh,
        context=Context(row.context),
        told=Told(row.told),
        location=row.location,
        unit=row.unit,
        is_interval=row.is_interval,
    )
