"""The comparison, with a clock that the test moves; pushes, and what chargers show."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncEngine

from db.tables import Charger, Hold
from domain.charging.capabilities import CapabilityRecord
from domain.charging.commands import CommandOutcome as Outcome
from domain.charging.commands import ReserveNow
from ocpp_gateway.duties.device_holds.comparison import DeviceHolds, HoldWatch
from ocpp_gateway.server import Gateway
from simulator.charge_point import VirtualChargePoint
from tests.ocpp_gateway.conftest import ALICE, CHARGER
from tests.ocpp_gateway.records import CODE, Records

all_versions = pytest.mark.parametrize("version", ["1.6", "2.0.1", "2.1"])


SETTLE_S = 25.0


SHOWS_HOLDS = CapabilityRecord(reports_reserved=True, learned=frozenset({"reports_reserved"}))


class Watch:
    """The comparison, with a clock that the test moves."""

    def __init__(self, engine: AsyncEngine, gateway: Gateway) -> None:
        self.now = 0.0
        self.woken = 0
        self._parts = engine, gateway
        self.holds = self._new()

    def _new(self) -> DeviceHolds:
        engine, gateway = self._parts
        return DeviceHolds(
            engine,
            gateway.connections,
            gateway.capabilities,
            wake=self._wake,
            watch=HoldWatch(settle_s=SETTLE_S),
            clock=lambda: self.now,
        )

    def _wake(self) -> None:
        self.woken += 1

    def restart(self) -> None:
        """As another process would begin."""
        self.holds = self._new()

    async def look(self, after_s: float = 0.0) -> None:
        self.now += after_s
        await self.holds.look()

    async def settle(self) -> None:
        await self.look()
        await self.look(SETTLE_S)


@pytest.fixture
async def watch(engine: AsyncEngine, gateway: Gateway) -> Watch:
    return Watch(engine, gateway)


@pytest.fixture
def push(gateway: Gateway) -> Callable[..., Awaitable[Outcome]]:
    async def push(hold_id: int, number: int = 1, tag: str = ALICE, lasts_s: float = 3600) -> Outcome:
        connection = gateway.connections.get(CHARGER)
        assert connection is not None
        command = ReserveNow(
            connector_number=number,
            hold_id=hold_id,
            id_tag=tag,
            parent_id_tag=None,
            expires_at=datetime.now(UTC) + timedelta(seconds=lasts_s),
        )
        return (await gateway.connections.send(CHARGER, connection.epoch, command)).outcome

    return push


Push = Callable[..., Awaitable[Outcome]]


async def show(charger: VirtualChargePoint, records: Records, status: str) -> None:
    """The charger says so of connector 1, whatever is true."""
    now = datetime.now(UTC).isoformat()
    await charger.call(
        "StatusNotification", {"connectorId": 1, "errorCode": "NoError", "status": status, "timestamp": now}
    )
    await records.until_shown(status.lower())


async def release(records: Records, hold_id: int) -> None:
    async with records.engine.begin() as database:
        await database.execute(
            update(Hold)
            .where(Hold.id == hold_id)
            .values(released_at=datetime.now(UTC), release_reason="cancelled")
        )


async def remember(records: Records, record: CapabilityRecord) -> None:
    async with records.engine.begin() as database:
        await database.execute(
            update(Charger).where(Charger.id == CHARGER).values(capabilities=record.to_document())
        )


async def known(records: Records) -> CapabilityRecord:
    return CapabilityRecord.from_document((await records.charger()).capabilities)


async def missing(records: Records, code: str = CODE) -> int:
    told = await records.told(code)
    return sum(entry.kind == "hold_removed" and entry.detail == "missing" for entry in told)


def cancels(charger: VirtualChargePoint) -> int:
    return len([m for m in charger.log if m.action == "CancelReservation" and m.kind == "call"])
