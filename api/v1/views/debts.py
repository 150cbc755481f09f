"""Debts as JSON."""

from typing import Any

from api.v1.schemas.debts import DebtOut, DebtPaymentOut, OperatorsDebtOut
from contracts.debts import PaymentAsked
from db.tables import Debt
from domain.money.declines import DebtReason
from domain.settlement.debts import DebtState, WaitsFor
from texts.reader import Reader


def debt_out(row: Debt, reader: Reader) -> DebtOut:
    return DebtOut(**_shared(row, reader))


def operators_debt_out(row: Debt, reader: Reader) -> OperatorsDebtOut:
    return OperatorsDebtOut(
        **_shared(row, reader),
        driver_id=row.driver_id,
        fleet_id=row.fleet_id,
        site_id=row.site_id,
        waits_for=WaitsFor(row.waits_for) if row.waits_for else "",
        decline_code=row.decline_code,
        written_off_minor=row.written_off_minor,
        decided_by=row.decided_by,
        decision_reason=row.decision_reason,
    )


def payment_out(asked: PaymentAsked) -> DebtPaymentOut:
    return DebtPaymentOut(
        reservation=asked.code,
        currency=asked.amount.currency,
        amount_minor=asked.amount.minor,
        payment_intent_id=asked.payment_intent_id,
        client_secret=asked.client_secret,
    )


def _shared(row: Debt, reader: Reader) -> dict[str, Any]:
    reason, is_open = DebtReason(row.reason), row.state == DebtState.OPEN
    return {
        "reservation": row.reservation_code,
        "state": DebtState(row.state),
        "currency": row.currency,
        "outstanding_minor": row.outstanding_minor,
        "amount_minor": row.amount_minor,
        "since": row.opened_at,
        "reason": reason,
        "why": reader.word(reason),
        "attempts": row.attempts,
        "next_attempt_at": row.next_at if row.waits_for == WaitsFor.ATTEMPT else None,
        "pay": f"/v1/debts/{row.reservation_code}/pay" if is_open else None,
        "closed_at": row.closed_at,
    }
