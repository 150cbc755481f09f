"""The gateway's front door on a real socket, with a room behind it that answers any message `[3, id, {}]`."""

import base64
import json
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncEngine
from websockets.asyncio.client import ClientConnection, connect
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import InvalidStatus
from websockets.typing import Subprotocol

from db.tables import Charger, RefusedConnection
from ocpp_gateway.admission.authentication import AuthenticationRules, Authenticator
from ocpp_gateway.admission.guess_limit import GuessLimit
from ocpp_gateway.admission.handshake import Handshake
from ocpp_gateway.admission.refused_connections import RefusedConnections
from ocpp_gateway.admission.tls import KeyPair, ServerContext, TlsOptions, server_context
from ocpp_gateway.metrics import GatewayMetrics
from simulator.charge_point.tls import client_context
from tests.factories import PASSWORD
from tests.ocpp_gateway.admission.certificates import Authority

CHARGER = "NORTH-1"
OCPP16 = Subprotocol("ocpp1.6")


@dataclass
class Door:
    url: str
    authenticator: Authenticator
    refused: RefusedConnections
    context: ServerContext | None
    engine: AsyncEngine

    async def set_charger(self, charger_id: str = CHARGER, **values: Any) -> None:
        async with self.engine.begin() as connection:
            await connection.execute(update(Charger).where(Charger.id == charger_id).values(**values))

    async def charger(self, charger_id: str = CHARGER) -> Any:
        async with self.engine.connect() as connection:
            return (await connection.execute(select(Charger).where(Charger.id == charger_id))).one()

    async def listed(self) -> list[tuple[str, str, int]]:
        """(identity, code, attempts) of all that was refused, written out first."""
        await self.refused.flush()
        async with self.engine.connect() as connection:
            rows = await connection.execute(
                select(
                    RefusedConnection.identity, RefusedConnection.code, RefusedConnection.attempts
                ).order_by(RefusedConnection.identity, RefusedConnection.code)
            )
            return [(row.identity, row.code, row.attempts) for row in rows]


@asynccontextmanager
async def open_door(
    engine: AsyncEngine,
    *,
    tls: TlsOptions | None = None,
    guesses: GuessLimit | None = None,
    kept_rows: int = 1000,
    behind_tls: bool = False,
    **rules: Any,
) -> AsyncIterator[Door]:
    """`rules`: of AuthenticationRules."""
    authenticator = Authenticator(engine, rules=AuthenticationRules(**rules), guesses=guesses)
    refused = RefusedConnections(engine, kept_rows=kept_rows)
    handshake = Handshake(
        authenticator,
        GatewayMetrics(),
        lambda: True,
        lambda: False,
        refused=refused,
        subprotocols=[OCPP16],
        behind_tls=behind_tls,
    )
    context = None if tls is None else server_context(tls, handshake.certificate_refused)
    async with serve(
        _answer,
        "127.0.0.1",
        0,
        subprotocols=[OCPP16],
        process_request=handshake,
        ssl=context,
        compression=None,
    ) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        scheme = "ws" if tls is None else "wss"
        yield Door(f"{scheme}://127.0.0.1:{port}/ocpp", authenticator, refused, context, engine)
    authenticator.close()


async def _answer(socket: ServerConnection) -> None:
    async for message in socket:
        await socket.send(json.dumps([3, json.loads(message)[1], {}]))


def basic(user: str, password: str | bytes) -> dict[str, str]:
    secret = password.encode() if isinstance(password, str) else password
    return {"Authorization": "Basic " + base64.b64encode(user.encode() + b":" + secret).decode()}


@asynccontextmanager
async def knock(
    door: Door,
    identity: str = CHARGER,
    *,
    password: str | bytes | None = PASSWORD,
    trusting: Authority | None = None,
    certificate: KeyPair | None = None,
    context: ssl.SSLContext | None = None,
    query: str = "",
) -> AsyncIterator[ClientConnection]:
    """Connect as a charger would. Raises InvalidStatus, or what TLS raises."""
    if context is None and trusting is not None:
        pair = (certificate.certificate, certificate.key) if certificate else (None, None)
        context = client_context(roots=trusting.root, certificate=pair[0], key=pair[1])
    async with connect(
        f"{door.url}/{identity}{query}",
        subprotocols=[OCPP16],
        additional_headers={} if password is None else basic(identity, password),
        ssl=context,
        proxy=None,
        compression=None,
        user_agent_header=None,
    ) as socket:
        await talk(socket)
        yield socket


async def talk(socket: ClientConnection) -> None:
    await socket.send('[2,"1","Heartbeat",{}]')
    assert json.loads(await socket.recv()) == [3, "1", {}]


async def refusal(door: Door, identity: str = CHARGER, **how: Any) -> tuple[int, str]:
    """The status and the code that a knock is answered with."""
    try:
        async with knock(door, identity, **how):
            raise AssertionError("let in")
    except InvalidStatus as refused:
        body = refused.response.body or b""
        return refused.response.status_code, body.decode().strip()
