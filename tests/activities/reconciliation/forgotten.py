"""A namespace that has forgotten all workflows, where no server is needed for it."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

from contracts.chargers import Connection
from contracts.money import OpenSettlement
from contracts.reconciliation import NOT_FOUND, NamespaceIdentity, Unsettled
from domain.charging.commands import CommandOutcome


class Forgotten:
    """Both what reconcilers ask about workflows, and what they ask of those that have ended."""

    async def identity(self) -> NamespaceIdentity:
        return NamespaceIdentity(id="forgotten", name="forgotten", retention=timedelta(days=1))

    async def ended_as(self, code: str) -> str | None:
        return NOT_FOUND

    async def remembers(self, workflow: str, run: str) -> bool:
        return False

    async def running(self, since: datetime) -> AsyncIterator[str]:
        unknown: tuple[str, ...] = ()
        for code in unknown:
            yield code

    async def open_settlement(self, code: str) -> OpenSettlement | Unsettled:
        return Unsettled.FORGOTTEN

    async def stop(self, instance: str, connection: Connection, transaction_id: str) -> CommandOutcome:
        return CommandOutcome.NOT_CONNECTED
