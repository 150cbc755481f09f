"""What people say of bays, as JSON."""

from api.desk.bay_reports import Taken
from api.v1.schemas.bay_reports import BayReportOut, TakenBayReportOut
from db.queries.charging.bay_reports import ReportAt
from domain.place.bay_reports import ReportKind


def taken_report_out(taken: Taken) -> TakenBayReportOut:
    row = taken.report.row
    return TakenBayReportOut(
        id=row.id,
        charger_id=row.charger_id,
        connector_number=taken.report.number,
        bay=taken.report.bay,
        kind=ReportKind(row.kind),
        text=row.text,
        reported_at=row.reported_at,
        moves=taken.moves,
    )


def bay_report_out(found: ReportAt) -> BayReportOut:
    row = found.row
    return BayReportOut(
        id=row.id,
        site_id=found.site_id,
        charger_id=row.charger_id,
        connector_id=row.connector_id,
        connector_number=found.number,
        bay=found.bay,
        kind=ReportKind(row.kind),
        text=row.text,
        reported_at=row.reported_at,
        account=row.account,
        reservation=row.reservation_code,
        moved_at=row.moved_at,
        resolved_at=row.resolved_at,
        resolved_by=row.resolved_by,
        answer=row.answer,
    )
