"""A Temporal namespace of one's own on the session's server, so that no other test's worker takes one's tasks."""

import asyncio
from collections.abc import Awaitable, Callable

from google.protobuf.duration_pb2 import Duration
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest, RegisterNamespaceRequest
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode, ServiceClient
from temporalio.testing import WorkflowEnvironment

from contracts.search_attributes import ALL


async def own_namespace(environment: WorkflowEnvironment, name: str) -> Client:
    """Register it with our search attributes; a client of it once the server knows them."""
    client = await bare_namespace(environment, name)
    await once_known(client, _add_search_attributes)
    await once_known(client, _use_search_attributes)
    return client


async def bare_namespace(environment: WorkflowEnvironment, name: str) -> Client:
    """Register it without any search attributes, as one is that nobody has set up; a client of it."""
    service = environment.client.service_client
    await _registered(service, name)
    client = Client(service, namespace=name, data_converter=environment.client.data_converter)
    await once_known(client, _describe)
    return client


async def _registered(service: ServiceClient, name: str) -> None:
    """Asked again where the connection was lost meanwhile, as it is on a machine that stands still for a moment."""
    day = Duration(seconds=86_400)
    request = RegisterNamespaceRequest(namespace=name, workflow_execution_retention_period=day)
    async with asyncio.timeout(30):
        while True:
            try:
                await service.workflow_service.register_namespace(request)
            except RPCError as error:
                if error.status is RPCStatusCode.ALREADY_EXISTS:
                    return
                if error.status not in (RPCStatusCode.CANCELLED, RPCStatusCode.UNAVAILABLE):
                    raise
            else:
                return


async def _describe(client: Client) -> None:
    await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace=client.namespace))


async def _add_search_attributes(client: Client) -> None:
    request = AddSearchAttributesRequest(namespace=client.namespace)
    for key in ALL:
        request.search_attributes[key.name] = IndexedValueType.ValueType(key.indexed_value_type)
    await client.operator_service.add_search_attributes(request)


async def _use_search_attributes(client: Client) -> None:
    async for _ in client.list_workflows(" AND ".join(f"{key.name} IS NULL" for key in ALL)):
        pass


async def once_known(client: Client, call: Callable[[Client], Awaitable[None]]) -> None:
    """The server learns of a new namespace and its attributes a moment later: ask until it knows."""
    async with asyncio.timeout(30):
        while True:
            try:
                return await call(client)
            except RPCError as error:
                if error.status not in (RPCStatusCode.NOT_FOUND, RPCStatusCode.INVALID_ARGUMENT):
                    raise
                await asyncio.sleep(0.1)
