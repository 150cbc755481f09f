"""Charging sessions as JSON."""

from api.v1.schemas.sessions import SessionOut
from db.queries.charging.sessions import ListedSession
from domain.charging.access_reasons import AccessReason
from domain.charging.clocks import InstantBasis
from domain.charging.tokens import end_of_token


def session_out(listed: ListedSession) -> SessionOut:
    row = listed.session
    return SessionOut(
        id=row.id,
        site_id=listed.site_id,
        charger_id=row.charger_id,
        connector_id=row.connector_id,
        connector_number=listed.connector_number,
        bay=listed.bay,
        transaction_id=row.transaction_id,
        card=end_of_token(row.id_tag),
        driver_id=row.driver_id,
        reservation_code=row.reservation_code,
        authorised=row.authorised,
        refused_for=AccessReason(row.refused_for) if row.refused_for else "",
        started_at=row.started_at,
        started_basis=InstantBasis(row.started_basis) if row.started_basis else "",
        ended_at=row.ended_at,
        ended_basis=InstantBasis(row.ended_basis) if row.ended_basis else "",
        stop_reason=row.stop_reason,
        energy_wh=max(0, row.meter_last_wh - max(0, row.meter_start_wh)),
        meter_at=row.meter_at,
    )
