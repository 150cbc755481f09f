"""Calls that only ask, where the server closes the connection under them."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from runtime.embedded.temporal_server import EmbeddedTemporal
from workflows.client.namespace import NamespaceMemory
from workflows.client.rpc import once_more

CLOSES_OFTEN = {
    "frontend.keepAliveMaxConnectionAge": '"500ms"',
    "frontend.keepAliveMaxConnectionAgeGrace": '"100ms"',
    "frontend.namespaceRPS": "100000",
    "frontend.namespaceRPS.visibility": "100000",
    "frontend.rps": "100000",
}
AT_ONCE, EACH = 20, 500
"""Asked once each, 7 to 28 of them failed in four measurements."""


def failing(*statuses: RPCStatusCode) -> Callable[[], Awaitable[str]]:
    """Fails so, then answers how often it was asked."""
    left, asked = list(statuses), 0

    async def ask() -> str:
        nonlocal asked
        asked += 1
        if left:
            raise RPCError("said", left.pop(0), b"")
        return str(asked)

    return ask


async def test_a_server_that_closes_connections_is_never_taken_for_one_that_is_away() -> None:
    async with EmbeddedTemporal(dynamic_config=CLOSES_OFTEN) as server:
        memory = NamespaceMemory(await Client.connect(server.address, namespace=server.namespace))

        async def looked() -> set[str]:
            return {(await memory.identity()).id for _ in range(EACH)}

        (known,) = {frozenset(seen) for seen in await asyncio.gather(*(looked() for _ in range(AT_ONCE)))}
        assert len(known) == 1


@pytest.mark.parametrize("closed", [RPCStatusCode.CANCELLED, RPCStatusCode.INTERNAL])
async def test_what_was_closed_under_it_is_asked_once_more_and_no_oftener(closed: RPCStatusCode) -> None:
    assert await once_more(failing(closed)) == "2"
    with pytest.raises(RPCError):
        await once_more(failing(closed, closed))


@pytest.mark.parametrize("status", [RPCStatusCode.UNAVAILABLE, RPCStatusCode.NOT_FOUND])
async def test_a_server_that_answers_otherwise_or_is_away_is_not_asked_again(status: RPCStatusCode) -> None:
    ask = failing(status)
    with pytest.raises(RPCError):
        await once_more(ask)
    assert await ask() == "2"
