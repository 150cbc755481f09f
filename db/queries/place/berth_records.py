"""What became of promises, berth by berth, counted out of what is recorded; and kept for bookings to read."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from db.tables import BerthRecordRow, Charger, Connector
from domain.causes import Cause
from domain.charging.capabilities import CapabilityRecord, promise
from domain.charging.enforcement import EnforcementLevel
from domain.place.berth_rates import COUNTED_FOR, BerthRecord, Rates, Seen, risk_of
from domain.terms.certainty import Risk

# The place that was booked answers for it: the first hold. Of who stood there, a session of another reservation says
# that it was the driver before.
_ENDED = text("""
SELECT h.berth_id, r.failed_for, r.failed_for = 'connector_occupied' AND EXISTS (
    SELECT FROM connectors c JOIN sessions s ON s.connector_id = c.id
    WHERE c.berth_id = h.berth_id AND s.reservation_code IS NOT NULL AND s.reservation_code <> r.code
    AND s.started_at < r.slot_start AND coalesce(s.ended_at, 'infinity') > r.slot_start), count(*)
FROM reservations r JOIN holds h ON h.reservation_code = r.code AND h.step = 'book'
WHERE r.kept IS NOT NULL AND r.slot_start >= :since GROUP BY 1, 2, 3
""")
_LEVELS = (EnforcementLevel.SOFT, EnforcementLevel.BACKEND, EnforcementLevel.HARD)
"""The least first."""


async def claim_count(session: AsyncSession, now: datetime, every: timedelta) -> bool:
    """Is it this transaction's to count? Nobody else does, and the last count is older than `every`."""
    mine = func.pg_try_advisory_xact_lock(func.hashtextextended("berth_records:counting", 0))
    if not await session.scalar(select(mine)):
        return False
    last = await session.scalar(select(func.max(BerthRecordRow.counted_at)))
    return last is None or last <= now - every


async def berth_records(session: AsyncSession, now: datetime) -> list[BerthRecord]:
    """Of all berths there are."""
    of: dict[int, int] = defaultdict(int)
    bad: dict[int, dict[Risk, int]] = defaultdict(lambda: defaultdict(int))
    for berth_id, failed_for, before, number in await session.execute(_ENDED, {"since": now - COUNTED_FOR}):
        of[berth_id] += number
        if failed_for is not None:
            bad[berth_id][risk_of(Cause(failed_for), by_driver_before=before)] += number
    places = (
        select(Connector.berth_id, Charger.site_id, Charger.capabilities)
        .join(Charger, Charger.id == Connector.charger_id)
        .order_by(Connector.id)
    )
    found: dict[int, BerthRecord] = {}
    for berth_id, site_id, capabilities in await session.execute(places):
        known = CapabilityRecord.from_document(capabilities)
        level = promise(known, held=known.reserve_now is True)
        other = found.get(berth_id)
        level = level if other is None else min(level, other.level, key=_LEVELS.index)
        seen = Seen(of=of[berth_id], bad=dict(bad[berth_id]))
        found[berth_id] = BerthRecord(berth_id=berth_id, site_id=site_id, level=level, seen=seen)
    return [*found.values()]


async def keep_records(
    session: AsyncSession, records: Collection[BerthRecord], rates: Mapping[int, Rates], now: datetime
) -> None:
    """In place of those that are there. `rates`: by berth."""
    rows = [_row(one, rates[one.berth_id], now) for one in records]
    known = [one.berth_id for one in records]
    await session.execute(delete(BerthRecordRow).where(BerthRecordRow.berth_id.not_in(known)))
    if not rows:
        return
    written = insert(BerthRecordRow)
    values = {column.key: column for column in written.excluded if column.key != "berth_id"}
    await session.execute(
        written.on_conflict_do_update(index_elements=["berth_id"], set_=values),
        rows,
    )


def _row(one: BerthRecord, rates: Rates, now: datetime) -> dict[str, object]:
    row, counts = BerthRecordRow, {risk.value: one.seen.bad.get(risk, 0) for risk in Risk}
    return counts | {
        row.berth_id.key: one.berth_id,
        row.level.key: one.level,
        row.promises.key: one.seen.of,
        row.fault_rate.key: rates.fault,
        row.overrun_rate.key: rates.overrun,
        row.taken_rate.key: rates.taken,
        row.withdrawn_rate.key: rates.withdrawn,
        row.counted_at.key: now,
    }
