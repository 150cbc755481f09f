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
from runtime.build import build_id
from runtime.polling import Polling

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
        self._polling: Polling | None = None
        self._finished = asyncio.Event()

    @property
    def client(self) -> Client | None:
        return self._client

    async def run(self) -> None:
        """Connect, then poll until `drain`."""
        client = self._client = self._client or await self._reach()
        self._connected()
        self._polling = Polling(lambda: client, self._make_worker)
        self._finished.clear()
        try:
            await self._polling.run()
        finally:
            self._finished.set()

    async def drain(self) -> None:
        """Take no more commands and finish those under way."""
        if self._polling is not None:
            self._polling.stop()
            await self._finished.wait()

    async def _reach(self) -> Client:
        """A client whose namespace is there: nobody is shown one that could not find any workflow.

        What is missing meanwhile is told by readiness.
        """
        while True:
            try:
                client = await self._connect()
                await client.workflow_service.describe_namespace(
                    DescribeNamespaceRequest(namespace=client.namespace), timeout=_RPC_TIMEOUT
                )
            except (RPCError, RuntimeError, OSError) as error:
                log.debug("temporal_not_reached", error=type(error).__name__)
            else:
                return client
            await asyncio.sleep(_RETRY_S)

    def _make_worker(self, client: Client) -> Worker:
        return Worker(
            client,
            task_queue=gateway_queue(self._instance),
            activities=charger_activities(self._link),
            build_id=build_id(),
            max_concurrent_activities=_COMMANDS_AT_ONCE,
            graceful_shutdown_timeout=timedelta(seconds=self._call_timeout_s + _MORE_THAN_A_CALL_S),
        )
