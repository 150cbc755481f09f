"""A charger that goes on showing a car after its session is asked whether it is still there."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from db.tables import Hold
from ocpp_gateway.duties.capabilities.records import CapabilityRecords
from ocpp_gateway.duties.lingering_cars import LingeringCars, LingeringOptions
from ocpp_gateway.server import Gateway
from tests.foreign.charge_point import ForeignChargePoint, Payload
from tests.ocpp_gateway.duties.doubts.conftest import (
    Connect,
    all_versions,
    asked,
    begin,
    connect,
    does_not_know,
    says,
    shows,
)
from tests.ocpp_gateway.duties.messages import event, moment
from tests.ocpp_gateway.records import Records

__all__ = ["connect"]

ACCEPTS = says(status="Accepted")
STAYS = {"1.6": "Finishing", "2.0.1": "Occupied", "2.1": "Occupied"}
QUESTION = "StatusNotification"


class Looks:
    """The duty, looked after by hand, its clock `later` than ours."""

    def __init__(self, records: Records, gateway: Gateway) -> None:
        self._later = timedelta(0)
        self._cars = LingeringCars(
            records.engine,
            gateway.connections,
            CapabilityRecords(records.engine),
            instance="gw-1",
            options=LingeringOptions(quiet_s=100, again_s=600),
            clock=lambda: datetime.now(UTC) + self._later,
        )

    async def look(self, later_s: float) -> None:
        self._later += timedelta(seconds=later_s)
        await self._cars.look()


@pytest.fixture
def looks(records: Records, gateway: Gateway) -> Looks:
    return Looks(records, gateway)


async def end(charger: ForeignChargePoint, version: str, transaction: int | str) -> None:
    stop: Payload = {"transactionId": transaction, "meterStop": 1000, "timestamp": moment()}
    if version == "1.6":
        await charger.call("StopTransaction", stop)
    else:
        await charger.call("TransactionEvent", event("Ended", 1))


@all_versions
async def test_it_is_asked_once_its_status_is_old_and_again_after_a_while(
    version: str, records: Records, looks: Looks, connect: Connect
) -> None:
    await records.hold("bob")
    charger = await connect(version, TriggerMessage=ACCEPTS)
    transaction = await begin(charger, version)
    await end(charger, version, transaction)
    await shows(charger, version, STAYS[version])
    await looks.look(later_s=0)
    assert asked(charger) == []
    await looks.look(later_s=101)
    await looks.look(later_s=100)
    assert asked(charger) == [QUESTION]
    await looks.look(later_s=600)
    assert asked(charger) == [QUESTION, QUESTION]
    await shows(charger, version, "Available")
    await looks.look(later_s=1000)
    assert asked(charger) == [QUESTION, QUESTION]
    free = (await records.events("connector_status"))[-1].payload
    assert free["status"] == "available"
    assert free["there_until"] is not None


@all_versions
async def test_an_answer_shows_until_when_somebody_was_there_and_what_is_told_unasked_is_when_they_left(
    version: str, records: Records, looks: Looks, connect: Connect
) -> None:
    await records.hold("bob")
    charger = await connect(version, TriggerMessage=ACCEPTS)

    async def free() -> Any:
        return (await records.events("connector_status"))[-1].payload["there_until"]

    await end(charger, version, await begin(charger, version))
    await shows(charger, version, STAYS[version])
    await shows(charger, version, "Available")
    assert await free() is None
    await shows(charger, version, STAYS[version])
    await looks.look(later_s=101)
    before = datetime.now(UTC)
    await shows(charger, version, STAYS[version])  # still there
    after = datetime.now(UTC)
    await shows(charger, version, "Available")
    assert before <= datetime.fromisoformat(await free()) <= after


@all_versions
async def test_nobody_is_asked_about_who_charges_or_about_a_bay_that_is_nobodys(
    version: str, records: Records, looks: Looks, connect: Connect
) -> None:
    hold = await records.hold("bob")
    charger = await connect(version, TriggerMessage=ACCEPTS)
    transaction = await begin(charger, version)
    await shows(charger, version, STAYS[version])
    await looks.look(later_s=200)
    await end(charger, version, transaction)
    async with records.engine.begin() as connection:
        freed = update(Hold).where(Hold.id == hold)
        await connection.execute(freed.values(released_at=datetime.now(UTC), release_reason="completed"))
    await looks.look(later_s=200)
    assert asked(charger) == []


@all_versions
async def test_who_does_not_know_the_question_is_not_asked_again(
    version: str, records: Records, looks: Looks, connect: Connect
) -> None:
    await records.hold("bob")
    charger = await connect(version, TriggerMessage=does_not_know)
    await shows(charger, version, STAYS[version])
    await looks.look(later_s=101)
    await looks.look(later_s=700)
    assert asked(charger) == [QUESTION]


async def test_of_an_evse_the_connector_is_asked_about_that_shows_the_car(
    records: Records, looks: Looks, connect: Connect
) -> None:
    await records.hold("bob")
    charger = await connect("2.0.1", TriggerMessage=ACCEPTS)
    for connector, status in ((1, "Available"), (2, "Occupied")):
        told = {"evseId": 1, "connectorId": connector, "connectorStatus": status, "timestamp": moment()}
        await charger.call("StatusNotification", told)
    await looks.look(later_s=101)
    (question,) = [call["evse"] for action, call in charger.heard.calls if action == "TriggerMessage"]
    assert question == {"id": 1, "connectorId": 2}
