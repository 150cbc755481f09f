"""Is the namespace that answers the one where our reservations live, and is its memory whole?

Only then does "no such workflow" prove anything. A worker pointed at another namespace, or a server that lost its data,
says it of every reservation there is.
"""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from enum import StrEnum
from typing import Protocol

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from temporalio import activity

from contracts.reconciliation import NamespaceIdentity
from db.engine import Sessions
from db.tables import HomeNamespace

STILL_KNOWN = 0.9
"""Part of the retention for which the namespace must know a closed run."""


class Namespace(Protocol):
    """What answers. Each question raises when nothing is known."""

    async def identity(self) -> NamespaceIdentity: ...

    async def ended_as(self, code: str) -> str | None:
        """How the reservation's workflow ended, NOT_FOUND when there is none; None while it runs."""
        ...

    async def remembers(self, workflow: str, run: str) -> bool: ...

    def running(self, since: datetime) -> AsyncIterator[str]: ...


class Doubt(StrEnum):
    """Why nothing can be concluded from what a namespace does not know."""

    ANOTHER_NAMESPACE = "another_namespace"
    """It is not the one in which the reservations were made."""
    MEMORY_LOST = "memory_lost"
    """It has forgotten a run of the reconciler that it should still know: an old backup, a lost disk."""
    MOST_UNKNOWN = "most_unknown"
    """It does not know most of the reservations that have something open."""


class Home:
    """What is on record of it."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def doubt(self, namespace: Namespace, *, only_looking: bool = False) -> Doubt | None:
        """The first namespace that ever answers is taken for ours, unless somebody is `only_looking`.

        Raises what the namespace raises.
        """
        identity = await namespace.identity()
        home = await self._on_record() if only_looking else await self.noted(identity)
        if home is None:
            return None
        if home.namespace_id != identity.id:
            return Doubt.ANOTHER_NAMESPACE
        workflow, run, at = home.witness_workflow, home.witness_run, home.witnessed_at
        if workflow is None or run is None or at is None:
            return None
        is_kept = datetime.now(UTC) < at + STILL_KNOWN * identity.retention
        forgotten = is_kept and not await namespace.remembers(workflow, run)
        return Doubt.MEMORY_LOST if forgotten else None

    async def noted(self, identity: NamespaceIdentity) -> HomeNamespace:
        """The namespace on record, which is this one if there was none."""
        first = insert(HomeNamespace).values(
            namespace_id=identity.id, name=identity.name, noted_at=datetime.now(UTC)
        )
        async with self._sessions.begin() as session:
            await session.execute(first.on_conflict_do_nothing())
            return (await session.scalars(select(HomeNamespace))).one()

    async def _on_record(self) -> HomeNamespace | None:
        async with self._sessions() as session:
            return await session.scalar(select(HomeNamespace))

    async def accept(self, identity: NamespaceIdentity) -> None:
        """From now on this one is ours, with whatever it remembers."""
        values = {"namespace_id": identity.id, "name": identity.name, "noted_at": datetime.now(UTC)}
        nobody = {"witness_workflow": None, "witness_run": None, "witnessed_at": None}
        taken = insert(HomeNamespace).values(**values)
        async with self._sessions.begin() as session:
            await session.execute(taken.on_conflict_do_update(index_elements=["one"], set_=values | nobody))

    async def surveyed_to(self) -> str:
        """The code behind which the next survey begins."""
        home = await self._on_record()
        return "" if home is None else home.surveyed_to

    async def witnessed(self, surveyed_to: str) -> None:
        """The run under way, which came so far, is what the namespace has to remember from now on."""
        if not activity.in_activity():
            return
        run = activity.info()
        async with self._sessions.begin() as session:
            await session.execute(
                update(HomeNamespace).values(
                    witness_workflow=run.workflow_id,
                    witness_run=run.workflow_run_id,
                    witnessed_at=datetime.now(UTC),
                    surveyed_to=surveyed_to,
                )
            )
