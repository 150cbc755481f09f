"""The outbox as tests fill it and see it, and reservations that exist at Temporal and only listen."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.client import Client, WorkflowHandle

from db.tables import InboxEvent, OutboxDelivery
from domain.reservation.code import reservation_code, workflow_id
from tests.delivery.routes import Route


def codes(count: int) -> list[str]:
    """Codes that no other test has, in the order in which relays walk through them."""
    return sorted(reservation_code("delivery", str(uuid4())) for _ in range(count))


@dataclass(frozen=True, slots=True)
class Outbox:
    engine: AsyncEngine
    route: Route

    async def say(self, code: str, *event_ids: str, received_at: datetime | None = None) -> None:
        """Commit these facts for one reservation, each in a transaction of its own."""
        for event_id in event_ids:
            async with self.engine.begin() as connection:
                await self.route.say(connection, code, event_id, received_at or datetime.now(UTC))

    async def say_to_each(self, all_codes: Sequence[str], name: str) -> None:
        """One fact for each reservation, `<name>:<code>`."""
        async with self.engine.begin() as connection:
            for code in all_codes:
                await self.route.say(connection, code, f"{name}:{code}", datetime.now(UTC))

    async def say_nonsense(self, code: str, event_id: str) -> None:
        async with self.engine.begin() as connection:
            await self.route.say_nonsense(connection, code, event_id, datetime.now(UTC))

    async def rows(self) -> dict[str, Any]:
        """Event id → its delivery."""
        statement = select(InboxEvent.event_id, OutboxDelivery.__table__).join(
            OutboxDelivery, OutboxDelivery.inbox_id == InboxEvent.id
        )
        async with self.engine.connect() as connection:
            return {row.event_id: row for row in await connection.execute(statement)}

    async def outcomes(self) -> dict[str, str]:
        """Event id → outcome; empty for what waits."""
        return {event_id: row.outcome for event_id, row in (await self.rows()).items()}

    async def undelivered(self) -> int:
        return list((await self.outcomes()).values()).count("")

    async def is_empty(self) -> bool:
        return await self.undelivered() == 0

    async def put_off(self, until: datetime | None) -> None:
        """All that waits is due at `until`; None: now."""
        async with self.engine.begin() as connection:
            waiting = update(OutboxDelivery).where(OutboxDelivery.delivered_at.is_(None))
            await connection.execute(waiting.values(not_before=until))


async def open_reservation(client: Client, code: str) -> WorkflowHandle[Any, Any]:
    """A workflow that no worker serves: the server keeps what it is told."""
    return await client.start_workflow("Listener", id=workflow_id(code), task_queue=f"nobody-{uuid4()}")


async def heard(client: Client, code: str) -> list[str]:
    """The ids of the events that were signalled, in the order of the workflow's history."""
    history = await client.get_workflow_handle(workflow_id(code)).fetch_history()
    signals = [event.workflow_execution_signaled_event_attributes for event in history.events]
    return [json.loads(signal.input.payloads[0].data)["event_id"] for signal in signals if signal.signal_name]


def once(event_ids: Sequence[str]) -> list[str]:
    """As a workflow hears them that knows events by id."""
    return list(dict.fromkeys(event_ids))


async def eventually(holds: Callable[[], Awaitable[bool]], timeout_s: float = 20) -> None:
    """Return once `holds` does; for what other tasks and processes write. Raises TimeoutError."""
    async with asyncio.timeout(timeout_s):
        while not await holds():  # noqa: ASYNC110 - others write it; nothing here is told
            await asyncio.sleep(0.02)
