"""Reservations that are closed and not settled, and their sessions. For whoever settles them after all."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute, aliased

from db.tables import AuditEntry, Charger, ChargingSession, ReservationRow, Settlement
from domain.facts.audit import OrphanSettled
from domain.facts.fact import code_of


class RunningSession(NamedTuple):
    """A session that has not ended. `gateway_instance`: whom its charger is connected to; None: to nobody."""

    charger_id: str
    transaction_id: str
    gateway_instance: str | None
    epoch: int


_DELIVERED = ChargingSession.meter_last_wh > ChargingSession.meter_start_wh
_RUNS = ChargingSession.ended_at.is_(None) & ChargingSession.contradicted_at.is_(None)
"""Who is believed to charge: one whose stop was lost, and whom something newer contradicts, is waited for by nobody."""

_BY_WORKFLOW = "settle"
"""Begins the names of its steps (contracts.money.PaymentStep)."""


def _never_posted() -> ColumnElement[bool]:
    """A bill that was decided is no settlement yet."""
    return ~exists().where(
        Settlement.reservation_code == ReservationRow.code, Settlement.posted_at.is_not(None)
    )


def unposted(code: str) -> ColumnElement[bool]:
    """Is the newest step of `code` decided, and not posted?"""
    return exists().where(*_newest_unposted(code))


def _begun(code: InstrumentedAttribute[str]) -> ColumnElement[bool]:
    """The same of a step that the workflow asked for; others are gone on with by who began them."""
    return exists().where(*_newest_unposted(code), Settlement.step.startswith(_BY_WORKFLOW))


def _newest_unposted(code: InstrumentedAttribute[str] | str) -> tuple[ColumnElement[bool], ...]:
    later = aliased(Settlement)
    newer = exists().where(later.reservation_code == Settlement.reservation_code, later.id > Settlement.id)
    return Settlement.reservation_code == code, Settlement.posted_at.is_(None), ~newer


async def never_settled(
    session: AsyncSession, since: datetime, until: datetime, at_most: int
) -> Sequence[str]:
    """Those that were closed within that time, and had energy and no settlement, or one that was begun only."""
    delivered = exists().where(
        ChargingSession.reservation_code == ReservationRow.code, ChargingSession.authorised, _DELIVERED
    )
    found = await session.scalars(
        select(ReservationRow.code)
        .where(ReservationRow.closed_at.between(since, until))
        .where(or_(and_(delivered, _never_posted()), _begun(ReservationRow.code)))
        .order_by(ReservationRow.closed_at)
        .limit(at_most)
    )
    return found.all()


async def lately_charging(
    session: AsyncSession, *, since: datetime, before: datetime, at_most: int
) -> list[str]:
    """The same of sessions that run, or delivered something and ended since then, closed `before`."""
    found = await session.scalars(
        select(ChargingSession.reservation_code)
        .join(ReservationRow, ReservationRow.code == ChargingSession.reservation_code)
        .where(ChargingSession.authorised, or_(_RUNS, and_(_DELIVERED, ChargingSession.ended_at >= since)))
        .where(ReservationRow.closed_at < before, _never_posted())
        .order_by(ChargingSession.id)
        .limit(at_most)
    )
    return list(dict.fromkeys(code for code in found if code is not None))


async def charged_something(session: AsyncSession, code: str) -> bool:
    of_it = exists().where(ChargingSession.reservation_code == code, ChargingSession.authorised)
    return bool(await session.scalar(select(of_it.where(or_(_RUNS, _DELIVERED)))))


async def running_sessions(session: AsyncSession, code: str) -> list[RunningSession]:
    """Those that the driver was let begin; others are stopped by the gateway."""
    rows = await session.execute(
        select(
            ChargingSession.charger_id,
            ChargingSession.transaction_id,
            Charger.gateway_instance,
            Charger.epoch,
        )
        .join(Charger, Charger.id == ChargingSession.charger_id)
        .where(ChargingSession.reservation_code == code, ChargingSession.authorised, _RUNS)
    )
    return [RunningSession(*row) for row in rows]


async def settled_in_place(
    session: AsyncSession, closed_since: datetime, since: datetime, at_most: int
) -> list[str]:
    """Codes of those that had charged, and were settled since then in place of a workflow that was gone."""
    told = (
        select(AuditEntry.subject, AuditEntry.detail)
        .join(ReservationRow, ReservationRow.code == AuditEntry.subject)
        .where(ReservationRow.closed_at >= closed_since)
        .where(AuditEntry.code == code_of(OrphanSettled), AuditEntry.at >= since)
    )
    rows = await session.execute(told.order_by(AuditEntry.id).limit(at_most))
    return [subject for subject, detail in rows if detail["energy_wh"] > 0]
