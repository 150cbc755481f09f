"""Operators are told of each dispute whose bank has no answer when its time runs out: in the log, on it, on the record.

Also where one was decided and the provider has not taken it: it was away, or refused our key.

A loop of the worker.
"""

import asyncio
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncEngine

from activities.money.ledger import lock_ledger
from activities.rounds import repeat
from db.audit import record_audited
from db.engine import Sessions, create_sessions
from db.tables import Dispute
from domain.facts.audit_money import DisputeUnanswered
from domain.money.dispute_evidence import Decision, EvidenceState
from domain.money.movements import CaseState

log = structlog.get_logger(__name__)

NEAR = timedelta(hours=48)
_ON_ITS_WAY = timedelta(minutes=10)
"""So long what was decided is not missed."""
_SWEEP = timedelta(minutes=5)


async def remind_of_disputes(engine: AsyncEngine, stop: asyncio.Event) -> None:
    """Until `stop` is set."""
    sessions = create_sessions(engine)

    async def go_round() -> None:
        await remind(sessions, datetime.now(UTC))

    await repeat("dispute_reminders", go_round, _SWEEP, stop)


async def remind(sessions: Sessions, now: datetime) -> list[str]:
    """The disputes that operators are told of now, each once, and once more after it was decided or that refused."""
    async with sessions() as session:
        found = (await session.scalars(_unanswered(now))).all()
    return [row.dispute_id for row in found if await _told(sessions, row.dispute_id, now)]


async def _told(sessions: Sessions, dispute_id: str, now: datetime) -> bool:
    """False: somebody was faster, or has answered."""
    async with sessions.begin() as session:
        await lock_ledger(session, dispute_id)
        row = await session.scalar(_unanswered(now).where(Dispute.dispute_id == dispute_id))
        if row is None or row.due_by is None:
            return False
        row.reminded_at, row.changes = now, row.changes + 1
        await record_audited(
            session,
            DisputeUnanswered(dispute=dispute_id, due_by=row.due_by),
            key=f"{dispute_id}:unanswered:{row.changes}",
            actor="system",
            subject=row.reservation_code or dispute_id,
            at=now,
        )
    log.warning("dispute_unanswered", dispute=dispute_id, due_by=row.due_by, reservation=row.reservation_code)
    return True


def _unanswered(now: datetime) -> Select[Dispute]:
    return (
        select(Dispute)
        .where(
            Dispute.state == CaseState.OPEN,
            (Dispute.decision == Decision.NONE) | (Dispute.changed_at <= now - _ON_ITS_WAY),
            Dispute.submitted_at.is_(None),
            Dispute.evidence_state != EvidenceState.ACCEPTED,
            Dispute.reminded_at.is_(None),
            Dispute.due_by > now,
            Dispute.due_by <= now + NEAR,
        )
        .order_by(Dispute.due_by)
    )
