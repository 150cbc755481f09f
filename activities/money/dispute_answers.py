"""Answers disputes: stages what was put together, and carries out what an operator decided, each once.

The decision is committed before the provider hears of it, and told to this process by the outbox.
"""

import hashlib
import json
from datetime import datetime

import structlog
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from activities.failures import StripeKeyRefused, StripeRefused
from activities.money.dispute_evidence import evidence_of
from activities.money.ledger import lock_ledger
from activities.money.stripe_gateway import StripeGateway
from db.audit import record_audited
from db.queries.disputes import dispute_of
from db.tables import Dispute
from domain.facts.audit_money import DisputeAnswerRefused
from domain.money.dispute_evidence import Decision, EvidenceState
from domain.money.movements import CaseState

log = structlog.get_logger()


class DisputeAnswers:
    def __init__(self, sessions: async_sessionmaker[AsyncSession], stripe: StripeGateway) -> None:
        self._sessions = sessions
        self._stripe = stripe

    async def answer(self, dispute_id: str, now: datetime) -> bool:
        """Do what is to be done now; was there anything? Repeated after a crash, it goes on where it stopped.

        Raises StripeUnavailable and StripeKeyRefused: ask again with the same keys. What Stripe refuses is shown to
        operators, who may decide again.
        """
        async with self._sessions() as session:
            row = await dispute_of(session, dispute_id)
            if row is None or row.state != CaseState.OPEN or row.submitted_at is not None:
                return False
            decided, number = Decision(row.decision), row.decisions
            stages = row.due_by is not None and row.due_by > now and decided != Decision.ACCEPT
            stages &= row.evidence_state == EvidenceState.NONE or decided == Decision.SUBMIT
            evidence = await evidence_of(session, row) if stages else {}
        if not stages and decided == Decision.NONE:
            return False
        try:
            state = await self._carried_out(dispute_id, decided, number, evidence)
        except StripeKeyRefused:
            raise
        except StripeRefused as refusal:
            log.warning("dispute_answer_refused", dispute=dispute_id, error=str(refusal))
            await self._refused(dispute_id, number, refusal.stripe_code, now)
        else:
            await self._keep(dispute_id, state, evidence, now)
        return True

    async def _carried_out(
        self, dispute_id: str, decided: Decision, number: int, evidence: dict[str, str]
    ) -> EvidenceState:
        """`number`: of the decision, so that one after a refusal is not answered as the one before was."""
        disputes = self._stripe.disputes
        if decided == Decision.ACCEPT:
            await disputes.accept(dispute_id, key=f"{dispute_id}:accept:{number}")
            return EvidenceState.ACCEPTED
        if not (await disputes.retrieve(dispute_id)).submissions:  # else by an earlier attempt
            if evidence:
                await disputes.stage(
                    dispute_id, evidence, key=f"{dispute_id}:stage:{number}:{_digest(evidence)}"
                )
            if decided == Decision.NONE:
                return EvidenceState.STAGED
            await disputes.submit(dispute_id, key=f"{dispute_id}:submit:{number}")
        return EvidenceState.SUBMITTED

    async def _keep(
        self, dispute_id: str, state: EvidenceState, evidence: dict[str, str], now: datetime
    ) -> None:
        async with self._sessions.begin() as session:
            await lock_ledger(session, dispute_id)
            row = await dispute_of(session, dispute_id)
            if row is None:
                return
            _write(row, state, now)
            if evidence:
                row.evidence, row.staged_at = evidence, now

    async def _refused(self, dispute_id: str, number: int, why: str, now: datetime) -> None:
        """It is open again, and operators are told: in the audit trail, and once more when its time runs out."""
        async with self._sessions.begin() as session:
            await lock_ledger(session, dispute_id)
            row = await dispute_of(session, dispute_id)
            if row is None:
                return
            if row.decisions == number:
                row.decision, row.decided_by, row.reminded_at = Decision.NONE, "", None
            _write(row, EvidenceState.REFUSED, now)
            await record_audited(
                session,
                DisputeAnswerRefused(dispute=dispute_id),
                key=f"{dispute_id}:refused:{number}",
                actor="system",
                subject=row.reservation_code or dispute_id,
                at=now,
                more={"why": why},
            )


def _write(row: Dispute, state: EvidenceState, now: datetime) -> None:
    row.evidence_state = state
    row.changes += 1
    row.changed_at = now
    if state == EvidenceState.SUBMITTED:
        row.submitted_at = now


def _digest(evidence: dict[str, str]) -> str:
    return hashlib.sha256(json.dumps(evidence, sort_keys=True).encode()).hexdigest()[:32]
