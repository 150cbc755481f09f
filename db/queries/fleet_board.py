"""A fleet's reservations with what there is to be seen of each on a board: no documents are opened for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from db.queries.reservations import Position
from db.tables import Connector, ReservationRow, TroubleRow
from domain.reservation.lifecycle import State

_NEVER_THEIRS = (State.REQUESTED,)


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardRow:
    """`declined`: code of what refused it. `place_broken`: a trouble stands at its connector."""

    code: str
    driver_id: str
    site_id: str
    state: str
    slot_start: datetime
    slot_end: datetime
    looked_at: bool
    declined: str
    asked_to_move: bool
    place_broken: bool


def _place_broken() -> ColumnElement[bool]:
    """By what its charger says of the connector, or as a whole; what one type of plug says is not of all."""
    place = select(Connector.charger_id).where(Connector.id == ReservationRow.connector_id)
    charger = place.correlate(ReservationRow).scalar_subquery()
    whole = and_(TroubleRow.connector_id.is_(None), TroubleRow.charger_id == charger)
    there = or_(TroubleRow.connector_id == ReservationRow.connector_id, whole)
    return exists().where(TroubleRow.ended_at.is_(None), TroubleRow.plug == "", there)


_SEEN = select(
    ReservationRow.code,
    ReservationRow.driver_id,
    ReservationRow.site_id,
    ReservationRow.state,
    ReservationRow.slot_start,
    ReservationRow.slot_end,
    (ReservationRow.needs_attention != "").label("looked_at"),
    ReservationRow.snapshot["decline_code"].astext.label("declined"),
    (ReservationRow.snapshot["proposed"].astext.is_not(None)).label("asked_to_move"),
    and_(ReservationRow.closed_at.is_(None), _place_broken()).label("place_broken"),
)


async def board_of(
    session: AsyncSession, fleet_id: str, start: datetime, end: datetime, after: Position | None, limit: int
) -> Sequence[BoardRow]:
    """Up to `limit` + 1 whose slot begins in [start, end), the earliest first."""
    row = ReservationRow
    mine = _SEEN.where(row.fleet_id == fleet_id, row.slot_start >= start, row.slot_start < end)
    mine = mine.where(row.state.not_in(_NEVER_THEIRS))
    if after is not None:
        mine = mine.where(tuple_(row.slot_start, row.code) > (after.slot_start, after.code))
    found = await session.execute(mine.order_by(row.slot_start, row.code).limit(limit + 1))
    return [BoardRow(**{**one._mapping, "declined": one.declined or ""}) for one in found]
