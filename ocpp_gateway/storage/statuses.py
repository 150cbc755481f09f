"""Last known statuses of connectors and chargers, many at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from db.queries.of_now import OF_NOW
from db.rows import as_rows
from db.tables import Connector
from domain.charging.clocks import CLOCK_TRUST
from domain.charging.connector import IN_USE, TROUBLE, ConnectorStatus
from domain.charging.presence import SHOWS_NOBODY
from domain.charging.trouble import LOCK_FAILED
from ocpp_gateway.storage.former_status import FINER_THAN_OCCUPIED, FormerStatus, together_with, told_by_plug
from ocpp_gateway.storage.session_signs import FIRST_PROTOCOL

# Rows are locked in the order of their ids, so that batches of several instances never wait in a circle.
_WRITE_CONNECTORS = text("""
WITH reported AS (
    SELECT * FROM json_to_recordset(CAST(:reported AS json)) AS t (
        n int, charger_id text, epoch bigint, number bigint, status text, at timestamptz, error_code text,
        merely_occupied boolean, heard_at timestamptz, queued boolean, plug int, stamped_at timestamptz, denies boolean
    )
), known AS MATERIALIZED (
    SELECT c.id, c.status AS before, c.status_heard_at AS heard_before, c.error_code AS error_before,
           g.status AS charger_status, t.n, t.status, t.at, t.heard_at,
           CASE WHEN t.merely_occupied AND c.error_code = :lock_failed THEN c.error_code ELSE t.error_code
           END AS error_code,
           f.stale, f.fresh AND NOT (t.merely_occupied AND f.finer) AS tells, f.fresh, f.finer,
           CASE WHEN NOT f.fresh THEN c.plugs
                WHEN t.plug = 0 THEN jsonb_build_object(t.plug, t.status)
                WHEN t.plug IS NULL THEN c.plugs - '0'
                ELSE c.plugs - '0' || jsonb_build_object(t.plug, t.status) END AS plugs, t.plug,
           c.plugs AS plugs_before, c.plug_types,
           c.status = ANY (CAST(:free AS text[])) AND t.status = ANY (CAST(:in_use AS text[])) AND EXISTS (
               SELECT FROM sessions s
               WHERE s.connector_id = c.id AND s.ended_at IS NULL AND c.status_heard_at > s.started_at
                 AND (g.protocol = :first OR coalesce(s.energy_started_at, s.plugged_in_at) IS NOT NULL)
           ) AS taken_back,
           ARRAY(SELECT x.id FROM connectors x WHERE x.berth_id = c.berth_id AND x.id <> c.id ORDER BY x.id) AS beside,
           CASE WHEN c.plug_types <> '{}' THEN ARRAY(
               SELECT x.plug FROM troubles x
               WHERE x.charger_id = c.charger_id AND x.connector_id = c.id AND x.plug <> '' AND x.ended_at IS NULL
           ) ELSE '{}' END AS broken_plugs
    FROM reported t JOIN connectors c ON c.charger_id = t.charger_id AND c.number = t.number
    JOIN chargers g ON g.id = t.charger_id
    CROSS JOIN LATERAL (
        SELECT (t.queued AND c.status_heard_at > t.heard_at) IS NOT TRUE AND g.epoch <= t.epoch AND NOT o.stale
               AS fresh, o.stale,
               c.status = :finishing OR c.status = ANY (CAST(:finer AS text[])) AND EXISTS (
                   SELECT FROM sessions s WHERE s.connector_id = c.id AND s.ended_at IS NULL
               ) AS finer
        FROM (SELECT t.denies AND EXISTS (
            SELECT FROM sessions s WHERE s.connector_id = c.id AND s.ended_at IS NULL AND (
                t.queued AND t.heard_at < s.started_at
                OR t.stamped_at < date_trunc('second', s.start_told_at) AND t.stamped_at >= s.start_told_at - :late
            )
        ) AS stale) o
    ) f
    ORDER BY c.id FOR UPDATE OF c
), written AS (
    UPDATE connectors c
        SET status = CASE WHEN k.tells THEN k.status ELSE c.status END,
            status_at = CASE WHEN k.tells THEN k.at ELSE c.status_at END,
            status_heard_at = CASE WHEN k.fresh THEN k.heard_at ELSE c.status_heard_at END,
            error_code = CASE WHEN k.tells THEN k.error_code ELSE c.error_code END,
            plugs = k.plugs
    FROM known k WHERE c.id = k.id AND (k.fresh OR k.plugs <> c.plugs)
)
SELECT n, id, before, tells, finer, error_before, charger_status, beside, heard_before, stale, taken_back,
       CASE WHEN fresh AND plug IS NOT NULL THEN plugs END AS plugs, plugs_before, plug_types, broken_plugs
