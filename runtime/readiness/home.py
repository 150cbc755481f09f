"""Do we talk to the Temporal namespace where our reservations live? In another one each could be booked twice."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from db.tables import HomeNamespace
from runtime.readiness.findings import TEMPORAL_UNREACHABLE, Finding, another_namespace
from runtime.readiness.readiness import Need
from runtime.readiness.temporal import TemporalLink
from workflows.client.failures import CallFailed
from workflows.client.namespace import NamespaceMemory


def home_need(engine: AsyncEngine, link: TemporalLink) -> Need:
    """The namespace on record since the first run of the reconciler (docs/decisions/0015)."""

    async def check() -> Sequence[Finding]:
        try:
            async with engine.connect() as connection:
                home = await connection.scalar(select(HomeNamespace.namespace_id))
            if home is None:
                return []
            here = await NamespaceMemory(await link.reach()).identity()
        except (SQLAlchemyError, OSError, RuntimeError, CallFailed):
            return []  # the other needs tell what is the matter
        return [] if here.id == home else [another_namespace(here.name)]

    return Need(name="home_namespace", check=check, silent=TEMPORAL_UNREACHABLE, kept_s=10.0)
