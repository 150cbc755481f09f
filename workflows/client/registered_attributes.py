"""Has the namespace what reservations need? Starts and tasks of a namespace without our search attributes fail."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from temporalio.api.operatorservice.v1 import ListSearchAttributesRequest
from temporalio.client import Client
from temporalio.common import SearchAttributeKey

from contracts import search_attributes
from workflows.client.rpc import once_more

_PATIENCE = timedelta(seconds=2)

Keys = Sequence[SearchAttributeKey[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unregistered:
    """Of `contracts.search_attributes`: those the namespace lacks, and those it has with another type."""

    missing: Keys
    mistyped: Keys

    def __bool__(self) -> bool:
        return bool(self.missing or self.mistyped)


async def unregistered(client: Client) -> Unregistered:
    """Ask the server. Raises RPCError, also where we may not list them."""
    asked = ListSearchAttributesRequest(namespace=client.namespace)
    listed = await once_more(lambda: client.operator_service.list_search_attributes(asked, timeout=_PATIENCE))
    types = dict(listed.custom_attributes)
    return Unregistered(
        missing=[key for key in search_attributes.ALL if key.name not in types],
        mistyped=[
            key
            for key in search_attributes.ALL
            if key.name in types and types[key.name] != key.indexed_value_type.value
        ],
    )
