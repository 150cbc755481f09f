"""Connectors with their state, as the domain's rules want to see them."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from db.queries.of_now import OF_NOW
from domain.charging.connector import ConnectorStatus
from domain.charging.enforcement import EnforcementLevel
from domain.charging.plugs import plugs_offered, status_for
from domain.place.berth_rates import UNSEEN, Rates
from domain.place.connectors import PoolConnector
from domain.place.fit import UNMEASURED, BayShape
from domain.place.forecast import RunningSession
from domain.place.slots import Slot

_BEGINNING = datetime.min.replace(tzinfo=UTC)
_SEEN = f"""
SELECT c.id, c.number, c.charger_id, c.pool_id, h.site_id, b.label,
       c.status, h.status, h.gateway_instance IS NOT NULL, h.last_seen_at,
       ARRAY(SELECT coalesce(s.reservation_code, '') FROM connectors x JOIN sessions s ON s.connector_id = x.id
             WHERE x.berth_id = c.berth_id AND s.ended_at IS NULL AND s.contradicted_at IS NULL AND {OF_NOW}),
       c.berth_id, ARRAY(SELECT x.status FROM connectors x WHERE x.berth_id = c.berth_id AND x.id <> c.id),
       p.connector_type, c.plugs, c.plug_types, c.plug_types_declared,
       b.length_cm, b.width_cm, b.height_cm, b.trailer, b.drive_through, b.accessible,
       (SELECT array_agg(ARRAY[w.starts_at, w.ends_at] ORDER BY w.starts_at) FROM maintenance_windows w
        WHERE w.site_id = h.site_id AND w.cancelled_at IS NULL AND w.ends_at > :maintained_after
        AND (num_nonnulls(w.charger_id, w.connector_id, w.bay_id) = 0 OR EXISTS (
            SELECT FROM connectors x WHERE x.berth_id = c.berth_id
            AND (x.id = w.connector_id OR x.charger_id = w.charger_id OR x.bay_id = w.bay_id)))),
       k.level, k.fault_rate, k.overrun_rate, k.taken_rate, k.withdrawn_rate,
       (SELECT jsonb_agg(jsonb_build_array(coalesce(s.reservation_code, ''), s.started_at,
            (SELECT max(o.slot_end) FROM holds o
             WHERE o.reservation_code = s.reservation_code AND o.released_at IS NULL),
            (SELECT jsonb_agg(extract(epoch FROM e.ended_at - e.started_at)) FROM (
                SELECT y.started_at, y.ended_at FROM sessions y
                WHERE y.connector_id = s.connector_id AND s.reservation_code IS NULL
                AND y.ended_at > y.started_at AND y.reservation_code IS NULL
                ORDER BY y.started_at DESC LIMIT :known_sessions) e)))
        FROM connectors x JOIN sessions s ON s.connector_id = x.id
        WHERE x.berth_id = c.berth_id AND s.ended_at IS NULL AND s.contradicted_at IS NULL AND {OF_NOW})
FROM connectors c JOIN chargers h ON h.id = c.charger_id JOIN pools p ON p.id = c.pool_id
LEFT JOIN bays b ON b.id = c.bay_id LEFT JOIN berth_records k ON k.berth_id = c.berth_id
"""  # noqa: S608 - the fragment is ours
_KNOWN_SESSIONS = 20
"""The last at a connector, by which what is usual there is reckoned."""
_OF_POOLS = text(_SEEN + "WHERE c.pool_id = ANY(:pools) ORDER BY c.id")
_AT_SITE = text(_SEEN + "WHERE h.site_id = :site ORDER BY c.id")
_ONE = text(_SEEN + "WHERE c.id = :id")
_BESIDE = text("""
SELECT x.id FROM connectors c JOIN connectors x ON x.berth_id = c.berth_id AND x.id <> c.id
WHERE c.id = :id ORDER BY x.id
""")


async def connectors_of(
    session: AsyncSession, pool_ids: Collection[str], maintained_after: datetime = _BEGINNING
) -> list[PoolConnector]:
    """All connectors of the pools, by id, with maintenance that is not over by then."""
    about = {"pools": list(pool_ids), "maintained_after": maintained_after, "known_sessions": _KNOWN_SESSIONS}
    return [_connector(row) for row in await session.execute(_OF_POOLS, about)]


async def connectors_at(
    session: AsyncSession, site_id: str, maintained_after: datetime = _BEGINNING
) -> list[PoolConnector]:
    """All connectors of the site, by id, with maintenance that is not over by then."""
    about = {"site": site_id, "maintained_after": maintained_after, "known_sessions": _KNOWN_SESSIONS}
    return [_connector(row) for row in await session.execute(_AT_SITE, about)]


async def connector_of(
    session: AsyncSession, connector_id: int, maintained_after: datetime = _BEGINNING
) -> PoolConnector:
    """With maintenance that is not over by then. Raises NoResultFound for an id that no hold can carry."""
    about = {"id": connector_id, "maintained_after": maintained_after, "known_sessions": _KNOWN_SESSIONS}
    return _connector((await session.execute(_ONE, about)).one())


async def beside_of(reader: AsyncConnection | AsyncSession, connector_id: int) -> tuple[int, ...]:
    """The other connectors of its berth, by id."""
    return tuple((await reader.scalars(_BESIDE, {"id": connector_id})).all())


def _connector(row: Row[*tuple[Any, ...]]) -> PoolConnector:
    return PoolConnector(
        id=row[0],
        number=row[1],
        charger_id=row[2],
        pool_id=row[3],
        site_id=row[4],
        bay=row[5],
        status=ConnectorStatus(row[6]),
        charger_status=ConnectorStatus(row[7]),
        connected=row[8],
        last_seen_at=row[9],
        sessions=tuple(row[10]),
        berth_id=row[11],
        siblings=tuple(ConnectorStatus(status) for status in row[12]),
        plugs=_plugs(row),
        shape=_shape(row),
        maintenance=tuple(Slot(start, end) for start, end in row[23] or ()),
        rates=UNSEEN if row[24] is None else _rates(row),
        running=tuple(_running(*one) for one in row[29] or ()),
    )


def _running(
    code: str, started_at: str, slot_end: str | None, lasted: Sequence[float] | None
) -> RunningSession:
    return RunningSession(
        code=code,
        started_at=datetime.fromisoformat(started_at),
        slot_end=None if slot_end is None else datetime.fromisoformat(slot_end),
        lasted=tuple(timedelta(seconds=one) for one in lasted or ()),
    )


def _rates(row: Row[*tuple[Any, ...]]) -> Rates:
    level, fault, overrun, taken, withdrawn = row[24:29]
    return Rates(
        level=EnforcementLevel(level), fault=fault, overrun=overrun, taken=taken, withdrawn=withdrawn
    )


def _shape(row: Row[*tuple[Any, ...]]) -> BayShape:
    if row[20] is None:  # of no bay
        return UNMEASURED
    length, width, height, trailer, drive_through, accessible = row[17:23]
    shape = BayShape(
        length_cm=length,
        width_cm=width,
        height_cm=height,
        trailer=trailer,
        drive_through=drive_through,
        accessible=accessible,
    )
    return UNMEASURED if shape == UNMEASURED else shape


def _plugs(row: Row[*tuple[Any, ...]]) -> tuple[tuple[str, ConnectorStatus], ...]:
    together, own, types, declared = ConnectorStatus(row[6]), row[13], row[15], row[16]
    told = {number: ConnectorStatus(status) for number, status in row[14].items()}
    return tuple(
        (plug, status_for(plug, types, told, together))
        for plug in plugs_offered(own, types, declared=declared)
    )
