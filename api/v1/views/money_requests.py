"""Money that waits for a second person, as JSON."""

from api.v1.schemas.money_requests import MoneyRequestOut
from db.tables import MoneyRequest
from domain.money.authority import RequestKind, RequestState


def money_request_out(row: MoneyRequest) -> MoneyRequestOut:
    return MoneyRequestOut(
        number=row.id,
        kind=RequestKind(row.kind),
        subject=row.subject,
        currency=row.currency,
        amount_minor=row.amount_minor,
        reason=row.reason,
        asked_by=row.asked_by,
        asked_at=row.asked_at,
        state=RequestState(row.state),
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        decision_reason=row.decision_reason,
    )
