"""Refunds as JSON."""

from api.desk.refunds import Decision
from api.v1.schemas.refunds import RefundAnswerOut, RefundOut
from api.v1.views.money_requests import money_request_out
from db.tables import AdjustmentRow
from domain.money.lines import LineKind
from domain.money.refunds import RefundCause, RefundSource


def refund_out(row: AdjustmentRow, *, settled: bool) -> RefundOut:
    return RefundOut(
        number=row.number,
        reservation=row.reservation_code,
        source=RefundSource(row.source),
        currency=row.currency,
        amount_minor=row.amount_minor,
        owed_minor=row.owed_minor,
        line=None if row.line is None else LineKind(row.line),
        position=row.position,
        cause=RefundCause(row.cause) if row.cause else "",
        reason=row.reason,
        decided_by=row.decided_by,
        decided_at=row.at,
        request=row.request_id,
        provider_object=row.provider_object,
        settled=settled,
    )


def refund_answer_out(decision: Decision) -> RefundAnswerOut:
    refund, request = decision.refund, decision.request
    return RefundAnswerOut(
        refund=None if refund is None else refund_out(refund, settled=decision.settled),
        request=None if request is None else money_request_out(request),
    )
