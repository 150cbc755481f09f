"""The gateway's side towards Temporal: connects for as long as it takes, then serves this instance's commands."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import structlog
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.client import Client
from temporalio.service import RPCError
from temporalio.worker import Worker

from activities.chargers.commands import ChargerLink, charger_activities
from contracts.names import gateway_queue

log = structlog.get_logger(__name__)

_RETRY_S = 1.0
_RPC_TIMEOUT = timedelta(seconds=5)
_MORE_THAN_A_CALL_S = 2.0
_COMMANDS_AT_ONCE = 1000
"""They only wait; a crowd of silent chargers must not hold up the others."""


class TemporalSide:
    """Chargers are served whether or not Temporal is there."""

    def __init__(
        self,
        connect: Callable[[], Awaitable[Client]],
        link: ChargerLink,
        *,
        instance: str,
        call_timeout_s: float,
        connected: Callable[[], None],
    ) -> None:
        self._connect = connect
        self._link = link
        self._instance = instance
        self._call_timeout_s = call_timeout_s
        self._connected = connected
        self._client: Client | None = None
        self._worker: Worker | None = None
        self._stopping = False

    @property
    def client(self) -> Client | None:
        return self._client

    async def run(self) -> None:
        """Connect, then poll until `drain`. Raises what makes the worker fail; may be run again."""
        client = self._client or await self._reach()
        self._client = client
        self._connected()
        while not self._stopping:
            self._worker = self._make_worker(client)
            await self._worker.run()

    async def drain(self) -> None:
        """Take no more commands and finish those under way."""
        self._stopping = True
        if self._worker is not None and self._worker.is_running:
            await self._worker.shutdown()

    async def _reach(self) -> Client:
        """A client whose namespace is there: nobody is shown one that could not find any workflow."""
        while True:
            try:
                client = await self._connect()
                await client.workflow_service.describe_namespace(
                    DescribeNamespaceRequest(namespace=client.namespace), timeout=_RPC_TIMEOUT
                )
            except RPCError as error:
                log.warning("temporal_namespace_not_seen", status=error.status.name)
            except (RuntimeError, OSError) as error:
                log.warning("temporal_unreachable", error=type(error).__name__)
            else:
                return client
            await asyncio.sleep(_RETRY_S)

    def _make_worker(self, client: Client) -> Worker:
        return Worker(
            client,
            task_queue=gateway_queue(self._instance),
            activities=charger_activities(self._link),
            max_concurrent_activities=_COMMANDS_AT_ONCE,
            graceful_shutdown_timeout=timedelta(seconds=self._call_timeout_s + _MORE_THAN_A_CALL_S),
        )