FROM known
""")

_WORDS = {
    "finer": FINER_THAN_OCCUPIED,
    "finishing": ConnectorStatus.FINISHING.value,
    "lock_failed": LOCK_FAILED,
    "late": CLOCK_TRUST,
    "first": FIRST_PROTOCOL,
    "free": [status.value for status in SHOWS_NOBODY],
    "in_use": [status.value for status in IN_USE],
}
"""What `_WRITE_CONNECTORS` calls by name."""

_TOGETHER = text("""
UPDATE connectors c SET status = t.status,
    error_code = CASE WHEN t.keeps_lock THEN :lock_failed ELSE c.error_code END
FROM json_to_recordset(CAST(:together AS json)) AS t (id bigint, status text, keeps_lock boolean) WHERE c.id = t.id
""")

_WRITE_CHARGERS = text("""
WITH reported AS (
    SELECT * FROM json_to_recordset(CAST(:reported AS json)) AS t (n int, charger_id text, epoch bigint, status text)
), known AS MATERIALIZED (
    SELECT c.id, c.status AS before, t.n, t.status, c.epoch <= t.epoch AS tells
    FROM reported t JOIN chargers c ON c.id = t.charger_id
    ORDER BY c.id FOR NO KEY UPDATE OF c
), written AS (
    UPDATE chargers c SET status = k.status FROM known k
    WHERE c.id = k.id AND k.tells AND c.status <> k.status
)
SELECT n, before, tells FROM known
""")


_SIBLINGS = text(f"""
SELECT c.id, CASE WHEN s.id IS NULL THEN x.status ELSE :used END
FROM connectors c JOIN connectors x ON x.berth_id = c.berth_id AND x.id <> c.id
LEFT JOIN sessions s ON s.connector_id = x.id AND s.ended_at IS NULL AND s.contradicted_at IS NULL AND {OF_NOW}
WHERE c.id = ANY(:connectors)
""")  # noqa: S608 - the fragment is ours


_CABLE_SHOWN = text("""
SELECT EXISTS (
    SELECT FROM connectors c WHERE c.charger_id = :charger AND c.number = :number
        AND c.status = ANY (CAST(:finer AS text[]))
        AND :occupied IN (SELECT shown.value FROM jsonb_each_text(c.plugs) shown)
)
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewStatus:
    """`epoch`: of the connection that told it; once the charger has come anew, an older one tells nothing.

    `number` 0: the charger as a whole. `merely_occupied`: 2.x Occupied, which a finer status outlives as long as its
    transaction runs. `heard_at`: by our clock; of what was `queued` offline, the moment it tells of, and what we know
    from later outlives it.
    `plug`: which of the connectors of a 2.x EVSE says it; 0 of the only connector of a charger that speaks for it.
    `denies`: while it is so, nobody charges there. Where that is `stamped_at`, by the charger's own clock, a little
    before the start of what runs there, it is of before that; much before it, the clock was set in between.
    """

    charger_id: str
    epoch: int
    number: int
    status: ConnectorStatus
    at: datetime
    error_code: str
    merely_occupied: bool
    heard_at: datetime
    queued: bool = False
    plug: int | None = None
    stamped_at: datetime | None = None
    denies: bool = False


async def write_statuses(connection: AsyncConnection, news: Sequence[NewStatus]) -> list[FormerStatus | None]:
    """Write each and say what was there before; None for a connector we do not have.

    No charger's connector may occur twice.
    """
    before: list[FormerStatus | None] = [None] * len(news)
    connectors = [n for n, new in enumerate(news) if new.number]
    chargers = [n for n, new in enumerate(news) if not new.number]
    if connectors:
        reported = as_rows(_row(news[n]) for n in connectors)
        several = []
        for row in await connection.execute(_WRITE_CONNECTORS, {"reported": reported, **_WORDS}):
            former = _former(row)
            if row.plugs is not None and (len(row.plugs) > 1 or row.broken_plugs):
                former = told_by_plug(
                    together_with(former, row.plugs, finer=row.finer), row, news[connectors[row.n]].plug
                )
                several.append(former)
            before[connectors[row.n]] = former
        await _write_together(connection, several)
    if chargers:
        reported = as_rows(_row(news[n]) for n in chargers)
        for n, status, tells in await connection.execute(_WRITE_CHARGERS, {"reported": reported}):
            before[chargers[n]] = FormerStatus(None, status, tells)
    return before


