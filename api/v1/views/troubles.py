"""Trouble as JSON."""

from api.v1.schemas.troubles import TroubleOut
from db.queries.charging.troubles import TroubleAt
from domain.charging.trouble import TroubleCause, TroubleEnd


def trouble_out(found: TroubleAt) -> TroubleOut:
    row = found.row
    return TroubleOut(
        id=row.id,
        site_id=found.site_id,
        charger_id=row.charger_id,
        connector_id=row.connector_id,
        connector_number=found.number,
        plug=row.plug,
        cause=TroubleCause(row.cause),
        detail=row.detail,
        began_at=row.began_at,
        noticed_at=row.noticed_at,
        ended_at=row.ended_at,
        ended_by=TroubleEnd(row.ended_by) if row.ended_by else "",
        end_reason=row.end_reason,
    )
