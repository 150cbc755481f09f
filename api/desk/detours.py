"""How far out of the way another place is, reckoned from the driver's route when it is told.

Only to whom the reservation belongs: from metres to a few sites others could reckon where its driver comes from.
"""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncSession

from contracts.alternatives import Alternative
from contracts.publication import ReservationView
from db.engine import Sessions
from db.queries.place.pool_facts import pools_held
from db.queries.place.routes import detours, route_of
from domain.place.nearby import Route


async def with_detours(
    session: AsyncSession, route: Route | None, wanted: str, found: Sequence[Alternative]
) -> tuple[Alternative, ...]:
    """`wanted`: the site that was asked for. No statement where there is no route, or nothing is offered."""
    if route is None or not found:
        return tuple(found)
    metres = await detours(session, route, wanted, {one.site_id for one in found})
    return tuple(replace(one, detour_m=metres.get(one.site_id)) for one in found)


async def with_own_detours(sessions: Sessions, view: ReservationView) -> ReservationView:
    """Of where it was moved, and of what is proposed. No statement while it is where it was booked."""
    if view.proposed is None and view.site_distance_m is None:
        return view
    async with sessions() as session:
        route = await route_of(session, view.code)
        booked = None if route is None else (await pools_held(session, view.code)).booked
        if route is None or booked is None:
            return view
        offers = () if view.proposed is None or view.proposed.instead is None else (view.proposed.instead,)
        told = await with_detours(session, route, booked.site_id, offers)
        metres = await detours(session, route, booked.site_id, [view.site_id])
    proposed = view.proposed if not told or view.proposed is None else replace(view.proposed, instead=told[0])
    moved = None if view.site_distance_m is None else metres.get(view.site_id)
    return replace(view, proposed=proposed, site_detour_m=moved)
