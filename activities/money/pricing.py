"""What a settlement is priced from: the charging sessions and how busy it is. The price is decided once.

The decision is kept in the audit trail under the step's key before any money moves, so that a retry charges
the same amount even though the site has become busier meanwhile.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import TypeAdapter
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from contracts.money import SettleReservation, Surroundings
from db.tables import AuditEntry, Bay, Charger, ChargingSession, Connector, Hold, Pool
from domain.charging.connector import IN_USE
from domain.money.lines import LineItem
from domain.reservation.assignment import Assignment
from domain.settlement.pricing import ChargingLeg, plausible_energy_wh, settle

WAITING_WITHIN = timedelta(hours=1)
"""Somebody waits for the connector when their slot on it starts this soon after ours ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """Line items and their sums in minor units of the policy's currency, and what they derive from."""

    lines: tuple[LineItem, ...]
    charge_minor: int
    credit_minor: int
    energy_wh: int
    surroundings: Surroundings


_PRICE = TypeAdapter(Price)


async def price_once(session: AsyncSession, ask: SettleReservation) -> Price:
    """The price of this step: decided now, or as it was decided before. The caller commits."""
    key = f"{ask.code}:{ask.step}:priced"
    decided = await _decided(session, key)
    if decided is not None:
        return decided
    legs = await charging_legs(session, ask.code, ask.terms.policy.meter_slack_wh)
    surroundings = await surroundings_of(session, ask)
    settlement = settle(
        ask.progress,
        ask.terms,
        legs,
        somebody_waits=surroundings.somebody_waits,
        occupancy_percent=surroundings.occupancy_percent,
    )
    price = Price(
        lines=settlement.lines,
        charge_minor=settlement.charge.minor,
        credit_minor=settlement.credit.minor,
        energy_wh=sum(leg.energy_wh for leg in legs),
        surroundings=surroundings,
    )
    await session.execute(
        insert(AuditEntry)
        .values(
            key=key,
            at=ask.now,
            actor="system",
            action="settlement_priced",
            subject=ask.code,
            detail=_PRICE.dump_python(price, mode="json"),
        )
        .on_conflict_do_nothing(index_elements=["key"])
    )
    return await _decided(session, key) or price


async def charging_legs(session: AsyncSession, code: str, slack_wh: int) -> tuple[ChargingLeg, ...]:
    """The reservation's authorised transactions, oldest first; an open one counts up to its last reading."""
    rows = await session.execute(
        select(ChargingSession, Bay.label, Charger.id, Connector.number, Pool.power_w)
        .join(Connector, Connector.id == ChargingSession.connector_id)
        .join(Pool, Pool.id == Connector.pool_id)
        .join(Charger, Charger.id == Connector.charger_id)
        .outerjoin(Bay, Bay.id == Connector.bay_id)
        .where(ChargingSession.reservation_code == code, ChargingSession.authorised)
        .order_by(ChargingSession.started_at, ChargingSession.id)
    )
    return tuple(
        _leg(leg, label or f"{charger} connector {number}", power_w, slack_wh)
        for leg, label, charger, number, power_w in rows
    )


def _leg(session: ChargingSession, label: str, power_w: int, slack_wh: int) -> ChargingLeg:
    ended_at = max(session.started_at, session.ended_at or session.meter_at)
    told = max(0, session.meter_last_wh - session.meter_start_wh)
    energy = plausible_energy_wh(told, power_w, ended_at - session.started_at, slack_wh)
    return ChargingLeg(
        connector_label=label,
        energy_wh=energy,
        started_at=session.started_at,
        ended_at=ended_at,
        capped=energy < told,
    )


async def surroundings_of(session: AsyncSession, ask: SettleReservation) -> Surroundings:
    """Does somebody wait for this connector, and how full is the site? Nobody, where none was assigned."""
    assignment = ask.progress.assignment
    if assignment is None:
        return Surroundings(somebody_waits=False, occupancy_percent=0)
    busy = await _busy_connectors(session, assignment.site_id, ask.code, ask.now)
    rows = await session.execute(
        select(Connector.id, Connector.pool_id)
        .join(Charger, Charger.id == Connector.charger_id)
        .where(Charger.site_id == assignment.site_id)
    )
    pools: dict[int, str] = {row.id: row.pool_id for row in rows}
    own_pool = pools.get(assignment.connector_id)
    others = {c for c, pool in pools.items() if pool == own_pool and c != assignment.connector_id}
    next_guest = await _next_guest(session, assignment, ask.code, ask.progress.slot.end)
    return Surroundings(
        somebody_waits=next_guest or (bool(others) and others <= busy),
        occupancy_percent=round(100 * len(busy) / len(pools)) if pools else 0,
    )


async def _busy_connectors(session: AsyncSession, site_id: str, code: str, now: datetime) -> set[int]:
    """Connectors of the site in use, or held for somebody at `now`."""
    held = select(Hold.connector_id).where(
        Hold.released_at.is_(None), Hold.during.contains(now), Hold.reservation_code != code
    )
    charging = select(ChargingSession.connector_id).where(ChargingSession.ended_at.is_(None))
    rows = await session.scalars(
        select(Connector.id)
        .join(Charger, Charger.id == Connector.charger_id)
        .where(
            Charger.site_id == site_id,
            Connector.id.in_(held)
            | Connector.id.in_(charging)
            | Connector.status.in_([status.value for status in IN_USE]),
        )
    )
    return set(rows)


async def _next_guest(session: AsyncSession, assignment: Assignment, code: str, slot_end: datetime) -> bool:
    count = await session.scalar(
        select(func.count())
        .select_from(Hold)
        .where(
            Hold.connector_id == assignment.connector_id,
            Hold.reservation_code != code,
            Hold.released_at.is_(None),
            Hold.slot_start >= slot_end,
            Hold.slot_start <= slot_end + WAITING_WITHIN,
        )
    )
    return bool(count)


async def _decided(session: AsyncSession, key: str) -> Price | None:
    detail = await session.scalar(select(AuditEntry.detail).where(AuditEntry.key == key))
    return None if detail is None else _PRICE.validate_python(detail)
