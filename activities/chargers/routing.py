"""Where a charger's socket lives now: looked up just before a command is sent."""

from collections.abc import Callable
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from activities.failures import failures_translated
from contracts.chargers import RESOLVE_ROUTE, Route
from contracts.declaration import implements
from contracts.names import gateway_queue
from db.queries.charging.routes import lease_of
from domain.charging.capabilities import promise


class RoutingActivities:
    def __init__(self, sessions: async_sessionmaker[AsyncSession]) -> None:
        self._sessions = sessions

    def all(self) -> list[Callable[..., Any]]:
        return [self.resolve_route]

    @implements(RESOLVE_ROUTE)
    @failures_translated
    async def resolve_route(self, charger_id: str) -> Route:
        """The queue of the gateway that owns the socket. Fails with charger_unknown."""
        async with self._sessions() as session:
            return await route_to(session, charger_id)


async def route_to(session: AsyncSession, charger_id: str) -> Route:
    """Raises UnknownCharger."""
    lease = await lease_of(session, charger_id)
    queue = gateway_queue(lease.gateway_instance) if lease.gateway_instance else None
    known = lease.capabilities
    return Route(
        charger_id=charger_id,
        queue=queue,
        epoch=lease.epoch,
        can_reserve=known.reserve_now,
        promise_held=promise(known, held=True),
        promise_not_held=promise(known, held=False),
    )
