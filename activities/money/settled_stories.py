"""Reservations of the past as they were settled, for whoever prices them again. Reads only, some at a time."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, true, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from activities.money.settlement_records import ask_of, evidence_kept
from contracts.money import SettleReservation
from db.tables import (
    Bay,
    Charger,
    ChargingSession,
    Connector,
    GroupMember,
    Hold,
    Pool,
    ReservationRow,
    Settlement,
)
from domain.money.lines import ConnectorName
from domain.place.slots import Slot
from domain.settlement.metering import ChargingLeg
from domain.settlement.price_simulation import HeldThen
from domain.settlement.surroundings import Surroundings

_newest = (
    select(Settlement)
    .where(Settlement.reservation_code == ReservationRow.code)
    .order_by(Settlement.id.desc())
    .limit(1)
    .lateral()
)
_settled = aliased(Settlement, _newest)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """`ask`: progress and terms. `held`: its first hold, in `pool_id`."""

    code: str
    start: datetime
    driver_id: str
    ask: SettleReservation | None
    legs: tuple[ChargingLeg, ...]
    around: Surroundings
    held: HeldThen | None
    pool_id: str


async def settled_between(
    session: AsyncSession,
    site_id: str,
    since: datetime,
    until: datetime,
    before: tuple[datetime, str] | None,
    limit: int,
) -> list[Settled]:
    """The latest of them, by slot; `before`: start and code of the last that is known already."""
    row = ReservationRow
    asked = select(row.code, row.slot_start, row.driver_id, _settled).join(_settled, true())
    asked = asked.where(row.site_id == site_id, row.slot_start >= since, row.slot_start < until)
    if before is not None:
        asked = asked.where(tuple_(row.slot_start, row.code) < before)
    page = asked.order_by(row.slot_start.desc(), row.code.desc()).limit(limit)
    rows = (await session.execute(page)).all()
    codes = [code for code, *_ in rows]
    legs, holds = await _legs(session, codes), await _first_holds(session, codes)
    return [
        Settled(
            code=code,
            start=start,
            driver_id=driver_id,
            ask=ask_of(settlement),
            legs=tuple(_billed(legs[code], settlement)),
            around=Surroundings(
                somebody_waits=settlement.somebody_waits, occupancy_percent=settlement.occupancy_percent
            ),
            held=_then(holds[code]) if code in holds else None,
            pool_id=holds[code].pool_id if code in holds else "",
        )
        for code, start, driver_id, settlement in rows
    ]


async def holds_beside(
    session: AsyncSession, pool_ids: Collection[str], span: Slot
) -> dict[str, list[tuple[str, HeldThen]]]:
    """By pool: each hold that reached into `span`, also what was given back, with its reservation."""
    there = (Hold.pool_id.in_(pool_ids), Hold.during.overlaps(func.tstzrange(span.start, span.end)))
    found: dict[str, list[tuple[str, HeldThen]]] = defaultdict(list)
    for hold in await session.scalars(select(Hold).where(*there)):
        found[hold.pool_id].append((hold.reservation_code, _then(hold)))
    return found


async def places_of(session: AsyncSession, site_id: str) -> dict[str, int]:
    """By pool: how many may be promised at once, as it is installed today."""
    berths = func.count(func.distinct(Connector.berth_id))
    rows = await session.execute(
        select(Pool.id, berths - Pool.walk_in_connectors)
        .join(Connector, Connector.pool_id == Pool.id)
        .where(Pool.site_id == site_id)
        .group_by(Pool.id, Pool.walk_in_connectors)
    )
    return {pool_id: max(0, places) for pool_id, places in rows}


async def members_of(
    session: AsyncSession, driver_ids: Collection[str]
) -> Mapping[str, Sequence[GroupMember]]:
    """By driver: the groups that they are or were in."""
    found: dict[str, list[GroupMember]] = defaultdict(list)
    for member in await session.scalars(select(GroupMember).where(GroupMember.driver_id.in_(driver_ids))):
        found[member.driver_id].append(member)
    return found


async def _legs(session: AsyncSession, codes: Collection[str]) -> dict[str, list[ChargingLeg]]:
    """Without their energy, which the settlement says."""
    rows = await session.execute(
        select(ReservationRow.code, ChargingSession, Charger.id, Connector.number, Bay.label)
        .join(ChargingSession, ChargingSession.reservation_code == ReservationRow.code)
        .join(Connector, Connector.id == ChargingSession.connector_id)
        .join(Charger, Charger.id == Connector.charger_id)
        .outerjoin(Bay, Bay.id == Connector.bay_id)
        .where(ReservationRow.code.in_(codes), ChargingSession.authorised)
        .order_by(ChargingSession.started_at, ChargingSession.id)
    )
    found: dict[str, list[ChargingLeg]] = defaultdict(list)
    for code, one, charger_id, number, bay in rows:
        leg = ChargingLeg(
            connector=ConnectorName(charger_id=charger_id, number=number, bay=bay),
            energy_wh=0,
            started_at=one.started_at,
            ended_at=max(one.started_at, one.ended_at or one.meter_at),
            transaction_id=one.transaction_id,
        )
        found[code].append(leg)
    return found


def _billed(legs: Sequence[ChargingLeg], settlement: Settlement) -> list[ChargingLeg]:
    """As the settlement billed them."""
    energy = {
        (one.charger_id, one.connector_number, one.transaction_id): one.billed_wh
        for one in evidence_kept(settlement)
    }
    found = []
    for leg in legs:
        key = (leg.connector.charger_id, leg.connector.number, leg.transaction_id)
        if key in energy:
            found.append(replace(leg, energy_wh=energy[key]))
    return found


async def _first_holds(session: AsyncSession, codes: Collection[str]) -> dict[str, Hold]:
    first = select(Hold).where(Hold.reservation_code.in_(codes)).order_by(Hold.id.desc())
    return {hold.reservation_code: hold for hold in await session.scalars(first)}


def _then(hold: Any) -> HeldThen:
    return HeldThen(
        window=Slot(hold.during.lower, hold.during.upper), placed_at=hold.placed_at, until=hold.released_at
    )
