"""Charge points that this project did not write, connected to a gateway of ours.

The Python `ocpp` package is a dependency, so there is always one. npm's `ocpp-rpc` is installed on first use; without
node, npm or its registry those tests are skipped and say why.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import pytest

from bench.peers import npm
from ocpp_gateway.server import Gateway
from tests.factories import PASSWORD
from tests.foreign.answers import ANSWERS
from tests.foreign.charge_point import ForeignChargePoint
from tests.foreign.npm_ocpp_rpc import NpmChargePoint
from tests.foreign.python_ocpp import PythonChargePoint
from tests.ocpp_gateway.conftest import CHARGER, engine, gateway, records

__all__ = ["engine", "gateway", "records"]

NPM, PYTHON = "npm ocpp-rpc", "python ocpp"
Connect = Callable[[str, str], Awaitable[ForeignChargePoint]]
"""Implementation and subprotocol → a connected charge point."""


@pytest.fixture(scope="session")
async def npm_peers() -> dict[str, str] | str:
    """The environment in which node finds ocpp-rpc, or why it cannot."""
    try:
        return await npm.installed()
    except npm.PeersMissing as missing:
        return f"npm's ocpp-rpc cannot be had here: {missing}"


@pytest.fixture
async def connect_foreign(gateway: Gateway, npm_peers: dict[str, str] | str) -> AsyncIterator[Connect]:
    async with AsyncExitStack() as stack:

        async def connect(implementation: str, subprotocol: str) -> ForeignChargePoint:
            where = {"url": gateway.url, "identity": CHARGER, "password": PASSWORD}
            charge_point: ForeignChargePoint
            if implementation == PYTHON:
                charge_point = await PythonChargePoint.connect(
                    **where, subprotocol=subprotocol, answers=ANSWERS
                )
            elif isinstance(npm_peers, str):
                pytest.skip(npm_peers)
            else:
                charge_point = await NpmChargePoint.connect(
                    npm_peers, **where, subprotocol=subprotocol, answers=ANSWERS
                )
            stack.push_async_callback(charge_point.close)
            return charge_point

        yield connect
