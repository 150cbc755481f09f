"""How a site was used, day by day on its clock: what was booked there, and what was charged."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from domain.reservation.lifecycle import State

NOT_SOLD = (
    State.REQUESTED, State.AWAITING_PAYMENT, State.DECLINED, State.EXPIRED, State.CANCELLED, State.UNFULFILLED,
)  # fmt: skip
"""Whose slot nobody had."""
# A slot and a session count for the day on which they begin: the day after a night tells its own.
_DAYS = text("""
WITH days AS (
    SELECT sites.id AS site_id, day::date AS day, timezone(sites.zone, day) AS begins,
        timezone(sites.zone, day + interval '1 day') AS ends
    FROM sites, generate_series(CAST(:first AS timestamp), CAST(:last AS timestamp), interval '1 day') AS day
    WHERE sites.id = :site
)
SELECT days.day, booked.seconds AS booked_s, charged.seconds AS charged_s, charged.energy_wh, charged.visits
FROM days
CROSS JOIN LATERAL (
    SELECT coalesce(sum(extract(epoch FROM slot_end - slot_start)), 0)::bigint AS seconds FROM reservations
    WHERE site_id = days.site_id AND slot_start >= days.begins AND slot_start < days.ends
        AND state <> ALL(:not_sold)
) booked
CROSS JOIN LATERAL (
    SELECT count(*) AS visits,
        coalesce(sum(greatest(
            extract(epoch FROM coalesce(one.ended_at, one.last_sign_at, one.meter_at) - one.started_at), 0
        )), 0)::bigint AS seconds,
        coalesce(sum(
            CASE WHEN one.meter_start_wh < 0 THEN 0 ELSE greatest(one.meter_last_wh - one.meter_start_wh, 0) END
        ), 0)::bigint AS energy_wh
    FROM chargers
    JOIN connectors ON connectors.charger_id = chargers.id
    JOIN sessions one ON one.connector_id = connectors.id
    WHERE chargers.site_id = days.site_id AND one.authorised
        AND one.started_at >= days.begins AND one.started_at < days.ends
) charged
ORDER BY days.day
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class DayOfUse:
    """What began on it. `booked_s`: of slots that somebody had, whether they came or not. `charged_s`: of sessions,
    walk-ins' too, so far; `visits`: how many there were.
    """

    day: date
    booked_s: int
    charged_s: int
    energy_wh: int
    visits: int


async def use_of(session: AsyncSession, site_id: str, first: date, last: date) -> Sequence[DayOfUse]:
    """Each day from `first` to `last`, also where nothing was."""
    about = {"site": site_id, "first": first, "last": last, "not_sold": [*NOT_SOLD]}
    return [DayOfUse(**row) for row in (await session.execute(_DAYS, about)).mappings()]
