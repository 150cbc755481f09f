"""The `ocpp` package as a charge point, on `websockets`: its own classes, routing and schema validation."""

import asyncio
from collections.abc import Callable
from importlib import import_module
from types import ModuleType
from typing import Any

from ocpp.charge_point import (  # type: ignore[import-untyped]  # it ships no py.typed
    camel_to_snake_case,
    remove_nones,
    serialize_as_dict,
    snake_to_camel_case,
)
from ocpp.exceptions import OCPPError  # type: ignore[import-untyped]  # same
from ocpp.routing import on  # type: ignore[import-untyped]  # same
from websockets.asyncio.client import ClientConnection, connect
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from bench.gateway.wire import basic
from tests.foreign.charge_point import Answers, CallRefused, ForeignChargePoint, Heard, Payload

_PACKAGES = {"ocpp1.6": "ocpp.v16", "ocpp2.0.1": "ocpp.v201", "ocpp2.1": "ocpp.v21"}


class PythonChargePoint(ForeignChargePoint):
    def __init__(self, identity: str, socket: ClientConnection, subprotocol: str, answers: Answers) -> None:
        self.heard = Heard()
        self._socket = socket
        package = _PACKAGES[subprotocol]
        self._requests = import_module(f"{package}.call")
        self._charge_point = _charge_point_class(package, answers, self.heard)(identity, socket)
        self._reader = asyncio.create_task(self._read())

    @classmethod
    async def connect(
        cls, *, url: str, identity: str, password: str, subprotocol: str, answers: Answers
    ) -> "PythonChargePoint":
        socket = await connect(
            f"{url}/{identity}",
            subprotocols=[Subprotocol(subprotocol)],
            additional_headers=Headers(Authorization=basic(identity, password)),
            compression=None,
        )
        return cls(identity, socket, subprotocol, answers)

    async def call(self, action: str, payload: Payload) -> Payload:
        request = getattr(self._requests, action)(**camel_to_snake_case(payload))
        try:
            result = await self._charge_point.call(request, suppress=False)
        except OCPPError as error:
            raise CallRefused(f"{action}: {error!r}") from error
        answer: Payload = snake_to_camel_case(remove_nones(serialize_as_dict(result)))
        return answer

    async def close(self) -> None:
        await self._socket.close()
        await self._reader

    async def _read(self) -> None:
        try:
            await self._charge_point.start()
        except ConnectionClosed:
            return


def _charge_point_class(package: str, answers: Answers, heard: Heard) -> type[Any]:
    """The package's ChargePoint with a handler for each action that its version knows."""
    results = import_module(f"{package}.call_result")
    handlers = {
        f"on_{action}": _handler(results, action, answer, heard)
        for action, answer in answers.items()
        if hasattr(results, action)
    }
    return type("Charger", (import_module(package).ChargePoint,), handlers)


def _handler(
    results: ModuleType, action: str, answer: Callable[[Payload], Payload], heard: Heard
) -> Callable[..., Any]:
    def handle(_self: object, **payload: Any) -> Any:
        wire: Payload = snake_to_camel_case(payload)
        heard.calls.append((action, wire))
        return getattr(results, action)(**camel_to_snake_case(answer(wire)))

    handle.__name__ = f"on_{action}"  # the package finds handlers by their names
    handler: Callable[..., Any] = on(action)(handle)
    return handler
