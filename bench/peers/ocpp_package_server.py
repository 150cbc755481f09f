"""The `ocpp` package as a central system, as its documentation shows it. Run as a module, with a port.

Schema validation is on, as it is unless switched off. Compression is off, for all servers of the bench.
"""

import asyncio
import sys
from datetime import UTC, datetime
from typing import Any

from ocpp.routing import on  # type: ignore[import-untyped]  # it ships no py.typed
from ocpp.v16 import ChargePoint, call_result  # type: ignore[import-untyped]  # it ships no py.typed
from ocpp.v16.enums import Action, RegistrationStatus  # type: ignore[import-untyped]  # it ships no py.typed
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol


class CentralSystem(ChargePoint):  # type: ignore[misc]  # untyped, see above
    """One charger as the central system sees it."""

    @on(Action.boot_notification)  # type: ignore[untyped-decorator]  # same
    def on_boot(self, **_payload: Any) -> call_result.BootNotification:
        return call_result.BootNotification(
            current_time=_now(), interval=300, status=RegistrationStatus.accepted
        )

    @on(Action.heartbeat)  # type: ignore[untyped-decorator]  # same
    def on_heartbeat(self) -> call_result.Heartbeat:
        return call_result.Heartbeat(current_time=_now())

    @on(Action.status_notification)  # type: ignore[untyped-decorator]  # same
    def on_status(self, **_payload: Any) -> call_result.StatusNotification:
        return call_result.StatusNotification()


def _now() -> str:
    return datetime.now(UTC).isoformat()


async def _connected(socket: ServerConnection) -> None:
    assert socket.request is not None
    charger = CentralSystem(socket.request.path.strip("/"), socket)
    try:
        await charger.start()
    except ConnectionClosed:
        return


async def _serve(port: int) -> None:
    server = await serve(
        _connected, "127.0.0.1", port, subprotocols=[Subprotocol("ocpp1.6")], compression=None
    )
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1])))
