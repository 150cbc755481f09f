"""Readings of a session's register: kept as rows, and what the rule makes of them shown in the session's columns.

One statement a message: it keeps the new readings, writes what they show if nothing is wrong with them, and brings
all that was told before. Only where the rule comes to something else a second one corrects it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from db.rows import as_rows
from domain.charging.meter import metered
from domain.charging.meter_memory import superfluous
from domain.charging.readings import BATTERY_WH, Context, Limits, Metered, Reading, Told

UNKNOWN_METER = -1
"""No register reading yet: the first one becomes the start, so that an old total is never billed."""
MOST_KEPT = 32
"""Of one session; then samples in the middle are let go. The rule looks at all pairs of them when one is wrong."""
CORRECTED_WITHIN = timedelta(days=30)
"""After its end; what comes later is of no use: chargers' own times are believed no longer either."""

_TAKE = text("""
WITH known AS (
    SELECT s.id, s.started_at, p.power_w
    FROM sessions s JOIN connectors c ON c.id = s.connector_id JOIN pools p ON p.id = c.pool_id
    WHERE s.id = :session_id
), before AS (
    SELECT r.at, r.wh, r.context, r.told, r.location, r.unit, r.is_interval
    FROM meter_readings r JOIN known ON r.session_id = known.id
), kept AS (
    INSERT INTO meter_readings (session_id, at, wh, context, told, location, unit, is_interval, received_at)
    SELECT known.id, t.at, t.wh, t.context, t.told, t.location, t.unit, t.is_interval, :received_at
    FROM json_to_recordset(CAST(:readings AS json)) AS t (
        n int, at timestamptz, wh bigint, context text, told text, location text, unit text, is_interval boolean
    ), known
    ORDER BY t.n
    ON CONFLICT DO NOTHING
), shown AS (
    UPDATE sessions SET
        last_seq_no = COALESCE(CAST(:seq_no AS bigint), last_seq_no),
        energy_started_at = CASE
            WHEN CAST(:last_wh AS bigint) > meter_last_wh AND meter_start_wh >= 0
            THEN COALESCE(energy_started_at, CAST(:at AS timestamptz)) ELSE energy_started_at END,
        meter_at = CASE
            WHEN CAST(:last_wh AS bigint) <> meter_last_wh THEN CAST(:at AS timestamptz) ELSE meter_at END,
        meter_start_wh = COALESCE(CAST(:start_wh AS bigint), meter_start_wh),
        meter_last_wh = COALESCE(CAST(:last_wh AS bigint), meter_last_wh)
    WHERE id = :session_id
)
SELECT known.power_w, known.started_at, before.at, before.wh, before.context, before.told, before.location, before.unit,
    before.is_interval
FROM known LEFT JOIN before ON true
""")
_TOLD = text("""
SELECT p.power_w, s.started_at, s.ended_at, r.at, r.wh, r.context, r.told, r.location, r.unit, r.is_interval
FROM sessions s JOIN connectors c ON c.id = s.connector_id JOIN pools p ON p.id = c.pool_id
LEFT JOIN meter_readings r ON r.session_id = s.id
WHERE s.id = :session_id
""")
_CORRECT = text("""
UPDATE sessions SET
    meter_start_wh = :start_wh, meter_last_wh = :last_wh, meter_at = COALESCE(CAST(:at AS timestamptz), meter_at),
    energy_started_at = CASE WHEN :last_wh > :start_wh THEN COALESCE(energy_started_at, CAST(:at AS timestamptz)) END
WHERE id = :session_id
""")
# The columns may stay as they are although the bill does not: what comes after the end is priced once more.
_NOTICE = text("""
INSERT INTO follow_ups (reservation_code, noticed_at)
SELECT s.reservation_code, :now FROM sessions s
WHERE s.id = :session_id AND EXISTS (SELECT FROM settlements t WHERE t.reservation_code = s.reservation_code)
ON CONFLICT (reservation_code) DO UPDATE SET noticed_at = GREATEST(follow_ups.noticed_at, EXCLUDED.noticed_at)
""")
_FORGET = text("""
DELETE FROM meter_readings r
USING json_to_recordset(CAST(:readings AS json)) AS t (
    n int, at timestamptz, wh bigint, context text, told text, location text, unit text, is_interval boolean
)
WHERE r.session_id = :session_id AND r.at = t.at AND r.wh = t.wh AND r.context = t.context AND r.told = t.told
  AND r.location = t.location AND r.unit = t.unit AND r.is_interval = t.is_interval
""")
_NOTICE_WALK_IN = text("""
INSERT INTO walk_in_changes (session_id, noticed_at)
SELECT s.id, :now FROM sessions s, walk_in_receiver WHERE s.id = :session_id AND s.reservation_code IS NULL
ON CONFLICT (session_id) DO UPDATE SET noticed_at = GREATEST(walk_in_changes.noticed_at, EXCLUDED.noticed_at)
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What a session's columns show of its register. `start_wh` UNKNOWN_METER: nothing yet."""

    start_wh: int
    last_wh: int
    at: datetime | None = None


async def take_readings(
    connection: AsyncConnection,
    session_id: int,
    readings: Sequence[Reading],
    *,
    shown: Shown,
    ended_at: datetime | None,
    received_at: datetime,
    seq_no: int | None = None,
) -> None:
    """Keep `readings` of a session whose row is locked and shows `shown`. Told again, they change nothing."""
    guess = _at_first_sight(readings, shown)
    limits, before = await _keep(connection, session_id, readings, guess, received_at, seq_no)
    known = before | set(readings)
    found = metered(known, replace(limits, ended_at=ended_at))
    right = _of(found, shown)
    if _figures(right) != _figures(guess or shown):
        figures = {"start_wh": right.start_wh, "last_wh": right.last_wh, "at": right.at}
        await connection.execute(_CORRECT, {"session_id": session_id, **figures})
    if ended_at is not None:
        for notice in (_NOTICE, _NOTICE_WALK_IN):
            await connection.execute(notice, {"session_id": session_id, "now": received_at})
    gone = superfluous(known, found, MOST_KEPT)
    if gone:
        rows = as_rows(_row(reading) for reading in gone)
        await connection.execute(_FORGET, {"session_id": session_id, "readings": rows})


async def told_of(connection: AsyncConnection, session_id: int) -> tuple[Limits, set[Reading]]:
    """What the connector can have delivered in the time of a session, and all that was told of its register."""
    rows = (await connection.execute(_TOLD, {"session_id": session_id})).all()
    limits = Limits(
        power_w=rows[0].power_w, slack_wh=0, started_at=rows[0].started_at, ended_at=rows[0].ended_at
    )
    return limits, {_reading(row) for row in rows if row.at is not None}


async def _keep(
    connection: AsyncConnection,
    session_id: int,
    readings: Sequence[Reading],
    guess: Shown | None,
    received_at: datetime,
    seq_no: int | None,
) -> tuple[Limits, set[Reading]]:
    """What the connector can have delivered, and all that was told before."""
    result = await connection.execute(
        _TAKE,
        {
            "session_id": session_id,
            "readings": as_rows(_row(reading) for reading in readings),
            "received_at": received_at,
            "seq_no": seq_no,
            "start_wh": None if guess is None else guess.start_wh,
            "last_wh": None if guess is None else guess.last_wh,
            "at": None if guess is None else guess.at,
        },
    )
    rows = result.all()
    # Nothing is billed by what is shown: only what no car can take in is kept from view.
    limits = Limits(
        power_w=rows[0].power_w if rows else 0,
        slack_wh=BATTERY_WH,
        started_at=rows[0].started_at if rows else None,
    )
    return limits, {_reading(row) for row in rows if row.at is not None}


def _at_first_sight(readings: Sequence[Reading], shown: Shown) -> Shown | None:
    """What the session shows then if nothing is wrong with them; None: nothing new."""
    last = next((one for one in reversed(readings) if one.wh >= 0 and not one.is_interval), None)
    if last is None:
        return None
    if shown.start_wh == UNKNOWN_METER:
        return Shown(start_wh=last.wh, last_wh=last.wh, at=last.at)
    if not 0 < last.wh - shown.last_wh <= BATTERY_WH:
        return None
    return Shown(start_wh=shown.start_wh, last_wh=last.wh, at=last.at)


def _of(found: Metered, shown: Shown) -> Shown:
    begin, end = found.begin, found.end
    if begin is None or end is None:
        return shown
    if begin.is_interval:
        return Shown(start_wh=0, last_wh=found.energy_wh, at=end.at)
    return Shown(start_wh=begin.wh, last_wh=begin.wh + found.energy_wh, at=end.at)


def _figures(shown: Shown) -> tuple[int, int]:
    return shown.start_wh, shown.last_wh


def _row(reading: Reading) -> dict[str, Any]:
    return {
        "at": reading.at,
        "wh": reading.wh,
        "context": reading.context.value,
        "told": reading.told.value,
        "location": reading.location,
        "unit": reading.unit,
        "is_interval": reading.is_interval,
    }


def _reading(row: Any) -> Reading:
    return Reading(
        at=row.at,
        wh=row.wh,
        context=Context(row.context),
        told=Told(row.told),
        location=row.location,
        unit=row.unit,
        is_interval=row.is_interval,
    )
