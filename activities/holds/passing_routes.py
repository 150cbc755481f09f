"""A driver's route is kept no longer than it is of use: a loop of the worker forgets the others."""

import asyncio
from datetime import UTC, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncEngine

from activities.rounds import repeat
from db.engine import create_sessions
from db.queries.place.routes import forget_routes

_SWEEP = timedelta(minutes=5)


async def forget_driven_routes(engine: AsyncEngine, stop: asyncio.Event) -> None:
    """Until `stop` is set."""
    sessions = create_sessions(engine)

    async def go_round() -> None:
        async with sessions.begin() as session:
            await forget_routes(session, datetime.now(UTC))

    await repeat("routes", go_round, _SWEEP, stop)
