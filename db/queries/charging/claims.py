"""Which reservations a session may be of, and which sessions a reservation's: `domain.charging.matching` decides."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import text, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from db.queries.of_now import OF_NOW
from db.tables import ChargingSession
from domain.charging.access_reasons import OTHERS, AccessReason
from domain.charging.matching import Claim, SeenSession, Standing
from domain.reservation.lifecycle import State
from domain.reservation.release import ReleaseReason

Reader = AsyncConnection | AsyncSession

# Two searches, each along an index of its own; of a reservation that was moved the newest hold speaks, and it has a
# claim at each site that its driver was sent to: they may have stayed. What is offered from a waiting list is none yet.
_CLAIMS = text(f"""
WITH sites AS (
    SELECT CAST(:site AS text) AS id
    UNION SELECT p.site_id FROM holds h JOIN pools p ON p.id = h.pool_id
    WHERE h.reservation_code = CAST(:code AS text)
)
SELECT DISTINCT ON (h.reservation_code)
       h.reservation_code, h.driver_id, h.group_id, h.connector_id, h.opens_at, h.locked_at, h.slot_start,
       h.slot_end, h.released_at IS NOT NULL, h.placed_at, r.state, r.closed_at IS NOT NULL,
       coalesce(r.closed_at >= h.slot_end, false),
       EXISTS (SELECT FROM sessions s JOIN chargers cp ON cp.id = s.charger_id
               WHERE s.reservation_code = h.reservation_code AND s.ended_at IS NULL AND s.authorised
                   AND s.contradicted_at IS NULL AND cp.gateway_instance IS NOT NULL AND {OF_NOW}),
       ARRAY(SELECT x.id FROM connectors x WHERE x.berth_id = h.berth_id AND x.id <> h.connector_id)
FROM (
    SELECT h.* FROM holds h JOIN pools p ON p.id = h.pool_id
    WHERE h.released_at IS NULL AND h.driver_id = :driver AND h.slot_end > :at
        AND (p.site_id IN (SELECT id FROM sites) OR EXISTS (
            SELECT FROM holds f JOIN pools fp ON fp.id = f.pool_id
            WHERE f.reservation_code = h.reservation_code AND fp.site_id IN (SELECT id FROM sites)
        ))
    UNION ALL
    SELECT h.* FROM chargers cp JOIN connectors c ON c.charger_id = cp.id
        JOIN holds f ON f.connector_id = c.id JOIN holds h ON h.reservation_code = f.reservation_code
    WHERE cp.site_id IN (SELECT id FROM sites) AND f.released_at IS NOT NULL AND f.slot_end > :at
        AND f.driver_id = :driver AND h.slot_end > :at
        AND h.released_at IS NOT NULL AND h.release_reason IN (:no_show, :elsewhere)
) h LEFT JOIN reservations r ON r.code = h.reservation_code
WHERE r.code IS NOT NULL OR NOT EXISTS (
    SELECT FROM waiting_list_entries e
    WHERE e.offer_code = h.reservation_code AND e.state IN ('offered', 'accepted')
)
ORDER BY h.reservation_code, h.id DESC
""")  # noqa: S608 - the fragment is ours

_SESSIONS = text("""
SELECT s.id, s.transaction_id, s.charger_id, s.connector_id, s.driver_id, s.started_at, t.group_id,
       t.reservation_code, s.ended_at, s.authorised, s.reservation_code, s.refused_for,
       s.meter_last_wh > s.meter_start_wh,
       CASE WHEN s.ended_at IS NULL AND NOT s.last_sign_live
           THEN coalesce(s.last_sign_at, greatest(s.meter_at, s.started_at)) END
FROM sessions s JOIN chargers cp ON cp.id = s.charger_id
    AND cp.site_id IN (SELECT p.site_id FROM holds h JOIN pools p ON p.id = h.pool_id WHERE h.reservation_code = :code)
LEFT JOIN card_at(s.id_tag, s.started_at) t ON true LEFT JOIN drivers d ON d.id = t.driver_id
WHERE s.started_at < :end AND (s.ended_at IS NULL OR s.ended_at > :since)
    AND (s.reservation_code = :code
         OR (s.authorised OR NOT (coalesce(t.blocked AND coalesce(t.blocked_at <= s.started_at, true), true)
                                  OR coalesce(d.blocked AND coalesce(d.blocked_at <= s.started_at, true), false)
                                  OR coalesce(t.expires_at <= s.started_at, false)))
            AND (s.driver_id = :driver
                OR s.connector_id = ANY(:places) AND s.ended_at IS NULL AND s.contradicted_at IS NULL))
ORDER BY s.started_at, s.id
FOR UPDATE OF s
""")

_ELSEWHERE = text(f"""
SELECT s.id FROM sessions s JOIN chargers cp ON cp.id = s.charger_id
WHERE s.reservation_code = :code AND s.ended_at IS NULL AND s.contradicted_at IS NULL AND s.authorised
    AND s.connector_id <> :connector AND cp.gateway_instance IS NOT NULL AND {OF_NOW} LIMIT 1
""")  # noqa: S608 - the fragment is ours

_PRICED = text("""
SELECT h.released_at IS NULL OR h.release_reason IN (:no_show, :elsewhere),
       coalesce(h.release_reason IN (:unfulfilled, :orphaned), false)
