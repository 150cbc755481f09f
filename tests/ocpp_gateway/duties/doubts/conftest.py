"""Sessions in doubt: a charger whose answers are chosen, the duty looked after by hand, and what is believed."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from ocpp.exceptions import (  # type: ignore[import-untyped]  # it ships no py.typed
    InternalError,
    NotImplementedError,
)

from db.engine import create_sessions
from db.queries.place.connectors import connector_of
from ocpp_gateway.duties.capabilities.records import CapabilityRecords
from ocpp_gateway.duties.doubts import DoubtOptions, Doubts
from ocpp_gateway.server import Gateway
from tests.factories import PASSWORD
from tests.foreign.charge_point import Payload
from tests.foreign.python_ocpp import PythonChargePoint
from tests.ocpp_gateway.conftest import BOB, CHARGER
from tests.ocpp_gateway.duties.messages import TOKEN, event, moment, register, start
from tests.ocpp_gateway.records import Records

all_versions = pytest.mark.parametrize("version", ["1.6", "2.0.1", "2.1"])


stations = pytest.mark.parametrize("version", ["2.0.1", "2.1"])


BENS = TOKEN | {"idToken": BOB}

Answer = Callable[[Payload], Payload]


Connect = Callable[..., Awaitable[PythonChargePoint]]


def says(**payload: Any) -> Answer:
    return lambda _call: payload


ACCEPTED = says(status="Accepted")


def does_not_know(_call: Payload) -> Payload:
    raise NotImplementedError


def is_broken(_call: Payload) -> Payload:
    raise InternalError


@pytest.fixture
async def connect(gateway: Gateway) -> AsyncIterator[Connect]:
    async with AsyncExitStack() as stack:

        async def make(version: str, identity: str = CHARGER, **answers: Answer) -> PythonChargePoint:
            charger = await PythonChargePoint.connect(
                url=gateway.url,
                identity=identity,
                password=PASSWORD,
                subprotocol=f"ocpp{version}",
                answers=answers,
            )
            stack.push_async_callback(charger.close)
            return charger

        yield make


class Looks:
    """The duty, looked after by hand. `later`: how far its clock is ahead."""

    def __init__(self, records: Records, gateway: Gateway, **over: float) -> None:
        self.later = timedelta(0)
        options = DoubtOptions(**({"arrived_s": 0.0, "settle_s": 60.0, "answer_s": 5.0} | over))  # type: ignore[arg-type]  # numbers
        self._gateway = gateway
        self._doubts = Doubts(
            records.engine,
            gateway.connections,
            CapabilityRecords(records.engine),
            wake=lambda: None,
            options=options,
            clock=lambda: datetime.now(UTC) + self.later,
        )

    async def arrive_and_look(self) -> None:
        for connection in self._gateway.connections:
            self._doubts.arrived(connection)
        await self._doubts.look()

    async def look(self, *, later_s: float = 0) -> None:
        self.later += timedelta(seconds=later_s)
        await self._doubts.look()


async def begin(charger: PythonChargePoint, version: str, ago: timedelta = timedelta(minutes=5)) -> int | str:
    at = moment(ago)
    if version == "1.6":
        return int((await charger.call("StartTransaction", start(BOB, timestamp=at)))["transactionId"])
    await charger.call("TransactionEvent", event("Started", 0, timestamp=at, idToken=BENS))
    return "tx-1"


async def shows(charger: PythonChargePoint, version: str, status: str, ago: timedelta = timedelta(0)) -> None:
    told: Payload = {"timestamp": moment(ago)}
    if version == "1.6":
        told |= {"connectorId": 1, "errorCode": "NoError", "status": status}
    else:
        told |= {"evseId": 1, "connectorId": 1, "connectorStatus": status}
    await charger.call("StatusNotification", told)


def asked(charger: PythonChargePoint) -> list[str]:
    """Without the probes' questions, which are put in their own time."""
    calls = [
        (action, call)
        for action, call in charger.heard.calls
        if not action.startswith("Get") or "Tra" in action
    ]
    return [str(call.get("requestedMessage", action)) for action, call in calls]


async def believed(records: Records) -> tuple[str, ...]:
    """What booking, lock and replacement see of the connector."""
    async with create_sessions(records.engine)() as session:
        return (await connector_of(session, records.connectors[CHARGER, 1])).sessions


async def told(records: Records) -> list[str]:
    return [row.payload["status"] for row in await records.events("connector_status")]


async def end(charger: PythonChargePoint, version: str, transaction: int | str) -> None:
    if version == "1.6":
        stop: Payload = {"transactionId": transaction, "meterStop": 3000, "timestamp": moment()}
        await charger.call("StopTransaction", stop)
    else:
        await charger.call("TransactionEvent", event("Ended", 1, meterValue=register(3000)))


def energy(wh: int) -> list[Payload]:
    return [{"timestamp": moment(), "sampledValue": [{"value": str(wh)}]}]
