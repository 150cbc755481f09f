"""Where a charger connects, as whom, and how it gets a socket."""

from __future__ import annotations

import base64
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import quote

from websockets.asyncio.client import connect
from websockets.typing import Subprotocol


@dataclass(frozen=True, slots=True)
class Address:
    """Where the charger connects and as whom. `url` has no identity at its end.

    `tls`: for wss, whom to trust and, for security profile 3, the charger's own certificate.
    """

    url: str
    identity: str
    version: str
    password: str | None
    tls: ssl.SSLContext | None = None
    slash_at_the_end: bool = False

    @property
    def uri(self) -> str:
        end = "/" if self.slash_at_the_end else ""
        return f"{self.url.rstrip('/')}/{quote(self.identity, safe='')}{end}"

    @property
    def headers(self) -> dict[str, str]:
        if self.password is None:
            return {}
        credentials = base64.b64encode(f"{self.identity}:{self.password}".encode()).decode()
        return {"Authorization": f"Basic {credentials}"}


class Abortable(Protocol):
    def abort(self) -> None: ...


class Socket(Protocol):
    """What the charger needs of its end of a WebSocket."""

    @property
    def subprotocol(self) -> str | None: ...

    @property
    def transport(self) -> Abortable: ...

    def __aiter__(self) -> AsyncIterator[str | bytes]: ...

    async def send(self, message: str | bytes) -> None:
        """Raises ConnectionClosed."""
        ...

    async def close(self) -> None: ...


Connect = Callable[[Address], Awaitable[Socket]]
"""Raises OSError, TimeoutError, websockets.exceptions.WebSocketException: no connection."""


async def over_the_network(address: Address) -> Socket:
    return await connect(
        address.uri,
        subprotocols=[Subprotocol(f"ocpp{address.version}")],
        additional_headers=address.headers,
        compression=None,
        user_agent_header=None,
        proxy=None,
        close_timeout=2,
        ssl=address.tls,
    )