def _former(row: Any) -> FormerStatus:
    return FormerStatus(
        row.id,
        row.before,
        row.tells,
        row.error_before,
        charger_in_trouble=row.charger_status in TROUBLE,
        beside=tuple(row.beside),
        heard_at=row.heard_before,
        stale=row.stale,
        taken_back=row.taken_back,
    )


async def shown_by(
    connection: AsyncConnection, charger_id: str, number: int
) -> tuple[ConnectorStatus, str] | None:
    """Status and error code of the charger's connector; None for one that we do not have."""
    found = await connection.execute(
        select(Connector.status, Connector.error_code).where(
            Connector.charger_id == charger_id, Connector.number == number
        )
    )
    shown = found.one_or_none()
    return None if shown is None else (ConnectorStatus(shown.status), shown.error_code)


async def shows_cable(connection: AsyncConnection, charger_id: str, number: int) -> bool:
    """Is Occupied the last that a plug of the EVSE has said, which a transaction has told more of?"""
    asked = {"charger": charger_id, "number": number, "finer": FINER_THAN_OCCUPIED}
    return bool(await connection.scalar(_CABLE_SHOWN, asked | {"occupied": ConnectorStatus.OCCUPIED.value}))


async def shown_since(
    connection: AsyncConnection, charger_id: str
) -> dict[int, tuple[ConnectorStatus, datetime | None]]:
    """Of the charger's connectors, by number: status and when it became so, as it was told."""
    found = await connection.execute(
        select(Connector.number, Connector.status, Connector.status_at).where(
            Connector.charger_id == charger_id
        )
    )
    return {row.number: (ConnectorStatus(row.status), row.status_at) for row in found}


async def only_connectors(
    connection: AsyncConnection, charger_ids: Sequence[str]
) -> dict[str, tuple[int, bool]]:
    """Of chargers that have a single connector: its number, and does the charger speak for it, as a whole?"""
    rows = await connection.execute(
        select(Connector.charger_id, func.max(Connector.number), func.bool_or(Connector.plugs.has_key("0")))
        .where(Connector.charger_id.in_(charger_ids))
        .group_by(Connector.charger_id)
        .having(func.count() == 1)
    )
    return {charger_id: (number, speaks) for charger_id, number, speaks in rows}


async def siblings_of(
    connection: AsyncConnection, connectors: Sequence[int]
) -> dict[int, list[ConnectorStatus]]:
    """What the other connectors of each one's berth say, Occupied while somebody charges there."""
    found: dict[int, list[ConnectorStatus]] = {connector: [] for connector in connectors}
    asked = {"connectors": list(connectors), "used": ConnectorStatus.OCCUPIED.value}
    for connector, status in await connection.execute(_SIBLINGS, asked):
        found[connector].append(ConnectorStatus(status))
    return found


async def _write_together(connection: AsyncConnection, several: Sequence[FormerStatus]) -> None:
    rows = [
        {
            "id": one.connector_id,
            "status": one.together if one.written else one.status,
            # As with a single connector: Occupied says nothing of a lock that has failed.
            "keeps_lock": one.error_code == LOCK_FAILED and one.together is ConnectorStatus.OCCUPIED,
        }
        for one in several
    ]
    if rows:
        await connection.execute(_TOGETHER, {"together": as_rows(rows), "lock_failed": LOCK_FAILED})


def _row(new: NewStatus) -> dict[str, Any]:
    return {
        "charger_id": new.charger_id,
        "epoch": new.epoch,
        "number": new.number,
        "status": new.status,
        "at": new.at,
        "error_code": new.error_code,
        "merely_occupied": new.merely_occupied,
        "heard_at": new.heard_at,
        "queued": new.queued,
        "plug": new.plug,
        "stamped_at": new.stamped_at,
        "denies": new.denies,
    }
