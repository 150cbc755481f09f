"""The namespace that a client talks to, as its server describes it."""

from datetime import timedelta

from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest, DescribeNamespaceResponse
from temporalio.client import Client
from temporalio.service import RPCError

from workflows.client.failures import of_rpc
from workflows.client.rpc import once_more

_PATIENCE = timedelta(seconds=5)


async def description(client: Client) -> DescribeNamespaceResponse:
    """`namespace_info.id` is that of no other, whatever its name. Raises TemporalAway and CallBroken."""
    asked = DescribeNamespaceRequest(namespace=client.namespace)
    try:
        return await once_more(lambda: client.workflow_service.describe_namespace(asked, timeout=_PATIENCE))
    except RPCError as error:
        raise of_rpc(error) from error
