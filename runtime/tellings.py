"""Everybody whom a worker tells: drivers and fleets, engineers' endpoints, whoever bills walk-ins."""

import asyncio
from collections.abc import Callable

from sqlalchemy.ext.asyncio import AsyncEngine

from db.tables import Target
from delivery.backlog import BacklogFigures
from domain.telling.local_receiver import LocalReceiver
from telling.post import Post, tell_people
from webhooks.endpoints import tell_endpoints
from webhooks.walk_ins import Receiver, hand_on


async def tell_everybody(
    engine: AsyncEngine,
    post: Post,
    walk_ins: Receiver | None,
    local: LocalReceiver | None,
    stop: asyncio.Event,
    shown: Callable[[Target], Callable[[BacklogFigures], None]],
) -> None:
    """Until `stop` is set. `local`: an engineers' receiver of a stack to try.

    `shown`: who shows what waits for a target, on the metrics port.
    """
    await asyncio.gather(
        tell_people(engine, post, stop, shown),
        tell_endpoints(engine, stop, shown(Target.ENDPOINTS), local),
        hand_on(engine, walk_ins, stop, shown(Target.WALK_INS)),
    )
