"""The way of a reservation's driver: noted when it is booked, read when something else is offered, forgotten after."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from sqlalchemy import CursorResult, delete, exists
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from db.queries.place.sites import spots_of
from db.tables import ReservationRoute, ReservationRow
from domain.place.nearby import Route, Spot, detour_m

_KEPT_UNDECIDED = timedelta(days=1)
"""By then every booking is decided, and what was asked of it has been asked again."""


async def note_route(session: AsyncSession, code: str, account: str, route: Route, now: datetime) -> None:
    """Once, when it is booked, by that account. The caller commits."""
    end = route.end
    noted = {
        "reservation_code": code,
        "account": account,
        "start_latitude": route.start.latitude,
        "start_longitude": route.start.longitude,
        "end_latitude": None if end is None else end.latitude,
        "end_longitude": None if end is None else end.longitude,
        "noted_at": now,
    }
    await session.execute(insert(ReservationRoute).values(noted).on_conflict_do_nothing())


async def route_of(session: AsyncSession, code: str) -> Route | None:
    """Whoever named it. None: nobody did, or it is forgotten."""
    row = await session.get(ReservationRoute, code)
    return None if row is None else _route(row)


async def route_named_by(session: AsyncSession, accounts: Collection[str], code: str) -> Route | None:
    """The same; None where it was none of `accounts`, too."""
    row = await session.get(ReservationRoute, code)
    return None if row is None or row.account not in accounts else _route(row)


def _route(row: ReservationRoute) -> Route:
    end = None
    if row.end_latitude is not None and row.end_longitude is not None:
        end = Spot(site_id="", latitude=row.end_latitude, longitude=row.end_longitude)
    return Route(start=Spot(site_id="", latitude=row.start_latitude, longitude=row.start_longitude), end=end)


async def detours(
    session: AsyncSession, route: Route, wanted: str, instead: Collection[str]
) -> dict[str, int]:
    """Site id → metres, of each site `instead` of the one that was wanted."""
    spots = await spots_of(session, {wanted, *instead})
    return {
        site_id: detour_m(route, spots[wanted], spots[site_id]) for site_id in instead if site_id in spots
    }


async def out_of_the_way(
    session: AsyncSession, code: str, wanted: str, near: Mapping[str, int]
) -> Mapping[str, int]:
    """By the route of that reservation how much longer the way is by each site of `near`; without one as it is: metres
    from the one that is `wanted`. No statement where there are none.
    """
    route = await route_of(session, code) if near else None
    return near if route is None else await detours(session, route, wanted, near)


async def forget_routes(session: AsyncSession, now: datetime) -> int:
    """Those that nothing can be offered by any more: of reservations that are closed and whose slot is over, and of
    bookings that never became one. How many.
    """
    of_use = exists().where(
        ReservationRow.code == ReservationRoute.reservation_code,
        ReservationRow.closed_at.is_(None) | (ReservationRow.slot_end > now),
    )
    old = ReservationRoute.noted_at < now - _KEPT_UNDECIDED
    known = exists().where(ReservationRow.code == ReservationRoute.reservation_code)
    gone = delete(ReservationRoute).where(~of_use, known | old)
    result = await session.execute(gone)
    return result.rowcount if isinstance(result, CursorResult) else 0
