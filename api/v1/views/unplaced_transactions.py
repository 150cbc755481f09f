"""Ends of transactions that found no session, as JSON."""

from api.v1.schemas.unplaced_transactions import UnplacedTransactionOut
from db.queries.charging.unplaced import UnplacedAt
from domain.charging.tokens import end_of_token


def unplaced_out(found: UnplacedAt) -> UnplacedTransactionOut:
    row = found.row
    return UnplacedTransactionOut(
        id=row.id,
        site_id=found.site_id,
        charger_id=row.charger_id,
        transaction_id=row.transaction_id,
        id_tag=end_of_token(row.id_tag),
        driver_id=found.driver_id,
        ended_at=row.ended_at,
        meter_wh=row.meter_wh,
        begun_at=row.begun_at,
        meter_start_wh=row.meter_start_wh,
        stop_reason=row.stop_reason,
        heard_at=row.heard_at,
        placed_at=row.placed_at,
        session_id=row.session_id,
        dismissed_at=row.dismissed_at,
        decided_by=row.decided_by,
        reason=row.reason,
    )
