"""What is known of the berth of a connector, for operators: the present, and a window of what came before it.

Each kind brings as many of its rows as can have a piece among the next ones of the page, so that the pieces, put in
order together, have no gap.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import RowMapping, TextClause, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from db.queries.charging import quirks
from db.queries.of_now import OF_NOW
from db.tables import Charger, Connector, Source
from domain.charging.clocks import absences_of
from domain.charging.connector import ConnectorStatus
from domain.charging.events import ChargerEventKind
from domain.charging.evidence import BerthSeen, QuirkSeen, StatusTold, TroubleSeen
from domain.charging.presence import HoldSeen, SessionSeen, StatusSeen

_OF_ONE_INSTANT = 16
"""Pieces that can share the instant at which a page ends."""
_MOST_OPEN = 50

_SESSIONS = text(f"""
WITH near AS (
    SELECT s.id, s.started_at, s.ended_at, s.contradicted_at,
           coalesce(s.last_sign_at, greatest(s.meter_at, s.started_at)) AS last_sign_at
    FROM sessions s WHERE s.connector_id = ANY(:berth)
)
SELECT s.id, s.connector_id, s.transaction_id, s.reservation_code, s.authorised, s.started_at, s.started_basis,
       coalesce(s.last_sign_at, greatest(s.meter_at, s.started_at)) AS last_sign_at, s.contradicted_at,
       {OF_NOW} AS is_of_now, s.ended_at, s.ended_basis, s.end_inferred, s.stop_reason
FROM sessions s
WHERE s.id IN (
    (SELECT id FROM near WHERE ended_at IS NULL ORDER BY started_at DESC LIMIT :open)
    UNION (SELECT id FROM near WHERE ended_at IS NOT NULL ORDER BY ended_at DESC LIMIT 1)
    UNION (SELECT id FROM near WHERE started_at <= :until
           ORDER BY greatest(started_at, CASE WHEN last_sign_at <= :until THEN last_sign_at END,
                             CASE WHEN contradicted_at <= :until THEN contradicted_at END,
                             CASE WHEN ended_at <= :until THEN ended_at END) DESC LIMIT :most)
)
""")  # noqa: S608 - the fragment is ours
_HOLDS = text("""
WITH near AS (
    SELECT h.reservation_code, h.connector_id, greatest(least(h.opens_at, h.locked_at), h.placed_at) AS since,
           h.slot_end AS until, h.released_at, coalesce(h.release_reason, '') AS release_reason
    FROM holds h WHERE h.berth_id = :berth_id
)
(SELECT * FROM near WHERE released_at IS NULL AND since <= :now AND until > :now LIMIT 1)
UNION (SELECT * FROM near WHERE least(since, released_at) <= :until
       ORDER BY greatest(CASE WHEN since <= :until THEN since END,
                         CASE WHEN released_at <= :until THEN released_at END) DESC LIMIT :most)
""")
_TROUBLES = text("""
SELECT t.id, t.connector_id, t.cause, coalesce(nullif(t.plug, ''), t.detail) AS detail,
       t.began_at, t.ended_at, t.ended_by
FROM troubles t
WHERE t.charger_id = ANY(:chargers) AND (t.connector_id IS NULL OR t.connector_id = ANY(:berth))
    AND t.began_at <= :until
ORDER BY greatest(t.began_at, CASE WHEN t.ended_at <= :until THEN t.ended_at END) DESC LIMIT :most
""")
_TOLD = text("""
SELECT e.kind, (e.payload ->> 'connector_id')::bigint AS connector_id, e.payload ->> 'status' AS status,
       coalesce(e.payload ->> 'detail', '') AS error_code, e.received_at AS at
FROM inbox e
WHERE e.source = :source AND e.subject = :charger AND e.received_at <= :until AND e.kind IN (:status, :boot)
    AND ((e.payload ->> 'connector_id') IS NULL OR (e.payload ->> 'connector_id')::bigint = ANY(:berth))
ORDER BY e.received_at DESC LIMIT :most
""")


class FoundBerth(NamedTuple):
    """`connector`: the one asked for; `berth`: all of it, by id."""

    connector: Connector
    berth: Sequence[Connector]
    charger: Charger
    seen: BerthSeen


async def berth_seen(
    session: AsyncSession, charger_id: str, number: int, *, now: datetime, until: datetime, limit: int
) -> FoundBerth | None:
    """With at least the `limit` + 1 newest pieces that are not newer than `until`. None: no such connector."""
    found = select(Connector, Charger).join(Charger, Charger.id == Connector.charger_id)
    row = (
        await session.execute(found.where(Connector.charger_id == charger_id, Connector.number == number))
    ).one_or_none()
    if row is None:
        return None
    connector, charger = row
    near = select(Connector).where(Connector.berth_id == connector.berth_id).order_by(Connector.id)
    berth = (await session.scalars(near)).all()
    asked = {
        "berth": [one.id for one in berth],
        "berth_id": connector.berth_id,
        "chargers": sorted({one.charger_id for one in berth}),
        "charger": charger_id,
        "source": Source.CHARGER.value,
        "status": ChargerEventKind.CONNECTOR_STATUS.value,
        "boot": ChargerEventKind.CHARGER_BOOTED.value,
        "now": now,
        "until": until,
        "open": _MOST_OPEN,
        "most": limit + 1 + _OF_ONE_INSTANT,
    }
    return FoundBerth(connector, berth, charger, await _seen(session, charger, connector, berth, asked))


async def _seen(
    session: AsyncSession,
    charger: Charger,
    connector: Connector,
    berth: Sequence[Connector],
    asked: dict[str, Any],
) -> BerthSeen:
    async def rows(statement: TextClause) -> Sequence[RowMapping]:
        return (await session.execute(statement, asked)).mappings().all()

    told = await rows(_TOLD)
    boots = {row["at"] for row in told if row["kind"] == ChargerEventKind.CHARGER_BOOTED}
    if charger.booted_at is not None:
        boots.add(charger.booted_at)
    return BerthSeen(
        own=_status(connector),
        siblings=tuple(_status(one) for one in berth if one.id != connector.id),
        sessions=tuple(SessionSeen(**row) for row in await rows(_SESSIONS)),
        holds=tuple(HoldSeen(**row) for row in await rows(_HOLDS)),
        statuses=tuple(_told(row) for row in told if row["kind"] == ChargerEventKind.CONNECTOR_STATUS),
        boots=tuple(boots),
        absences=absences_of(charger.absences),
        connected_at=charger.connected_at,
        silent_since=charger.last_seen_at if charger.gateway_instance is None else None,
        troubles=tuple(TroubleSeen(**row) for row in await rows(_TROUBLES)),
        quirks=tuple(
            QuirkSeen(action=quirk.action, path=quirk.path, kind=quirk.kind, last_at=quirk.last_at)
            for quirk in await quirks.of_charger(session, charger.id)
        ),
    )


def _status(connector: Connector) -> StatusSeen:
    return StatusSeen(
        connector_id=connector.id,
        status=ConnectorStatus(connector.status),
        heard_at=connector.status_heard_at or connector.status_at,
        error_code=connector.error_code,
    )


def _told(row: RowMapping) -> StatusTold:
    return StatusTold(
        connector_id=row["connector_id"],
        status=row["status"] or "",
        at=row["at"],
        error_code=row["error_code"],
    )
