"""How far chargers have come with their reports: the newest few of each charger."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from db.queries.charging.device_model import progress_of
from db.tables import DeviceReport
from domain.charging.device_report import ReportProgress

_KEPT = 4

_BEGIN = text("""
INSERT INTO device_reports (charger_id, report, changed_at)
SELECT id, :report, :now FROM chargers WHERE id = :charger_id
ON CONFLICT DO NOTHING
""")

_FORGET = text("""
DELETE FROM device_reports WHERE charger_id = :charger_id AND report IN (
    SELECT report FROM device_reports WHERE charger_id = :charger_id
    ORDER BY changed_at DESC, report DESC OFFSET :kept
)
""")


async def change(
    connection: AsyncConnection,
    charger_id: str,
    report: int,
    changed: Callable[[ReportProgress], ReportProgress],
    now: datetime,
) -> tuple[ReportProgress, ReportProgress] | None:
    """What was known of the report, and what is now. None: there is no such charger."""
    place = {"charger_id": charger_id, "report": report}
    if (await connection.execute(_BEGIN, {**place, "now": now})).rowcount:
        await connection.execute(_FORGET, {"charger_id": charger_id, "kept": _KEPT})
    here = (DeviceReport.charger_id == charger_id) & (DeviceReport.report == report)
    row = (await connection.execute(select(DeviceReport).where(here).with_for_update())).one_or_none()
    if row is None:
        return None
    before = progress_of(row)
    after = changed(before)
    values = {
        "parts": [list(run) for run in after.parts],
        "last_part": after.last,
        "cut": after.cut,
        "asked_at": after.asked_at,
        "first_at": after.first_at,
        "last_at": after.last_at,
        "changed_at": now,
    }
    await connection.execute(update(DeviceReport).where(here).values(values))
    return before, after
