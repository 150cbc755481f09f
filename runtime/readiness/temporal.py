"""Is Temporal there, with our namespace and our search attributes?"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import timedelta

from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from runtime.readiness.findings import (
    TEMPORAL_REFUSES,
    TEMPORAL_UNREACHABLE,
    Finding,
    namespace_missing,
    search_attributes_missing,
    search_attributes_mistyped,
)
from runtime.readiness.readiness import Need
from workflows.client.registered_attributes import unregistered
from workflows.client.rpc import RpcFailure, once_more, rpc_failure

TEMPORAL = "temporal"
_RPC_PATIENCE = timedelta(seconds=2)


class TemporalLink:
    """The process's one connection: made as soon as the server answers, then kept; it comes back by itself."""

    def __init__(self, connect: Callable[[], Awaitable[Client]]) -> None:
        self._connect = connect
        self._connecting = asyncio.Lock()
        self._client: Client | None = None
        self._made = asyncio.Event()

    async def reach(self) -> Client:
        """The client. Raises RuntimeError and OSError while the server was never reached."""
        async with self._connecting:
            if self._client is None:
                self._client = await self._connect()
                self._made.set()
            return self._client

    @property
    def client(self) -> Client:
        """Of a server that was reached. Raises RuntimeError before."""
        if self._client is None:
            raise RuntimeError("Temporal was never reached")
        return self._client

    async def made(self) -> Client:
        """Wait until somebody has reached the server."""
        await self._made.wait()
        return await self.reach()


def temporal_needs(link: TemporalLink, *, optional: bool = False) -> list[Need]:
    """The server with the client's namespace, and the search attributes there."""

    async def server() -> Sequence[Finding]:
        try:
            client = await link.reach()
        except (RuntimeError, OSError) as error:  # RuntimeError: the SDK's word for a failed connection
            return [replace(TEMPORAL_UNREACHABLE, reason=str(error)[:200])]
        described = DescribeNamespaceRequest(namespace=client.namespace)
        try:
            await once_more(
                lambda: client.workflow_service.describe_namespace(described, timeout=_RPC_PATIENCE)
            )
        except RPCError as error:
            return [_finding(error, client.namespace)]
        return []

    async def attributes() -> Sequence[Finding]:
        try:
            return await _attribute_findings(await link.reach())
        except (RuntimeError, OSError, RPCError):
            return []  # the other need tells what is the matter; and who may not list them cannot tell

    return [
        Need(name=TEMPORAL, check=server, silent=TEMPORAL_UNREACHABLE, optional=optional),
        Need(
            name="search_attributes",
            check=attributes,
            silent=TEMPORAL_UNREACHABLE,
            optional=optional,
            kept_s=10.0,
        ),
    ]


async def _attribute_findings(client: Client) -> Sequence[Finding]:
    found = await unregistered(client)
    return [
        *([search_attributes_missing(client.namespace, found.missing)] if found.missing else []),
        *([search_attributes_mistyped(client.namespace, found.mistyped)] if found.mistyped else []),
    ]


def _finding(error: RPCError, namespace: str) -> Finding:
    if error.status is RPCStatusCode.NOT_FOUND:
        return namespace_missing(namespace)
    refused = rpc_failure(error) is RpcFailure.SHUT_OUT
    reason = f"{error.status.name}: {error.message}"[:200]
    return replace(TEMPORAL_REFUSES if refused else TEMPORAL_UNREACHABLE, reason=reason)
