"""Credits as JSON."""

from typing import Any

from api.desk.credits import ShownCredit
from api.v1.schemas.credits import CreditOut, CreditUseOut, GrantOut, OperatorsCreditOut
from api.v1.views.money_requests import money_request_out
from db.tables import Credit, MoneyRequest
from domain.causes import Cause
from domain.money.credits import CreditOrigin
from texts.reader import Reader


def credit_out(shown: ShownCredit, reader: Reader) -> CreditOut:
    return CreditOut(**_shared(shown, reader))


def operators_credit_out(shown: ShownCredit, reader: Reader) -> OperatorsCreditOut:
    row = shown.row
    return OperatorsCreditOut(
        **_shared(shown, reader),
        driver_id=row.driver_id,
        reason=row.reason,
        granted_by=row.granted_by,
        approved_by=row.approved_by,
    )


def grant_out(given: Credit | MoneyRequest, reader: Reader) -> GrantOut:
    if isinstance(given, MoneyRequest):
        return GrantOut(request=money_request_out(given))
    return GrantOut(credit=operators_credit_out(ShownCredit(row=given, paid=()), reader))


def _shared(shown: ShownCredit, reader: Reader) -> dict[str, Any]:
    row = shown.row
    origin, cause = CreditOrigin(row.origin), Cause(row.cause) if row.cause else None
    return {
        "id": row.id,
        "currency": row.currency,
        "amount_minor": row.granted_minor,
        "left_minor": row.granted_minor - row.spent_minor - row.expired_minor,
        "expired_minor": row.expired_minor,
        "origin": origin,
        "text": reader.word(origin),
        "cause": cause,
        "cause_text": None if cause is None else reader.word(cause),
        "reservation": row.reservation_code or None,
        "granted_at": row.granted_at,
        "expires_at": row.expires_at,
        "uses": [
            CreditUseOut(reservation=one.reservation, amount_minor=one.amount_minor, at=one.at)
            for one in shown.paid
        ],
    }
