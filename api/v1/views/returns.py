"""What was given back another way, as JSON."""

from api.desk.returns import Returned
from api.v1.schemas.returns import ReturnAnswerOut, ReturnOut, ReturnsOut
from api.v1.views.money_requests import money_request_out
from db.tables import MoneyRequest, Return
from domain.money.returns import ReturnWay


def returns_out(found: Returned) -> ReturnsOut:
    return ReturnsOut(
        currency=found.owed.currency,
        owed_minor=found.owed.minor,
        items=[_return_out(row) for row in found.rows],
    )


def return_answer_out(given: Return | MoneyRequest) -> ReturnAnswerOut:
    if isinstance(given, MoneyRequest):
        return ReturnAnswerOut(returned=None, request=money_request_out(given))
    return ReturnAnswerOut(returned=_return_out(given), request=None)


def _return_out(row: Return) -> ReturnOut:
    return ReturnOut(
        id=row.id,
        reservation=row.reservation_code,
        way=ReturnWay(row.way),
        reference=row.reference,
        currency=row.currency,
        amount_minor=row.amount_minor,
        credit=row.credit_id,
        reason=row.reason,
        decided_by=row.decided_by,
        decided_at=row.at,
        request=row.request_id,
    )
