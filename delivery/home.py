"""Do we talk to the Temporal namespace where our reservations live? In another one each of them is unknown."""

import asyncio
import time

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.client import Client

from db.tables import HomeNamespace
from delivery.target import TargetAway
from workflows.client.description import description
from workflows.client.failures import CallFailed


async def is_elsewhere(engine: AsyncEngine, client: Client) -> bool:
    """Is the client's namespace another than the one on record since the first run of the reconciler?

    False while none is on record (docs/decisions/0015). Raises CallFailed, and what the database raises.
    """
    async with engine.connect() as connection:
        home = await connection.scalar(select(HomeNamespace.namespace_id))
    return home is not None and home != (await description(client)).namespace_info.id


class HomeCheck:
    """For whoever was told that a workflow is unknown. However many ask, one look is good for `kept_s`."""

    def __init__(self, engine: AsyncEngine, *, kept_s: float = 3.0) -> None:
        self._engine = engine
        self._kept_s = kept_s
        self._looking = asyncio.Lock()
        self._doubt = ""
        self._good_until = -1.0

    async def passed(self, client: Client) -> None:
        """Raises TargetAway while this namespace is not known to be ours, and what the database raises."""
        async with self._looking:
            if time.monotonic() >= self._good_until:
                self._doubt = await self._look(client)
                self._good_until = time.monotonic() + self._kept_s
        if self._doubt:
            raise TargetAway(self._doubt)

    async def _look(self, client: Client) -> str:
        try:
            elsewhere = await is_elsewhere(self._engine, client)
        except CallFailed as error:
            return f"namespace {client.namespace} could not be asked who it is: {error.message}"
        there = f"the reservations of this database live in another namespace than {client.namespace}"
        return f"another_namespace: {there}" if elsewhere else ""
