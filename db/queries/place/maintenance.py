"""Maintenance windows: which berths one closes, which others close them, and which reservations stand there."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from db.queries.newest_first import RowPosition, newest_first
from db.tables import Bay, Charger, Connector, MaintenanceConflict, MaintenanceWindow
from domain.errors import UnknownBay, UnknownCharger, UnknownConnector, UnknownMaintenance
from domain.facts.refusals import NoSuchBayHere, NoSuchCharger, NoSuchConnector
from domain.facts.refused_maintenance import NoSuchMaintenance
from domain.place.planned import Target
from domain.place.slots import Slot

_CLOSED = text("""
SELECT DISTINCT berth_id FROM connectors WHERE id IN (
    SELECT c.id FROM connectors c JOIN chargers h ON h.id = c.charger_id WHERE h.site_id = :site
    AND (num_nonnulls(CAST(:charger AS text), CAST(:connector AS bigint), CAST(:bay AS bigint)) = 0
         OR c.charger_id = :charger OR c.id = :connector OR c.bay_id = :bay)
) ORDER BY berth_id
""")
_OVERLAPPING = text("""
SELECT w.id, w.starts_at, w.ends_at FROM maintenance_windows w
WHERE w.site_id = :site AND w.cancelled_at IS NULL AND w.starts_at < :end AND w.ends_at > :start
AND (num_nonnulls(w.charger_id, w.connector_id, w.bay_id) = 0 OR EXISTS (
    SELECT FROM connectors x WHERE x.berth_id = ANY(:berths)
    AND (x.id = w.connector_id OR x.charger_id = w.charger_id OR x.bay_id = w.bay_id)))
ORDER BY w.starts_at, w.id LIMIT 1
""")
_STANDING = text("""
SELECT h.id, h.reservation_code, h.pool_id, h.plug, h.slot_start, h.slot_end, h.connector_id, c.charger_id, r.state,
       EXISTS (SELECT FROM waiting_list_entries e WHERE e.offer_code = h.reservation_code AND e.state = 'offered')
FROM holds h JOIN connectors c ON c.id = h.connector_id LEFT JOIN reservations r ON r.code = h.reservation_code
WHERE h.berth_id = ANY(:berths) AND h.released_at IS NULL AND h.slot_start < :end AND h.slot_end > :start
ORDER BY h.slot_start, h.id
""")


_OFFERED = text("""
SELECT e.id FROM waiting_list_entries e JOIN holds h ON h.reservation_code = e.offer_code
WHERE e.state = 'offered' AND h.berth_id = ANY(:berths) AND h.released_at IS NULL
AND h.slot_start < :end AND h.slot_end > :start
ORDER BY e.id FOR UPDATE OF e
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """The ids of a target. `bay_id`: the bay's."""

    charger_id: str | None
    connector_id: int | None
    bay_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingHold:
    """`plug`: as in db.tables.Hold. `state`: of its reservation, as last published; None: it has not been yet.
    `offered`: from the waiting list, and not accepted."""

    id: int
    code: str
    pool_id: str
    plug: str | None
    slot: Slot
    connector_id: int
    charger_id: str
    state: str | None
    offered: bool


async def named(session: AsyncSession, site_id: str, target: Target) -> Named:
    """Raises UnknownCharger, UnknownConnector, UnknownBay for what the site does not have."""
    bay_id = None
    if target.charger_id is not None:
        charger = await session.get(Charger, target.charger_id)
        if charger is None or charger.site_id != site_id:
            raise UnknownCharger(NoSuchCharger(charger_id=target.charger_id))
    if target.connector_id is not None:
        own = select(Connector.id).join(Charger, Charger.id == Connector.charger_id)
        at_site = own.where(Connector.id == target.connector_id, Charger.site_id == site_id)
        if await session.scalar(at_site) is None:
            raise UnknownConnector(NoSuchConnector(connector_id=target.connector_id))
    if target.bay is not None:
        bay_id = await session.scalar(select(Bay.id).where(Bay.site_id == site_id, Bay.label == target.bay))
        if bay_id is None:
            raise UnknownBay(NoSuchBayHere(bay=target.bay))
    return Named(charger_id=target.charger_id, connector_id=target.connector_id, bay_id=bay_id)


async def closed_by(session: AsyncSession, site_id: str, place: Named) -> list[int]:
    """Berths."""
    about = {"charger": place.charger_id, "connector": place.connector_id, "bay": place.bay_id}
    return [*(await session.scalars(_CLOSED, {"site": site_id, **about}))]


async def overlapping(
    session: AsyncSession, site_id: str, berths: Collection[int], span: Slot
) -> tuple[int, Slot] | None:
    """The first window that closes one of them in that time."""
    about = {"site": site_id, "berths": list(berths), "start": span.start, "end": span.end}
    row = (await session.execute(_OVERLAPPING, about)).one_or_none()
    return None if row is None else (row[0], Slot(row[1], row[2]))


async def standing_in(session: AsyncSession, berths: Collection[int], span: Slot) -> list[StandingHold]:
    """By start: those whose slot, not only its buffer, touches the span. Nobody accepts what is offered there until
    the caller commits."""
    about = {"berths": list(berths), "start": span.start, "end": span.end}
    await session.execute(_OFFERED, about)
    rows = await session.execute(_STANDING, about)
    return [
        StandingHold(
            id=id_,
            code=code,
            pool_id=pool_id,
            plug=plug,
            slot=Slot(start, end),
            connector_id=connector_id,
            charger_id=charger_id,
            state=state,
            offered=offered,
        )
        for id_, code, pool_id, plug, start, end, connector_id, charger_id, state, offered in rows
    ]


async def page(
    session: AsyncSession, site_id: str, after: RowPosition | None, limit: int
) -> Sequence[MaintenanceWindow]:
    """Up to `limit` + 1, the latest beginning first."""
    row = MaintenanceWindow
    of_site = select(row).where(row.site_id == site_id)
    return (await session.scalars(newest_first(of_site, row.starts_at, row.id, after, limit))).all()


async def window_of(
    session: AsyncSession, site_id: str, window_id: int, *, under_lock: bool = False
) -> MaintenanceWindow:
    """Raises UnknownMaintenance."""
    own = select(MaintenanceWindow).where(
        MaintenanceWindow.id == window_id, MaintenanceWindow.site_id == site_id
    )
    found = await session.scalar(own.with_for_update() if under_lock else own)
    if found is None:
        raise UnknownMaintenance(NoSuchMaintenance(window_id=window_id))
    return found


async def window_of_key(session: AsyncSession, key: str) -> MaintenanceWindow:
    """Raises NoResultFound."""
    return (await session.scalars(select(MaintenanceWindow).where(MaintenanceWindow.key == key))).one()


async def conflicts_of(session: AsyncSession, window_id: int) -> Sequence[MaintenanceConflict]:
    row = MaintenanceConflict
    own = select(row).where(row.window_id == window_id).order_by(row.slot_start, row.hold_id)
    return (await session.scalars(own)).all()


async def bay_label(session: AsyncSession, window: MaintenanceWindow) -> str | None:
    if window.bay_id is None:
        return None
    return (await session.get_one(Bay, window.bay_id)).label
