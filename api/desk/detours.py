"""How far out of the way another place is, reckoned from the driver's route when it is told.

Only to the account that named the route, whoever else the reservation belongs to: from metres to a few sites others
could reckon where its driver comes from.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncSession

from api.desk.principal import Principal
from contracts.alternatives import Alternative
from contracts.publication import ReservationView
from db.engine import Sessions
from db.queries.place.pool_facts import pools_held
from db.queries.place.routes import detours, route_named_by


async def with_detours(
    sessions: Sessions, principal: Principal, code: str, wanted: str, found: Sequence[Alternative]
) -> tuple[Alternative, ...]:
    """`wanted`: the site that was asked for. No statement where nothing is offered."""
    if not found:
        return ()
    async with sessions() as session:
        metres = await _metres(session, principal, code, wanted, {one.site_id for one in found})
    return tuple(replace(one, detour_m=metres.get(one.site_id)) for one in found)


async def with_own_detours(
    sessions: Sessions, principal: Principal, view: ReservationView
) -> ReservationView:
    """Of where it was moved, and of what is proposed. No statement while it is where it was booked."""
    offer = None if view.proposed is None else view.proposed.instead
    moved = view.site_distance_m is not None
    sites = {*([view.site_id] if moved else ()), *([offer.site_id] if offer is not None else ())}
    if not sites:
        return view
    async with sessions() as session:
        booked = (await pools_held(session, view.code)).booked
        if booked is None:
            return view
        metres = await _metres(session, principal, view.code, booked.site_id, sites)
    if view.proposed is not None and offer is not None:
        instead = replace(offer, detour_m=metres.get(offer.site_id))
        view = replace(view, proposed=replace(view.proposed, instead=instead))
    return replace(view, site_detour_m=metres.get(view.site_id) if moved else None)


async def _metres(
    session: AsyncSession, principal: Principal, code: str, wanted: str, instead: Collection[str]
) -> Mapping[str, int]:
    """By site; none where the caller has named no route."""
    route = await route_named_by(session, principal.accounts, code)
    return {} if route is None else await detours(session, route, wanted, instead)
