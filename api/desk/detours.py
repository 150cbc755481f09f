"""How far out of the way another place is, reckoned from the driver's route when it is told.

Only to the account that named the route, whoever else the reservation belongs to: from metres to a few sites others
could reckon where its driver comes from. What it is told beside is done or found already, and stands: metres that
cannot be read in time are not told.
"""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import structlog
from sqlalchemy.exc import SQLAlchemyError

from api.desk.principal import Principal
from contracts.alternatives import Alternative
from contracts.publication import ReservationView
from db.engine import Sessions
from db.queries.place.pool_facts import booked_pool_of
from db.queries.place.routes import detours, route_named_by

log = structlog.get_logger(__name__)

_PATIENCE_S = 2.0


async def with_detours(
    sessions: Sessions, principal: Principal, code: str, wanted: str, found: Sequence[Alternative]
) -> tuple[Alternative, ...]:
    """`wanted`: the site that was asked for. No statement where nothing is offered."""
    metres = await _metres(sessions, principal, code, {one.site_id for one in found}, wanted)
    return tuple(replace(one, detour_m=metres.get(one.site_id)) for one in found)


async def with_own_detours(
    sessions: Sessions, principal: Principal, view: ReservationView
) -> ReservationView:
    """Of where it was moved, and of what is proposed. No statement while it is where it was booked."""
    offer = None if view.proposed is None else view.proposed.instead
    moved = view.site_distance_m is not None
    sites = {*([view.site_id] if moved else ()), *([offer.site_id] if offer is not None else ())}
    metres = await _metres(sessions, principal, view.code, sites)
    if view.proposed is not None and offer is not None:
        instead = replace(offer, detour_m=metres.get(offer.site_id))
        view = replace(view, proposed=replace(view.proposed, instead=instead))
    return replace(view, site_detour_m=metres.get(view.site_id) if moved else None)


async def _metres(
    sessions: Sessions,
    principal: Principal,
    code: str,
    instead: Collection[str],
    wanted: str | None = None,
) -> Mapping[str, int]:
    """By site `instead` of the `wanted` one (None: that was booked); empty where the caller has named no route."""
    if not instead:
        return {}
    try:
        async with asyncio.timeout(_PATIENCE_S), sessions() as session:
            route = await route_named_by(session, principal.accounts, code)
            if route is None:
                return {}
            if wanted is None:
                booked = await booked_pool_of(session, code)
                wanted = None if booked is None else booked.site_id
            return {} if wanted is None else await detours(session, route, wanted, instead)
    except (SQLAlchemyError, OSError, TimeoutError) as error:
        log.warning("told_without_detours", reservation=code, error=type(error).__name__)
        return {}