FROM holds h WHERE h.reservation_code = :code AND h.release_reason IS DISTINCT FROM :undone
ORDER BY h.released_at IS NULL DESC, h.id DESC LIMIT 1
FOR SHARE
""")


_STILL_PRICED = {
    "no_show": ReleaseReason.NO_SHOW.value,
    "elsewhere": ReleaseReason.CHARGES_ELSEWHERE.value,
}
"""Holds given back whose reservation still prices its driver's sessions."""
_FAILED = {"unfulfilled": ReleaseReason.UNFULFILLED.value, "orphaned": ReleaseReason.ORPHANED.value}
_UNDONE = {"undone": ReleaseReason.REROUTE_UNDONE.value}
"""A place that was only tried says nothing of how it ended."""
_CHARGES = (State.CHARGING, State.OVERSTAYING)


class Pricing(StrEnum):
    """What a reservation does with a session that is its driver's."""

    PRICED = "priced"
    FAILED = "failed"
    """It was we who could not keep it, while its driver may have charged where we could not see them."""
    OVER = "over"


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundSession:
    """A row, and what the rule sees of it."""

    id: int
    transaction_id: str
    charger_id: str
    seen: SeenSession


async def claims_of(
    reader: Reader, *, driver_id: str, site_id: str, at: datetime, code: str | None = None
) -> list[Claim]:
    """The driver's reservations whose slot had not ended `at`, and which are at the site, or were before a move.

    `code`: at all sites, too, that this reservation has or had.
    """
    asked = {"driver": driver_id, "site": site_id, "at": at, "code": code, **_STILL_PRICED}
    return [_claim(row) for row in await reader.execute(_CLAIMS, asked)]


async def sessions_near(
    session: AsyncSession, *, code: str, driver_id: str, claim: Claim
) -> list[FoundSession]:
    """Sessions at the sites that it has or had, within its window: of its code, of its driver, or at its berth.

    Their rows are locked. Of what the gate refused, tokens that are blocked, or had expired when they were shown,
    identify nobody; whoever it let in stays who they were then.
    """
    rows = await session.execute(
        _SESSIONS,
        {
            "code": code,
            "driver": driver_id,
            "places": [claim.connector_id, *claim.beside],
            "since": claim.since,
            "end": claim.end,
        },
    )
    return [_found(row) for row in rows]


async def adopt(session: AsyncSession, ids: Sequence[int], code: str) -> None:
    """The reservation prices them from now on, whatever their charger was answered at first."""
    if ids:
        adopted = update(ChargingSession).where(ChargingSession.id.in_(ids))
        await session.execute(adopted.values(reservation_code=code, authorised=True, refused_for=""))


async def charges_elsewhere(connection: AsyncConnection, code: str, connector_id: int) -> bool:
    """Does a session of the reservation run on another connector, at a charger that is there to tell?"""
    asked = {"code": code, "connector": connector_id}
    return (await connection.execute(_ELSEWHERE, asked)).first() is not None


async def pricing_of(connection: AsyncConnection, code: str) -> Pricing:
    """Of a session that begins now. Until the caller commits the reservation does not end meanwhile."""
    asked = {"code": code, **_STILL_PRICED, **_FAILED, **_UNDONE}
    is_priced, failed = (await connection.execute(_PRICED, asked)).one_or_none() or (False, False)
    if is_priced:
        return Pricing.PRICED
    return Pricing.FAILED if failed else Pricing.OVER


def _claim(row: Any) -> Claim:
    code, driver_id, group_id, connector_id, opens_at, locked_at, start, end, *standing_of = row
    released, placed_at, state, closed, slot_over, runs, beside = standing_of
    # What begins in the slot of one that has closed after it was queued; only a no-show has not been served otherwise.
    if closed and not (slot_over and state == State.NO_SHOW):
        standing = Standing.OVER
    elif released and state in _CHARGES:
        standing = (
            Standing.OPEN
        )  # without a hold: its driver charges where somebody else is promised the time
    elif released:
        standing = Standing.GIVEN_UP if state in (None, State.NO_SHOW) else Standing.OVER
    else:
        standing = Standing.UNPAID if state == State.AWAITING_PAYMENT else Standing.OPEN
    return Claim(
        reservation_code=code,
        driver_id=driver_id,
        group_id=group_id,
        connector_id=connector_id,
        opens_at=max(opens_at, placed_at),
        since=max(opens_at if locked_at is None else min(opens_at, locked_at), placed_at),
        start=start,
        end=end,
        standing=standing,
        charging=runs,
        beside=frozenset(beside),
    )


def _found(row: Any) -> FoundSession:
    return FoundSession(
        id=row[0],
        transaction_id=row[1],
        charger_id=row[2],
        seen=SeenSession(
            connector_id=row[3],
            driver_id=row[4],
            started_at=row[5],
            group_id=row[6],
            app_of=row[7],
            ended_at=row[8],
            authorised=row[9],
            priced_by=row[10],
            unpaid=row[11] == AccessReason.UNPAID,
            took_place=row[11] in OTHERS and row[12],
            known_until=row[13],
        ),
    )
