"""Readiness over clients that a test has already."""

from typing import cast

from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.client import Client

from db.engine import Sessions
from db.migrations import revisions
from runtime.readiness.database import database_need
from runtime.readiness.readiness import Readiness
from runtime.readiness.temporal import TemporalLink, temporal_needs


def readiness_over(sessions: Sessions, temporal: Client) -> Readiness:
    """Postgres and Temporal, as the processes look at them."""
    engine = cast(AsyncEngine, sessions.kw["bind"])
    return Readiness([database_need(engine, revisions()), *temporal_needs(link_over(temporal))])


def link_over(temporal: Client) -> TemporalLink:
    async def given() -> Client:
        return temporal

    return TemporalLink(given)
