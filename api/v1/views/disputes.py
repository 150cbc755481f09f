"""Disputes as JSON."""

from api.v1.schemas.disputes import DisputeOut
from db.tables import Dispute
from domain.money.dispute_evidence import Decision, EvidenceState
from domain.money.movements import CaseState


def dispute_out(row: Dispute) -> DisputeOut:
    return DisputeOut(
        dispute=row.dispute_id,
        state=CaseState(row.state),
        status=row.status,
        reason=row.reason,
        reservation=row.reservation_code or None,
        driver_id=row.driver_id,
        fleet_id=row.fleet_id,
        site_id=row.site_id or None,
        currency=row.currency,
        amount_minor=row.amount_minor,
        taken_minor=row.taken_minor,
        fee_minor=row.fee_minor,
        fee_currency=row.fee_currency or row.currency,
        charge=row.charge_id,
        payment_intent=row.payment_intent_id,
        opened_at=row.opened_at,
        changed_at=row.changed_at,
        due_by=row.due_by,
        closed_at=row.closed_at,
        evidence_state=EvidenceState(row.evidence_state),
        evidence=row.evidence,
        decision=Decision(row.decision),
        decided_by=row.decided_by,
        staged_at=row.staged_at,
        submitted_at=row.submitted_at,
        reminded_at=row.reminded_at,
        claimed_minor=row.claimed_minor,
        settled_minor=row.settled_minor,
        claimed_at=row.claimed_at,
        claimed_by=row.claimed_by,
        lifted_at=row.lifted_at,
        lifted_by=row.lifted_by,
    )
