"""Intervals of trouble: begun and ended in the transaction that writes the news, many chargers at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from db.rows import as_rows
from domain.charging.trouble import BROKEN, TroubleCause, TroubleEnd

_BROKEN = sorted(cause.value for cause in BROKEN)

# What else was said of the same place ends first: a place is broken in one way at a time.
_TELL = text("""
WITH told AS (
    SELECT * FROM json_to_recordset(CAST(:told AS json)) AS t (
        charger_id text, connector_id bigint, plug text, cause text, detail text, at timestamptz, noticed_at timestamptz
    )
), over AS (
    UPDATE troubles t SET ended_at = greatest(told.at, t.began_at), ended_by = :own_word
    FROM told
    WHERE t.charger_id = told.charger_id AND coalesce(t.connector_id, 0) = coalesce(told.connector_id, 0)
      AND t.plug = told.plug
      AND t.ended_at IS NULL AND t.cause = ANY(CAST(:causes AS text[])) AND t.cause IS DISTINCT FROM told.cause
)
INSERT INTO troubles (charger_id, connector_id, plug, cause, detail, began_at, noticed_at)
SELECT charger_id, connector_id, plug, cause, detail, at, noticed_at FROM told WHERE cause IS NOT NULL
ON CONFLICT (charger_id, coalesce(connector_id, 0), plug, cause) WHERE ended_at IS NULL
DO UPDATE SET vouched = '{}', booted = false
""")

_VOUCH = text("""
WITH told AS (
    SELECT * FROM json_to_recordset(CAST(:told AS json)) AS t (
        charger_id text, connector_id bigint, well boolean, charging boolean, at timestamptz
    )
), heard AS MATERIALIZED (
    SELECT t.id, t.charger_id, t.booted, t.began_at, told.well, told.charging, told.at,
           array_remove(t.vouched, told.connector_id)
           || CASE WHEN told.well THEN ARRAY[told.connector_id] ELSE CAST('{}' AS bigint[]) END AS vouched
    FROM told JOIN troubles t ON t.charger_id = told.charger_id
        AND t.connector_id IS NULL AND t.ended_at IS NULL AND t.cause = ANY(CAST(:causes AS text[]))
    ORDER BY t.charger_id FOR UPDATE OF t
), judged AS (
    SELECT *, well AND (booted OR charging OR NOT EXISTS (
        SELECT FROM connectors c WHERE c.charger_id = heard.charger_id AND c.id <> ALL(heard.vouched)
    )) AS over FROM heard
), written AS (
    UPDATE troubles t SET vouched = j.vouched,
        ended_at = CASE WHEN j.over THEN greatest(j.at, t.began_at) END,
        ended_by = CASE WHEN NOT j.over THEN '' WHEN j.charging THEN :session
             WHEN j.booted THEN :booted ELSE :all_connectors END
    FROM judged j WHERE t.id = j.id
    RETURNING t.id, t.charger_id, t.ended_at, t.ended_by
)
SELECT id, charger_id, ended_at, ended_by FROM written WHERE ended_at IS NOT NULL ORDER BY charger_id
""")

_SESSION = text("""
UPDATE troubles SET ended_at = greatest(:at, began_at), ended_by = :session
WHERE charger_id = :charger_id AND connector_id IS NULL AND ended_at IS NULL
  AND cause = ANY(CAST(:causes AS text[])) AND began_at <= :at
RETURNING id, charger_id, ended_at, ended_by
""")

# Both readings are of after the fault, so that nothing that was delivered before it counts.
_COUNTS = text("""
UPDATE troubles t SET ended_at = greatest(:at, t.began_at), ended_by = :session
WHERE t.charger_id = :charger_id AND t.connector_id IS NULL AND t.ended_at IS NULL AND t.cause = :fault
  AND EXISTS (
    SELECT FROM (
        SELECT r.wh, r.is_interval, min(r.wh) OVER (
            PARTITION BY r.location, r.is_interval ORDER BY r.at
            RANGE BETWEEN UNBOUNDED PRECEDING AND INTERVAL '1 microsecond' PRECEDING
        ) AS least_before
        FROM meter_readings r
        WHERE r.session_id = :session_id AND r.received_at > t.noticed_at AND r.at >= t.began_at
    ) read
    WHERE read.wh > CASE WHEN read.is_interval AND read.least_before IS NOT NULL THEN 0 ELSE read.least_before END
  )
RETURNING t.id, t.charger_id, t.ended_at, t.ended_by
""")

_BOOTED = text("""
UPDATE troubles SET vouched = '{}', booted = true
WHERE charger_id = ANY(CAST(:chargers AS text[])) AND connector_id IS NULL AND ended_at IS NULL
  AND cause = ANY(CAST(:causes AS text[]))
