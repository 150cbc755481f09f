"""Do we talk to the Temporal namespace where our reservations live? In another one each of them is unknown."""

import asyncio
import time

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.client import Client

from contracts.reconciliation import NamespaceIdentity
from db.tables import HomeNamespace
from delivery.target import TargetAway
from workflows.client.failures import CallFailed
from workflows.client.namespace import NamespaceMemory


async def stranger(engine: AsyncEngine, client: Client) -> NamespaceIdentity | None:
    """The client's namespace, if it is another than the one on record since the first run of the reconciler
    (docs/decisions/0015). None where none is on record yet. Raises CallFailed, and what the database raises.
    """
    async with engine.connect() as connection:
        home = await connection.scalar(select(HomeNamespace.namespace_id))
    if home is None:
        return None
    here = await NamespaceMemory(client).identity()
    return None if here.id == home else here


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
            here = await stranger(self._engine, client)
        except CallFailed as error:
            return f"namespace {client.namespace} could not be asked who it is: {error.message}"
        if here is None:
            return ""
        return (
            f"another_namespace: the reservations of this database live in another namespace than {here.name}"
        )
