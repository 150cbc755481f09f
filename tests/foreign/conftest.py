"""Charge points that this project did not write, connected to a gateway of ours.

The Python `ocpp` package is a dependency, so there is always one. npm's `ocpp-rpc` is installed on first use; without
node, npm or its registry those tests are skipped and say why.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Protocol

import pytest

from bench.peers import npm
from ocpp_gateway.server import Gateway
from tests.factories import PASSWORD
from tests.foreign.answers import ANSWERS
from tests.foreign.charge_point import ForeignChargePoint
from tests.foreign.npm_ocpp_rpc import NpmChargePoint
from tests.foreign.python_ocpp import PythonChargePoint
from tests.ocpp_gateway.conftest import CHARGER, engine, gateway, records
from tests.whole_stack.conftest import place, stack

__all__ = ["engine", "gateway", "place", "records", "stack"]

NPM, PYTHON = "npm ocpp-rpc", "python ocpp"
Connect = Callable[[str, str], Awaitable[ForeignChargePoint]]
"""Implementation and subprotocol → a connected charge point."""
EACH = [(PYTHON, "ocpp1.6"), (PYTHON, "ocpp2.0.1"), (PYTHON, "ocpp2.1"), (NPM, "ocpp1.6"), (NPM, "ocpp2.0.1")]
"""ocpp-rpc's strict mode has no schemas that fit 2.1: without them it would show nothing."""


class ConnectTo(Protocol):
    async def __call__(
        self, implementation: str, subprotocol: str, *, url: str, identity: str
    ) -> ForeignChargePoint: ...


@pytest.fixture(scope="session")
async def npm_peers() -> dict[str, str] | str:
    """The environment in which node finds ocpp-rpc, or why it cannot."""
    try:
        return await npm.installed()
    except npm.PeersMissing as missing:
        return f"npm's ocpp-rpc cannot be had here: {missing}"


@pytest.fixture
async def connect_to(npm_peers: dict[str, str] | str) -> AsyncIterator[ConnectTo]:
    """To any gateway, as any charger; they hang up when the test ends."""
    async with AsyncExitStack() as stack:

        async def connect(
            implementation: str, subprotocol: str, *, url: str, identity: str
        ) -> ForeignChargePoint:
            where = {"url": url, "identity": identity, "password": PASSWORD, "subprotocol": subprotocol}
            charge_point: ForeignChargePoint
            if implementation == PYTHON:
                charge_point = await PythonChargePoint.connect(**where, answers=ANSWERS)
            elif isinstance(npm_peers, str):
                pytest.skip(npm_peers)
            else:
                charge_point = await NpmChargePoint.connect(npm_peers, **where, answers=ANSWERS)
            stack.push_async_callback(charge_point.close)
            return charge_point

        yield connect


@pytest.fixture
async def connect_foreign(gateway: Gateway, connect_to: ConnectTo) -> Connect:
    """To the gateway alone, as its charger."""

    async def connect(implementation: str, subprotocol: str) -> ForeignChargePoint:
        return await connect_to(implementation, subprotocol, url=gateway.url, identity=CHARGER)

    return connect