""")

# Its own word is believed no more; whether it is well it has not said.
_DOUBT = text("""
WITH doubted AS MATERIALIZED (
    SELECT id FROM chargers WHERE id = ANY(CAST(:chargers AS text[])) ORDER BY id FOR NO KEY UPDATE
)
UPDATE chargers c SET status = 'unknown' FROM doubted WHERE c.id = doubted.id
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What a place says of itself. `connector_id` None: the whole charger. `cause` None: nothing is wrong.
    `plug`: of an EVSE, only its plugs of that type.

    `cause`: of BROKEN.
    """

    charger_id: str
    connector_id: int | None
    cause: TroubleCause | None
    detail: str
    at: datetime
    noticed_at: datetime
    plug: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """Of a connector. `well`: nothing is wrong with it. `charging`: it delivers."""

    charger_id: str
    connector_id: int
    well: bool
    charging: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class Ended:
    """Trouble of a whole charger that other evidence than its own word has ended."""

    id: int
    charger_id: str
    at: datetime
    by: str


async def tell(connection: AsyncConnection, news: Sequence[News]) -> None:
    """Begin what is said, end what was said before. The same again begins nothing, but no one vouches any more.

    Each place at most once.
    """
    await _write(connection, news, _BROKEN)


async def fall_silent(
    connection: AsyncConnection, chargers: Sequence[tuple[str, datetime, datetime]]
) -> None:
    """Each with the moment when it was heard last, and the one when that was noticed."""
    silent = [_silence(charger, at, noticed_at, TroubleCause.SILENT) for charger, at, noticed_at in chargers]
    await _write(connection, silent)


async def be_heard(connection: AsyncConnection, chargers: Sequence[tuple[str, datetime]]) -> None:
    await _write(connection, [_silence(charger, at, at, None) for charger, at in chargers])


async def vouch(connection: AsyncConnection, told: Sequence[Word]) -> list[Ended]:
    """What connectors say of themselves. Each charger once.

    Trouble of their whole charger ends with it when all of them are well, or one after a boot, or one delivers; the
    charger's status is then not known.
    """
    rows = [
        {
            "charger_id": word.charger_id,
            "connector_id": word.connector_id,
            "well": word.well,
            "charging": word.charging,
            "at": word.at,
        }
        for word in told
    ]
    if not rows:
        return []
    values = {
        "told": as_rows(rows),
        "causes": _BROKEN,
        "booted": TroubleEnd.BOOTED.value,
        "all_connectors": TroubleEnd.ALL_CONNECTORS.value,
        "session": TroubleEnd.SESSION.value,
    }
    return await _doubted(connection, [Ended(*row) for row in await connection.execute(_VOUCH, values)])


async def session_runs(connection: AsyncConnection, charger_id: str, at: datetime) -> list[Ended]:
    """Somebody could charge there: trouble of the whole charger that began before is over, as in `vouch`."""
    values = {
        "charger_id": charger_id,
        "at": at,
        "causes": _BROKEN,
        "session": TroubleEnd.SESSION.value,
    }
    return await _doubted(connection, [Ended(*row) for row in await connection.execute(_SESSION, values)])


async def session_counts(
    connection: AsyncConnection, charger_id: str, session_id: int, at: datetime
) -> list[Ended]:
    """Its register has risen since a fault of the whole charger began: that is over, as in `vouch`."""
    values = {
        "charger_id": charger_id,
        "session_id": session_id,
        "at": at,
        "fault": TroubleCause.FAULT.value,
        "session": TroubleEnd.SESSION.value,
    }
    return await _doubted(connection, [Ended(*row) for row in await connection.execute(_COUNTS, values)])


async def booted(connection: AsyncConnection, chargers: Sequence[str]) -> None:
    """Trouble of these whole chargers is no more believed than the next good word of a connector."""
    await connection.execute(_BOOTED, {"chargers": list(chargers), "causes": _BROKEN})


def _silence(charger_id: str, at: datetime, noticed_at: datetime, cause: TroubleCause | None) -> News:
    return News(
        charger_id=charger_id, connector_id=None, cause=cause, detail="", at=at, noticed_at=noticed_at
    )


async def _write(
    connection: AsyncConnection,
    news: Sequence[News],
    causes: Sequence[str] = (TroubleCause.SILENT.value,),
) -> None:
    """`causes`: those that the news are about."""
    if not news:
        return
    rows = (
        {
            "charger_id": one.charger_id,
            "connector_id": one.connector_id,
            "plug": one.plug,
            "cause": one.cause,
            "detail": one.detail,
            "at": one.at,
            "noticed_at": one.noticed_at,
        }
        for one in sorted(news, key=lambda one: (one.charger_id, one.connector_id or 0, one.plug))
    )
    values = {"told": as_rows(rows), "causes": list(causes), "own_word": TroubleEnd.OWN_WORD.value}
    await connection.execute(_TELL, values)


async def _doubted(connection: AsyncConnection, ended: list[Ended]) -> list[Ended]:
    if ended:
        await connection.execute(_DOUBT, {"chargers": [one.charger_id for one in ended]})
    return ended
