"""Do we talk to the Temporal namespace where our reservations live? In another one each could be booked twice."""

from collections.abc import Sequence

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from delivery.home import is_elsewhere
from runtime.readiness.findings import TEMPORAL_UNREACHABLE, Finding, another_namespace
from runtime.readiness.readiness import Need
from runtime.readiness.temporal import TemporalLink
from workflows.client.failures import CallFailed


def home_need(engine: AsyncEngine, link: TemporalLink, *, optional: bool = False) -> Need:
    async def check() -> Sequence[Finding]:
        try:
            client = await link.reach()
            elsewhere = await is_elsewhere(engine, client)
        except (SQLAlchemyError, OSError, RuntimeError, CallFailed):
            return []  # the other needs tell what is the matter
        return [another_namespace(client.namespace)] if elsewhere else []

    return Need(
        name="home_namespace", check=check, silent=TEMPORAL_UNREACHABLE, optional=optional, kept_s=10.0
    )
